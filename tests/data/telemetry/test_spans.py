"""Spans: nothing while off; sent to a collector of the test with the ids of the logs."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from data.settings import Settings
from data.telemetry import spans
from data.telemetry.context import ids, within
from data.telemetry.spans import end_spans, send_to, set_up_spans, span
from models.errors import MissingExtra

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def exporter() -> Iterator[InMemorySpanExporter]:
    made = InMemorySpanExporter()
    send_to(made)
    yield made
    end_spans()


def finished(exporter: InMemorySpanExporter) -> dict[str, Any]:
    assert spans._provider is not None
    spans._provider.force_flush()
    return {one.name: one for one in exporter.get_finished_spans()}


def test_off_it_says_what_work_belongs_to_and_no_more() -> None:
    with span("retrain", {"plan": "a-2021"}) as begun:
        assert begun is None
        assert ids() == {"plan": "a-2021"}
    assert ids() == {}


def test_spans_nest_and_carry_the_ids_of_the_logs(exporter: InMemorySpanExporter) -> None:
    with within({"request": "r1"}), span("job monthly", {"job": "j1"}), span("fit", {"kpi": "k"}):
        pass
    found = finished(exporter)
    outer, inner = found["job monthly"], found["fit"]
    assert inner.parent.span_id == outer.context.span_id
    assert dict(inner.attributes) == {
        "vedich.request": "r1",
        "vedich.job": "j1",
        "vedich.kpi": "k",
    }


def test_a_request_continues_the_trace_of_its_proxy(exporter: InMemorySpanExporter) -> None:
    with span("request", headers={"traceparent": PARENT}):
        pass
    assert f"{finished(exporter)['request'].context.trace_id:x}" in PARENT


def test_of_an_error_a_span_says_the_class_alone(exporter: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="s3cr3t"), span("fit"):
        raise ValueError("the password is s3cr3t")
    one = finished(exporter)["fit"]
    assert one.attributes["error.type"] == "ValueError"
    assert not one.status.is_ok
    assert "s3cr3t" not in one.to_json()


def test_spans_arrive_at_a_collector() -> None:
    received: list[tuple[str, bytes]] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_given: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Collector)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        set_up_spans(Settings(otel_endpoint=f"http://127.0.0.1:{server.server_port}/v1/traces"))
        with span("retrain", {"job": "j1"}):
            pass
        end_spans()
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    ((path, body),) = received
    assert path == "/v1/traces"
    (resource,) = ExportTraceServiceRequest.FromString(body).resource_spans
    (sent,) = resource.scope_spans[0].spans
    assert sent.name == "retrain"
    assert {one.key: one.value.string_value for one in sent.attributes} == {"vedich.job": "j1"}


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "opentelemetry.exporter.otlp.proto.http.trace_exporter"
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingExtra, match="Install the extra 'otel'"):
        set_up_spans(Settings(otel_endpoint="http://127.0.0.1:1/v1/traces"))


@pytest.mark.slow
def test_neither_sdk_nor_exporter_is_imported_while_it_is_off() -> None:
    program = (
        "import sys; import service.app, service.work.process; "
        "from data.settings import Settings; from data.telemetry.spans import set_up_spans, span; "
        "set_up_spans(Settings())\n"
        "with span('x'): pass\n"
        "sent = ('opentelemetry.sdk', 'opentelemetry.exporter')\n"
        "print([name for name in sys.modules if name.startswith(sent)])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
