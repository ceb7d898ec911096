"""Every route answers what it declares: its status, and the shape of its JSON, no field more.

Routes that return a `Response` are not validated at run time. Here every
route is asked, as `test_roles` knows how, and its answer is read with the
`response_model` that the route has.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import httpx
import pytest
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel, TypeAdapter, ValidationError

from service.projections.shape import encode
from tests.service.auth.test_roles import ask_route

pytestmark = pytest.mark.slow


JSON = "application/json"
# JSON whose shape is not ours to declare
OTHERS = {
    ("GET", "/odata/"): "OData 4, read by a client of OData",
    ("GET", "/odata/Projections"): "OData 4, read by a client of OData",
    ("GET", "/odata/Projections({key})"): "OData 4, read by a client of OData",
    ("GET", "/plans/{plan}/kpis/{kpi}/{chart}.{form}"): "Vega-Lite, validated with its schema",
    ("GET", "/typed-number"): "what a field understood, for the page's own script",
    ("GET", "/plans/{plan}/reliability.{form}"): "Vega-Lite, validated with its schema",
    ("GET", "/v1/plans/{plan}/projections/{kpi}/fan-chart.{form}"): (
        "Vega-Lite, validated with its schema"
    ),
}


def misfit(shape: Any, answer: httpx.Response) -> str | None:
    """What of a JSON answer does not fit the shape; None if all of it does."""
    adapter = TypeAdapter(shape)
    try:
        read = adapter.validate_json(answer.content)
    except ValidationError as error:
        return str(error)
    written = adapter.dump_python(read, mode="json", by_alias=True, exclude_unset=True)
    return None if written == answer.json() else f"read as {written}, sent as {answer.json()}"


def rewritten(shape: Any, answer: httpx.Response) -> str | None:
    """What becomes of an answer that is read and written again; None if it is the same bytes."""
    if not (isinstance(shape, type) and issubclass(shape, BaseModel)):  # /openapi.json
        return None
    again = encode(shape.model_validate_json(answer.content))
    return None if again == answer.content else f"sent as {answer.text}, written as {again!r}"


def routes(app: Any) -> Iterator[tuple[tuple[str, str], Any]]:
    """Every route by method and path, those that change nothing first."""
    found = [
        ((method, str(route.path)), route)
        for route in iter_route_contexts(app.routes)
        for method in sorted(route.methods or ())
    ]
    yield from sorted(found, key=lambda one: one[0][0] != "GET")


def is_json(answer: httpx.Response) -> bool:
    return bool(answer.content) and answer.headers["content-type"].startswith(JSON)


@pytest.mark.parametrize("who", ["admin", "anonymous"])
def test_every_answer_is_what_its_route_declares(office: Any, who: str) -> None:
    """Of all routes; a reader outside is answered with what was issued."""
    wrong, undeclared, checked = {}, set(), 0
    for key, route in routes(office.client.app):
        answer = ask_route(office, who, *key)
        if (who == "anonymous" and answer.status_code == 401) or not is_json(answer):
            continue
        shape = getattr(route, "response_model", None)
        if shape is None:
            undeclared.add(key)
            continue
        checked += 1
        expected = route.status_code or 200
        if answer.status_code != expected:
            wrong[key] = f"expected status {expected}, found {answer.status_code}: {answer.text}"
        elif found := misfit(shape, answer) or rewritten(shape, answer):
            wrong[key] = found
    assert wrong == {}
    assert undeclared <= set(OTHERS)
    if who == "admin":
        assert undeclared == set(OTHERS)
    assert checked >= {"admin": 50, "anonymous": 7}[who], checked


class Few(BaseModel):
    number: int
    day: date


@pytest.mark.parametrize(
    ("sent", "problem"),
    [
        ({"number": 1, "day": "2021-06-30"}, None),
        ({"number": 1}, "Field required"),
        ({"number": 1.5, "day": "2021-06-30"}, "valid integer"),
        ({"number": "1", "day": "2021-06-30"}, "sent as"),
        ({"number": 1, "day": "2021-06-30", "more": 0}, "sent as"),
    ],
)
def test_what_does_not_fit_is_seen(sent: dict[str, Any], problem: str | None) -> None:
    found = misfit(Few, httpx.Response(200, json=sent))
    assert found is None if problem is None else problem in str(found)
