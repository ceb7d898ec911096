"""The counters at /metrics."""

from __future__ import annotations

from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from data.jobs.rows import claim, end

KPI_ROUTE = "/v1/plans/{plan}/projections/{kpi}"


def samples(service: Any) -> dict[tuple[str, ...], float]:
    """Values by name and the labels' values."""
    response = service.get("/metrics")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/plain; version=")
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }


def test_requests_are_counted_by_route_and_status(
    own_service: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for kpi in ("coal", "steel", "gold"):
        own_service.get(f"/v1/plans/demo-2018/projections/{kpi}?as_of=2018-06")
    own_service.get("/nothing/of/the/kind")
    monkeypatch.setattr("service.api.plans.summary", lambda *_given: 1 / 0)
    own_service.get("/v1/plans")
    found = samples(own_service)
    count = "vedich_request_seconds_count"
    assert found[count, "GET", KPI_ROUTE, "200"] == 2
    assert found[count, "GET", KPI_ROUTE, "404"] == 1
    assert found[count, "GET", "none", "404"] == 1
    assert found[count, "GET", "/v1/plans", "500"] == 1
    assert found["vedich_request_seconds_sum", "GET", KPI_ROUTE, "200"] > 0


@pytest.mark.slow
def test_jobs_by_state_and_the_process(own_service: Any) -> None:
    app_state = own_service.app.state.vedich
    app_state.jobs.start("retrain", "nothing much", "An", None, {})
    job = claim(app_state.store, "a process", 1)
    assert job is not None
    end(app_state.store, job, "done")
    app_state.jobs.start("retrain", "something else", "An", None, {})
    found = samples(own_service)
    states = {
        state: found["vedich_jobs", state] for state in ("queued", "running", "done", "failed")
    }
    assert states == {"queued": 1, "running": 0, "done": 1, "failed": 0}
    assert found[("process_resident_memory_bytes",)] > 1e6


def test_two_services_count_for_themselves(own_service: Any, service: Any) -> None:
    own_service.get("/healthz")
    before = samples(service).get(("vedich_request_seconds_count", "GET", "/healthz", "200"), 0)
    own_service.get("/healthz")
    after = samples(service).get(("vedich_request_seconds_count", "GET", "/healthz", "200"), 0)
    assert before == after
