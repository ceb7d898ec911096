"""Generated requests to every operation: no 5xx, and no status that is not documented."""

from __future__ import annotations

from typing import Any

import pytest

from experiments.attacks.openapi.cases import callers, run_cases

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # of schemathesis


def test_generated_requests_meet_documented_answers(
    own_service: Any,
) -> None:
    who = callers(own_service.app.state.vedich.store)
    few = {name: who[name] for name in ("anonymous", "viewer", "approver", "key:entry")}
    met = run_cases(own_service.app, few, examples=1, plan="demo-2018")
    assert met.cases > 150
    assert met.wrong == {}
    for name in ("viewer", "approver", "key:entry"):  # they are who they say
        assert met.by_caller[name][401] < 5, name
        assert met.by_caller[name][200] > 10, name


def test_every_operation_documents_what_any_request_may_meet(service: Any) -> None:
    schema = service.app.openapi()
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            statuses = set(operation["responses"])
            assert "400" in statuses, (method, path)
            if method != "get":
                assert {"403", "408", "413"} <= statuses, (method, path)
    healthz = schema["paths"]["/healthz"]["get"]["responses"]
    assert "401" not in healthz
    assert "401" in schema["paths"]["/v1/audit"]["get"]["responses"]
    assert "501" in schema["paths"]["/oembed"]["get"]["responses"]
