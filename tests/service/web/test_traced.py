"""A request in the log and as a span: by its route, with its number, plan and job."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from data.telemetry import spans
from data.telemetry.context import ids
from data.telemetry.spans import end_spans, send_to

KPI = "/v1/plans/demo-2018/projections/coal?as_of=2018-06"


@pytest.fixture
def exporter() -> Iterator[InMemorySpanExporter]:
    made = InMemorySpanExporter()
    send_to(made)
    yield made
    end_spans()


def test_a_request_is_one_line_without_path_and_query(
    own_service: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "service")
    seen: list[str] = []

    class Numbers(logging.Filter):
        def filter(self, record: logging.LogRecord) -> bool:
            seen.append(ids().get("request", ""))
            return True

    caplog.handler.addFilter(numbers := Numbers())
    own_service.get(f"{KPI}&api_key=nothing", headers={"X-Request-ID": "proxy-7"})
    own_service.get("/nothing/here", headers={"X-Request-ID": "not a number\n"})
    caplog.handler.removeFilter(numbers)
    lines = [one for one in caplog.records if one.name == "service.web.traced"]
    assert lines[0].getMessage().startswith("GET /v1/plans/{plan}/projections/{kpi}: 200, ")
    assert (lines[0].plan, lines[0].kpi) == ("demo-2018", "coal")  # type: ignore[attr-defined]
    assert lines[1].getMessage().startswith("GET none: 404, ")
    assert "api_key" not in caplog.text
    assert seen[0] == "proxy-7"
    assert len(seen[-1]) == 16


def test_what_fails_unexpectedly_is_logged_with_its_request(
    own_service: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "service")
    monkeypatch.setattr("service.api.plans.summary", lambda *_given: 1 / 0)
    own_service.get("/v1/plans")
    (line,) = [one for one in caplog.records if one.name == "service.web.traced"]
    assert line.getMessage().startswith("GET /v1/plans: 500, ")


def test_a_request_is_a_span_with_the_projection_in_it(
    own_service: Any, exporter: InMemorySpanExporter
) -> None:
    answered = own_service.get(KPI, headers={"X-Request-ID": "proxy-8"})
    stamp = answered.json()["stamp"]
    assert spans._provider is not None
    spans._provider.force_flush()
    found = {one.name: one for one in exporter.get_finished_spans()}
    request = found["GET /v1/plans/{plan}/projections/{kpi}"]
    assert request.attributes is not None
    assert request.attributes["http.response.status_code"] == 200
    assert request.attributes["vedich.request"] == "proxy-8"
    assert request.attributes["vedich.plan"] == "demo-2018"
    projected = found["project"]
    assert projected.attributes is not None
    assert projected.attributes["vedich.stamp"] == stamp
    assert projected.attributes["vedich.request"] == "proxy-8"
    assert projected.parent is not None
    assert projected.context.trace_id == request.context.trace_id
