"""Every way a request can fail, on the real service: one shape, the right status."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from service.shapes.operation import Problem

PLAN = "/v1/plans/demo-2018"
COAL = f"{PLAN}/projections/coal"
FAILING = [
    ("GET", "/nothing", 404, "about:blank"),
    ("GET", "/v1/nothing", 404, "about:blank"),
    ("DELETE", COAL, 405, "about:blank"),
    ("GET", "/v1/plans/none-2018", 404, "unknown-plan"),
    ("GET", "/v1/plans/none-2018/projections", 404, "unknown-plan"),
    ("GET", "/v1/plans/none-2018/projections.csv", 404, "unknown-plan"),
    ("GET", "/v1/plans/none-2018/projections/coal/history", 404, "unknown-plan"),
    ("POST", "/v1/plans/none-2018/versions", 404, "unknown-plan"),
    ("POST", "/v1/plans/none-2018/retrain", 404, "unknown-plan"),
    ("GET", "/v1/observations?plan=none-2018", 404, "unknown-plan"),
    ("GET", "/v1/models?plan=none-2018", 404, "unknown-plan"),
    ("GET", "/v1/track-record?plan=none-2018", 404, "unknown-plan"),
    ("GET", f"{PLAN}/projections/gold?as_of=2018-06", 404, "unknown-kpi"),
    ("GET", f"{PLAN}/projections/gold/fan-chart.svg?as_of=2018-06", 404, "unknown-kpi"),
    ("GET", f"{PLAN}/projections/gold/history?as_of=2018-06", 404, "unknown-kpi"),
    ("GET", "/v1/observations?plan=demo-2018&kpi=gold", 404, "unknown-kpi"),
    ("GET", f"{PLAN}/projections/bridge/fan-chart.png?as_of=2018-06", 404, "no-observations"),
    ("GET", "/v1/jobs/none", 404, "unknown-job"),
    ("GET", "/v1/stamps/AAAAAAAAAAAA", 404, "unknown-stamp"),
    ("GET", f"{COAL}?as_of=2018-01", 409, "no-bundle"),
    ("GET", f"{PLAN}/projections?as_of=2018-01", 409, "no-bundle"),
    ("GET", f"{COAL}?as_of=June", 422, "invalid-month"),
    ("GET", f"{COAL}?as_of=2018-13", 422, "invalid-month"),
    ("GET", f"{COAL}?as_of=2018-02-30", 422, "invalid-month"),
    ("GET", f"{COAL}?as_of=", 422, "invalid-month"),
    ("GET", f"{COAL}/fan-chart.gif", 422, "invalid-request"),
    ("GET", f"{COAL}/fan-chart.svg?lang=fr", 422, "invalid-request"),
    ("GET", "/v1/observations", 422, "invalid-request"),
    ("GET", "/v1/observations?plan=demo-2018&limit=0", 422, "invalid-request"),
    ("GET", "/v1/observations?plan=demo-2018&from=2018", 422, "invalid-month"),
    ("POST", f"{PLAN}/versions", 422, "unreadable-file"),
    ("GET", "/plans/none-2018", 404, "unknown-plan"),
]


@pytest.mark.parametrize(("method", "address", "status", "kind"), FAILING)
def test_one_shape_and_the_right_status(
    service: Any, method: str, address: str, status: int, kind: str
) -> None:
    response = service.request(method, address, json={} if method == "POST" else None)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    problem = Problem.model_validate(response.json())
    assert problem.status == status
    assert problem.type == (kind if kind == "about:blank" else f"/problems#{kind}")
    assert problem.instance == address.partition("?")[0]
    assert problem.detail


@pytest.mark.parametrize("body", [b"", b"{", b"[1, 2]", b'"text"', b"null", b"\xff"])
def test_a_body_that_is_no_json_object(service: Any, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    response = service.post(f"{PLAN}/versions", content=body, headers=headers)
    kind = Problem.model_validate(response.json()).type
    unreadable = body == b"\xff"  # no text at all
    expected = (400, "about:blank") if unreadable else (422, "/problems#invalid-request")
    assert (response.status_code, kind) == expected


@pytest.mark.parametrize("error", [ValueError, KeyError, TypeError, ZeroDivisionError, OSError])
@pytest.mark.parametrize("address", ["/v1/plans", f"{COAL}?as_of=2018-06", f"{PLAN}/retrain"])
def test_an_unexpected_error_is_500_and_gives_nothing_away(
    own_service: Any, monkeypatch: pytest.MonkeyPatch, error: type[Exception], address: str
) -> None:
    def fail(*_given: Any) -> Any:
        raise error("a secret")

    monkeypatch.setattr(own_service.app.state.vedich.store, "reading", fail)
    method = "POST" if address.endswith("retrain") else "GET"
    response = own_service.request(method, address)
    assert response.status_code == 500
    problem = Problem.model_validate(response.json())
    assert problem.type == "about:blank"
    assert "secret" not in response.text


def test_an_answer_that_is_not_of_its_shape_is_500(
    own_service: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.api.plans.detail", lambda _store, _plan: {"plan": 1})
    response = own_service.get(PLAN)
    assert (response.status_code, response.json()["type"]) == (500, "about:blank")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
TARGET_KEYS = ("kpi", "comparator", "lower", "upper", "form", "level", "period", "source")
WORDS = st.sampled_from(["coal", "at_least", "between", "growth", "absolute", "assigned", "year"])


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "number": JSON,
            "adopted": JSON | st.just("2018-06-20"),
            "document": JSON,
            "note": JSON,
            "targets": JSON
            | st.lists(
                st.fixed_dictionaries(
                    {}, optional=dict.fromkeys(TARGET_KEYS, JSON | WORDS | st.just(5.0))
                ),
                max_size=2,
            ),
            "more": JSON,
        },
    )
)
def test_no_version_makes_the_service_stumble(service: Any, body: dict[str, Any]) -> None:
    """Anything at all in place of a version is 422 (the family never gets one that fits)."""
    content = json.dumps(body | {"number": 1}, allow_nan=True)
    headers = {"Content-Type": "application/json"}
    response = service.post(f"{PLAN}/versions", content=content, headers=headers)
    assert response.status_code == 422, response.text
    Problem.model_validate(response.json())
