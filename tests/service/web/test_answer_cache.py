"""Kept answers: the same bytes for the same request, and for nobody and no state but theirs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from sqlalchemy import update
from starlette.types import Receive, Scope, Send

from data.accounts.accounts import set_role
from data.accounts.keys import revoke_key
from data.accounts.sessions import LASTS, log_out
from data.db import tables
from service.auth.access import declared
from service.web import answer_cache
from service.web.answer_cache import AnswerCache
from tests.service.auth.test_roles import ASKED, ask_route

PLANS = "/v1/plans"


class Told:
    """A version that the test sets."""

    def __init__(self) -> None:
        self.token: int | None = 1

    def known(self) -> int | None:
        return self.token

    async def now(self) -> int | None:
        return self.token


class Counting:
    """An application that numbers its answers."""

    def __init__(self) -> None:
        self.asked = 0
        self.status = 200
        self.headers: list[tuple[bytes, bytes]] = []
        self.pieces = 1
        self.size = 1

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked += 1
        start = {"status": self.status, "headers": self.headers}
        await send({"type": "http.response.start", **start})
        for piece in range(self.pieces):
            body = f"{self.asked}".encode() * self.size
            more = piece + 1 < self.pieces
            await send({"type": "http.response.body", "body": body, "more_body": more})


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def inner() -> Counting:
    return Counting()


@pytest.fixture
def ask(told: Told, inner: Counting) -> Callable[..., httpx.Response]:
    state: Any = SimpleNamespace(version=told, settings=None)
    return asking(AnswerCache(inner, state))


def asking(app: AnswerCache) -> Callable[..., httpx.Response]:
    def request(
        path: str = "/", method: str = "GET", client: str = "127.0.0.1", **options: Any
    ) -> httpx.Response:
        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(app, client=(client, 1))
            async with httpx.AsyncClient(transport=transport, base_url="http://here") as one:
                return await one.request(method, path, **options)

        return asyncio.run(send())

    return request


Ask = Callable[..., httpx.Response]


def test_the_same_request_is_answered_once(ask: Ask, inner: Counting) -> None:
    inner.headers = [(b"etag", b'"a"')]
    first, second = ask("/a?b=1"), ask("/a?b=1", headers={"User-Agent": "another"})
    assert (first.text, second.text, second.headers["etag"]) == ("1", "1", '"a"')


@pytest.mark.parametrize(
    "other",
    [
        {"path": "/b"},
        {"path": "/?c=1"},
        {"headers": {"Cookie": "vedich_session=a"}},
        {"headers": {"Authorization": "Bearer a"}},
        {"headers": {"Accept": "text/html"}},
        {"headers": {"Host": "elsewhere"}},
        {"headers": {"If-None-Match": '"a"'}},
        {"headers": {"X-Something-New": "a"}},
        {"client": "192.0.2.1"},
    ],
)
def test_another_request_is_another_answer(ask: Ask, other: dict[str, Any]) -> None:
    assert ask().text == "1"
    assert ask(**other).text == "2"
    assert ask(**other).text == "2"


def test_a_commit_or_a_new_day_ends_all(
    ask: Ask, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask()
    told.token = 2
    assert ask().text == "2"

    tomorrow = SimpleNamespace(today=lambda: date.today() + timedelta(days=1))
    monkeypatch.setattr(answer_cache, "date", tomorrow)
    assert ask().text == "3"


def test_a_file_that_is_written_ends_all(told: Told, inner: Counting, tmp_path: Path) -> None:
    state: Any = SimpleNamespace(version=told, settings=None)
    file = tmp_path / "letterhead.yaml"
    ask = asking(AnswerCache(inner, state, files=(file,)))
    assert [ask().text, ask().text] == ["1", "1"]
    file.write_text("a")
    assert [ask().text, ask().text] == ["2", "2"]
    file.write_text("another")
    assert ask().text == "3"


def test_without_a_version_nothing_is_kept(ask: Ask, told: Told) -> None:
    told.token = None
    assert [ask().text, ask().text] == ["1", "2"]


@pytest.mark.parametrize(
    "changed",
    [
        {"status": 404},
        {"status": 303},
        {"pieces": 2},
        {"headers": [(b"set-cookie", b"a=b")]},
        {"headers": [(b"cache-control", b"no-store")]},
        {"size": answer_cache.LARGEST},
    ],
)
def test_what_is_not_kept(ask: Ask, inner: Counting, changed: dict[str, Any]) -> None:
    for name, value in changed.items():
        setattr(inner, name, value)
    ask()
    ask()
    assert inner.asked == 2


def test_only_what_reads_without_a_body_is_kept(ask: Ask, inner: Counting) -> None:
    for options in ({"method": "POST"}, {"method": "HEAD"}, {"content": b"body"}):
        ask(**options)
        ask(**options)
    assert inner.asked == 6


def test_what_is_kept_is_bounded_and_the_oldest_leaves(
    ask: Ask, inner: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answer_cache, "MOST_BYTES", 25_000)
    inner.size = 8_000
    for path in ("/a", "/b", "/a", "/c"):
        ask(path)
    assert inner.asked == 3
    ask("/a")
    assert inner.asked == 3
    ask("/b")
    assert inner.asked == 4


def test_a_long_request_counts_too(
    ask: Ask, inner: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answer_cache, "MOST_BYTES", 25_000)
    inner.size = 100
    for name in ("one", "two", "three"):
        ask("/a", headers={"X-Long": name + "." * 10_000})
    ask("/a", headers={"X-Long": "one" + "." * 10_000})
    assert inner.asked == 4


# of the whole service


@pytest.fixture
def computed(office: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths that were not answered from what is kept."""
    paths: list[str] = []
    answered = AnswerCache._answered

    async def noted(self: AnswerCache, scope: Scope, *given: Any) -> Any:
        paths.append(scope["path"])
        return await answered(self, scope, *given)

    monkeypatch.setattr(AnswerCache, "_answered", noted)
    return paths


