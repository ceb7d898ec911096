"""Spans of OpenTelemetry, off unless `VEDICH_OTEL_ENDPOINT` is set; with the ids of the logs.

Neither its SDK nor the exporter is imported while it is off. The collector's headers, such as a
key, are OpenTelemetry's own setting OTEL_EXPORTER_OTLP_HEADERS.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from data.settings import Settings
from data.telemetry.context import Ids, ids, within
from models.errors import MissingExtra

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Span

NAME = "vedich"
_provider: TracerProvider | None = None


def set_up_spans(settings: Settings) -> None:
    """Send the spans of this process to the collector of the settings, if there is one.

    Raises
    ------
    MissingExtra
        If the exporter is not installed.
    """
    if settings.otel_endpoint is None or _provider is not None:
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    except ModuleNotFoundError as error:
        raise MissingExtra(
            "VEDICH_OTEL_ENDPOINT: expected the exporter of OpenTelemetry, found that it is not "
            "installed. Install the extra 'otel', or unset VEDICH_OTEL_ENDPOINT."
        ) from error
    send_to(OTLPSpanExporter(endpoint=settings.otel_endpoint))


def send_to(exporter: SpanExporter) -> None:
    """Send the spans of this process to an exporter, in batches from a thread of its own."""
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    global _provider
    _provider = TracerProvider(
        resource=Resource.create({"service.name": NAME}), shutdown_on_exit=False
    )
    _provider.add_span_processor(BatchSpanProcessor(exporter))


def end_spans() -> None:
    """Send what is still waiting, for a few seconds at most, and stop."""
    global _provider
    if _provider is not None:
        _provider.shutdown()
        _provider = None


def spans_are_on() -> bool:
    """Whether spans are sent anywhere."""
    return _provider is not None


@contextmanager
def span(
    name: str, more: Ids | None = None, headers: Mapping[str, str] | None = None
) -> Iterator[Span | None]:
    """A step of work: what is logged in it belongs to `more` too; a span if these are on.

    Of an error a span has the class alone: messages may quote what is nobody's business.

    Parameters
    ----------
    name : of the step, such as 'retrain'
    headers : of a request, whose `traceparent` the span continues
    """
    with within(more or {}):
        if _provider is None:
            yield None
            return
        from opentelemetry.trace import StatusCode
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        context = TraceContextTextMapPropagator().extract(headers) if headers else None
        about = {f"vedich.{key}": value for key, value in ids().items()}
        tracer = _provider.get_tracer(NAME)
        with tracer.start_as_current_span(
            name,
            context,
            attributes=about,
            record_exception=False,
            set_status_on_exception=False,
        ) as begun:
            try:
                yield begun
            except BaseException as error:
                begun.set_status(StatusCode.ERROR)
                begun.set_attribute("error.type", type(error).__name__)
                raise
