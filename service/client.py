"""Query a running service from Python; the file can be copied, it needs nothing else.

from service.client import Vedich
plan = Vedich("http://127.0.0.1:8000").plan("vietnam-2021")
print(plan.projection("exports", as_of="2021-06")["probability"])
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen


class Refused(Exception):
    """The service refused a request; the message is its reason.

    Attributes
    ----------
    status : of HTTP
    problem : the problem document (RFC 9457), {} where it sent none
    """

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        self.status, self.problem = status, problem
        super().__init__(f"{status}: {problem.get('detail') or problem.get('title') or 'refused'}")


@dataclass(frozen=True)
class Vedich:
    """A running service.

    Attributes
    ----------
    address : such as http://127.0.0.1:8000
    key : an API key; without a key, readers from elsewhere get issued months only
    timeout : seconds
    """

    address: str
    key: str | None = field(default=None, repr=False)
    timeout: float = 30.0

    def plan(self, slug: str) -> PlanClient:
        """A plan by its slug; sends no request yet."""
        return PlanClient(self, slug)

    def plans(self) -> list[dict[str, Any]]:
        """Summaries of all plans."""
        found: list[dict[str, Any]] = self.get("/v1/plans")["plans"]
        return found

    def rows(self, **options: str) -> Iterator[dict[str, Any]]:
        """Rows of the OData feed, page after page: `rows(filter="Kpi eq 'exports'")`."""
        query = urlencode({f"${name}": value for name, value in options.items()})
        path = f"/odata/Projections?{query}"
        while path:
            page = self.get(path)
            yield from page["value"]
            following = page.get("@odata.nextLink", "")
            path = following[following.find("/odata/") :] if following else ""

    def get(self, path: str) -> Any:
        """The JSON at a path.

        Raises
        ------
        Refused
            With the reason the service gives.
        """
        request = Request(
            f"{self.address.rstrip('/')}{path}", headers={"Accept": "application/json"}
        )
        if self.key is not None:
            request.add_header("Authorization", f"Bearer {self.key}")
        try:
            with urlopen(request, timeout=self.timeout) as answer:
                return json.load(answer)
        except HTTPError as error:
            with error:
                raise Refused(error.code, _problem(error.read())) from None


@dataclass(frozen=True)
class PlanClient:
    """Requests about one plan; `as_of` is 'YYYY-MM' or 'YYYY-MM-DD'."""

    service: Vedich
    slug: str

    def projections(self, as_of: str | None = None) -> list[dict[str, Any]]:
        """The projections of all KPIs, in the plan's order."""
        found: list[dict[str, Any]] = self._get("projections", as_of=as_of)["projections"]
        return found

    def projection(self, kpi: str, as_of: str | None = None) -> dict[str, Any]:
        """One projection."""
        found: dict[str, Any] = self._get(f"projections/{quote(kpi)}", as_of=as_of)
        return found

    def changes(self, before: str, after: str) -> list[dict[str, Any]]:
        """Why projections changed from one vintage to another."""
        found: list[dict[str, Any]] = self._get("changes", **{"from": before, "to": after})[
            "changes"
        ]
        return found

    def _get(self, tail: str, **query: str | None) -> Any:
        text = urlencode({name: value for name, value in query.items() if value is not None})
        return self.service.get(f"/v1/plans/{quote(self.slug)}/{tail}{'?' * bool(text)}{text}")


def _problem(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