def get(office: Any, headers: dict[str, str], path: str = PLANS) -> httpx.Response:
    answer: httpx.Response = office.client.get(path, headers=headers)
    return answer


def test_a_revoked_key_is_refused_at_once(office: Any, computed: list[str]) -> None:
    headers = office.headers("key:read")
    assert [get(office, headers).status_code for _ in range(2)] == [200, 200]
    assert computed == [PLANS]
    revoke_key(office.store, "read", "os:root")
    assert get(office, headers).status_code == 401


def test_a_changed_role_counts_at_once(office: Any, computed: list[str]) -> None:
    headers = office.headers("admin")
    assert [get(office, headers, "/v1/audit").status_code for _ in range(2)] == [200, 200]
    assert computed == ["/v1/audit"]
    set_role(office.store, "admin", "viewer", "os:root")
    assert get(office, headers, "/v1/audit").status_code == 403


def test_a_session_that_is_over_opens_nothing(office: Any, computed: list[str]) -> None:
    headers = office.headers("viewer")
    assert [get(office, headers).status_code for _ in range(2)] == [200, 200]
    log_out(office.store, headers["Cookie"].partition("=")[2])
    assert get(office, headers).status_code == 401
    assert computed == [PLANS] * 2


@pytest.mark.parametrize("who", ["viewer", "key:read"])
def test_a_session_or_key_that_ends_by_itself_ends_what_it_was_answered(
    office: Any, computed: list[str], monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    soon = datetime.now(UTC) + LASTS
    with office.store.writing() as connection:
        connection.execute(update(tables.api_keys).values(expires_at=soon))
    headers = office.headers(who)
    assert [get(office, headers).status_code for _ in range(2)] == [200, 200]
    assert computed == [PLANS]
    later = (soon + timedelta(minutes=1)).timestamp()
    monkeypatch.setattr("service.web.answer_cache.time.time", lambda: later)
    get(office, headers)
    assert computed == [PLANS] * 2


def test_a_job_that_moves_is_shown_anew(office: Any, computed: list[str]) -> None:
    headers = office.headers("viewer")
    state = office.client.app.state.vedich
    paths = ("/v1/jobs", "/plans/demo-2018/versions")
    for path in paths * 2:
        get(office, headers, path)
    assert computed == [*paths]
    state.jobs.start("retrain", "retrain", "An", "demo-2018", {})
    for path in paths * 2:
        assert "retrain" in get(office, headers, path).text
    assert computed == [*paths] * 3


def test_a_kept_answer_is_counted(office: Any, computed: list[str]) -> None:
    headers = office.headers("viewer")
    for _ in range(3):
        get(office, headers)
    assert computed == [PLANS]
    line = 'vedich_request_seconds_count{method="GET",route="/v1/plans",status="200"} 3.0'
    assert line in get(office, office.headers("admin"), "/metrics").text


@pytest.mark.slow
def test_every_page_is_kept_or_says_that_it_is_made_anew(office: Any, computed: list[str]) -> None:
    """And what is kept is what would be answered now."""
    anew, kept_too = set(), set()
    headers_of = office.headers
    for method, path, access in declared(office.client.app):
        asked = ASKED.get((method, path))
        if method != "GET" or asked is None or path.startswith("/v1/jobs/"):  # pages tell of jobs
            continue
        who = "viewer" if access in ("public", "viewer") else "admin"
        headers = headers_of(who)

        def same(by: str, who: str = who, headers: dict[str, str] = headers) -> dict[str, str]:
            return headers if by == who else headers_of(by)

        office.headers = same
        first = ask_route(office, who, method, path)
        if first.status_code != 200:
            continue
        before = len(computed)
        second = office.client.get(str(first.request.url), headers=first.request.headers)
        if len(computed) > before:
            anew.add(path)
        else:
            kept_too.add(path)
            assert (second.content, second.headers) == (first.content, first.headers), path
    assert anew == ANEW
    assert len(kept_too) > 60


ANEW = {
    # the process, or the time of day
    *("/healthz", "/readyz", "/metrics", "/static/{name}", "/v1/imports/{id}"),
    # who asks, and until when
    *("/login", "/account", "/v1/session", "/v1/accounts", "/v1/keys", "/house"),
}
