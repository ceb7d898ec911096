"""Every JSON answer is the shape that its route declares: read back, it gives the same bytes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.routing import APIRoute
from starlette.routing import Match

from service.projections.shape import Shape, encode

BASE = "/v1/plans/demo-2018"
LESS = {"kpi": "coal", "shape": "percent", "months": ["2018-11"], "value": -20.0}
OWN = {"kpi": "coal", "start": "2018-02", "shape": "pulse", "size": -0.2, "day": "2018-06-30"}
UPLOAD = """Chỉ tiêu;Tháng;Giá trị;Trạng thái;Ngày công bố
Than đá;2018-06;99000;ước tính;10/07/2018
Xi măng;2018-06;12;ước tính;10/07/2018
"""
WITHOUT_SHAPE = {"/openapi.json", "/docs", "/docs/oauth2-redirect", "/redoc"}


def routes_in(routes: Any) -> Iterator[APIRoute]:
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        elif inner := getattr(route, "original_router", None):
            yield from routes_in(inner.routes)


def declared(app: Any, method: str, path: str) -> type[Shape]:
    """The shape that the route declares which answers a path."""
    scope = {"type": "http", "method": method, "path": path.partition("?")[0], "headers": []}
    found = [one for one in routes_in(app.routes) if one.matches(scope)[0] is Match.FULL]
    shape = found[0].response_model
    assert issubclass(shape, Shape)
    return shape


def reads_back(service: Any, method: str, path: str, **options: Any) -> Any:
    """Ask, check that the answer is its shape to the byte, and give its JSON."""
    answer = service.request(method, path, **options)
    assert answer.is_success, answer.text
    assert answer.headers["content-type"] == "application/json"
    shape = declared(service.app, method, path)
    assert encode(shape.model_validate_json(answer.content)) == answer.content
    return answer.json()


@pytest.mark.parametrize(
    "path",
    [
        "/healthz",
        "/readyz",
        "/v1/plans",
        BASE,
        f"{BASE}/versions/compare?from=1&to=2",
        f"{BASE}/projections?as_of=2018-06",
        f"{BASE}/projections/coal/history?as_of=2018-06",
        f"{BASE}/changes?from=2018-05&to=2018-06",
        f"{BASE}/contributions/both?as_of=2018-06",
        f"{BASE}/contributions/output?as_of=2018-06",
        f"{BASE}/events?as_of=2018-06",
        f"{BASE}/scenarios",
        f"{BASE}/months",
        f"{BASE}/months/2018-06",
        "/v1/observations?plan=demo-2018&kpi=coal&from=2018-05",
        "/v1/imports?plan=demo-2018",
        "/v1/models",
        "/v1/track-record",
        "/v1/audit",
        "/v1/session",
        "/oembed?url=http://127.0.0.1/embed/demo-2018/coal%3Fas_of%3D2018-06",
    ],
)
def test_what_is_asked(service: Any, path: str) -> None:
    reads_back(service, "GET", path)


def test_what_is_entered(own_service: Any) -> None:
    ask = own_service
    kept = reads_back(ask, "POST", f"{BASE}/scenarios", json={"name": "a", "changes": [LESS]})
    reads_back(ask, "GET", f"{BASE}/scenarios/{kept['id']}")
    assert reads_back(ask, "GET", f"{BASE}/scenarios")["scenarios"][0]["at"] == kept["at"]
    reads_back(ask, "POST", f"{BASE}/events", json=OWN)
    reads_back(ask, "POST", f"{BASE}/events/coal/2018-02-pulse/reject", json={"day": "2018-06-30"})
    entry = {"value": 1555.0, "unit": "thousand tonnes", "reason": "ours"}
    made = reads_back(ask, "POST", f"{BASE}/months/2018-06/estimates/coal", json=entry)
    step = {"estimate": made["estimates"][0]["id"]}
    reads_back(ask, "POST", f"{BASE}/months/2018-06/estimates/coal/check", json=step)
    assert reads_back(ask, "GET", f"{BASE}/months/2018-06")["estimates"][0]["state"] == "checked"
    looked = reads_back(
        ask, "POST", "/v1/imports?plan=demo-2018&file=a.csv", content=UPLOAD.encode()
    )
    one = f"/v1/imports/{looked['id']}"
    assert looked["preview"]["figures"][0]["suspicions"]
    assert looked["preview"]["unknown"]
    row = {"table": "tidy", "row": "Xi măng", "kpi": "steel"}
    matched = reads_back(ask, "POST", f"{one}/matches", json=row)
    reads_back(ask, "POST", f"{one}/commit", json={"mark": matched["preview"]["mark"]})
    assert reads_back(ask, "POST", f"{one}/undo", json={"reason": "x"})["withdrawn"]
    reads_back(ask, "GET", "/v1/audit")


def test_every_json_route_declares_a_shape(service: Any) -> None:
    for route in routes_in(service.app.routes):
        described = service.app.openapi()["paths"].get(route.path_format, {})
        for method in route.methods:
            answers = described.get(method.lower(), {}).get("responses", {})
            good = [one for code, one in answers.items() if code.startswith("2")]
            if any("application/json" in one.get("content", {}) for one in good):
                several = len(good[0]["content"]) > 1  # a chart's specification
                assert several or issubclass(route.response_model, Shape), route.path
