"""Requests made by schemathesis from the OpenAPI document, and what is wrong with an answer."""

from __future__ import annotations

import asyncio
import math
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, seed, settings

from data.accounts.accounts import ROLES, add_account
from data.accounts.keys import SCOPES, add_key
from data.accounts.sessions import log_in
from data.db.store import Store
from service.auth.access import COOKIE

HERE = "http://127.0.0.1"
PASSWORD = "kiểm thử bằng máy"
ROLES_AND_KEYS = ("anonymous", *ROLES, *(f"key:{scope}" for scope in SCOPES))
CREDENTIALS = ("authorization", "cookie")
# what exists, so that requests get further than 404
KNOWN: Mapping[str, Sequence[str]] = {
    "kpi": ("coal", "exports"),
    "month": ("2018-06", "2021-06"),
    "as_of": ("2018-06", "2021-06"),
}


@dataclass
class Met:
    """What the requests met.

    Attributes
    ----------
    statuses : number of answers by status
    by_caller : the same for each caller
    wrong : answers that are 5xx or not documented, by operation and role, with an example
    """

    statuses: Counter[int] = field(default_factory=Counter)
    by_caller: dict[str, Counter[int]] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)

    @property
    def cases(self) -> int:
        return self.statuses.total()


def callers(store: Store, now: datetime | None = None) -> dict[str, dict[str, str]]:
    """Headers of nobody, of an account of every role, and of a key of every scope."""
    found: dict[str, dict[str, str]] = {"anonymous": {}}
    for role in ROLES:
        add_account(store, role, role, PASSWORD, "os:author")
    for scope in SCOPES:
        secret = add_key(store, scope, scope, "os:author")
        found[f"key:{scope}"] = {"Authorization": f"Bearer {secret}"}
    for role in ROLES:
        token = log_in(store, role, PASSWORD, "test", now or datetime.now(UTC)).token
        found[role] = {"Cookie": f"{COOKIE}={token}", "Origin": HERE}
    return found


def run_cases(
    app: FastAPI,
    who: Mapping[str, Mapping[str, str]],
    *,
    examples: int,
    plan: str,
    number: int = 0,
    seconds: float = math.inf,
) -> Met:
    """Ask every operation as every caller.

    Parameters
    ----------
    who : headers by caller
    examples : requests per operation and caller
    plan : slug that exists; it takes the place of half of the made-up ones
    number : seed
    seconds : no more requests after so long
    """
    schema = schemathesis.openapi.from_dict(app.openapi())
    met, until = Met(), time.monotonic() + seconds
    with asyncio.Runner() as runner:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        client = httpx.AsyncClient(transport=transport, base_url=HERE, timeout=60)
        found: list[Any] = list(schema.get_all_operations())
        operations = [result.ok() for result in found]
        for name, headers in who.items():
            for operation in operations:
                if time.monotonic() > until:
                    break

                def act(case: Any, name: str = name, headers: Mapping[str, str] = headers) -> None:
                    answer = runner.run(_answer(client, case, headers, plan, met.cases))
                    _note(met, case, name, answer)

                _generate(operation, act, examples, number)
        runner.run(client.aclose())
    return met


def _generate(operation: Any, act: Callable[[Any], None], examples: int, number: int) -> None:
    """Make requests to an operation and act on each."""

    @seed(number)
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def made(case: Any) -> None:
        act(case)

    made()


async def _answer(
    client: httpx.AsyncClient, case: Any, headers: Mapping[str, str], plan: str, turn: int
) -> httpx.Response:
    names = case.path_parameters or {}
    if turn % 4:  # most get past the first question, whether there is such a plan
        for name in names:
            choices = (plan,) if name == "plan" else KNOWN.get(name, ())
            if choices:
                names[name] = choices[turn % len(choices)]
    if turn % 4 and case.query and "plan" in case.query:
        case.query["plan"] = plan
    request = case.as_transport_kwargs(base_url=HERE)
    made_up = dict(request.pop("headers", None) or {})
    if headers:  # made-up credentials beside the caller's own would only be refused
        made_up = {k: v for k, v in made_up.items() if k.lower() not in CREDENTIALS}
    given_headers = {**made_up, **headers}
    request.pop("cookies", None)
    return await client.request(
        request["method"],
        request["url"],
        params=request.get("params"),
        json=request.get("json"),
        content=request.get("data") if isinstance(request.get("data"), bytes | str) else None,
        files=_parts(request.get("files")),
        headers=given_headers,
    )


def _parts(files: Any) -> Any:
    """Parts of a form as httpx takes them: made-up numbers as text, with a name of a file."""
    if not files:
        return None
    return [
        (name, (given[0] or "made_up.csv", _bytes(given[1]), *given[2:])) for name, given in files
    ]


def _bytes(content: Any) -> bytes:
    return content if isinstance(content, bytes) else str(content).encode(errors="replace")


def _note(met: Met, case: Any, name: str, answer: httpx.Response) -> None:
    met.statuses[answer.status_code] += 1
    met.by_caller.setdefault(name, Counter())[answer.status_code] += 1
    documented = case.operation.definition.raw["responses"]
    status = answer.status_code
    if str(status) in documented and (status < 500 or status == 501):
        return  # 503 is documented too, but nothing is away here
    operation = f"{case.operation.method.upper()} {case.operation.path} as {name}: {status}"
    met.wrong.setdefault(operation, f"{answer.request.url} {answer.text[:300]}")
