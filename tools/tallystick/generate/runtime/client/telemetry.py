"""A client span per call when the OpenTelemetry API is installed; nothing otherwise.

Span and attribute names follow OpenTelemetry's semantic conventions for HTTP clients.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from .operation import Operation


def _api() -> Any:
    """The modules of the API, if the program has imported them: who traces has, and who does not pays nothing."""
    if "opentelemetry.trace" not in sys.modules:
        return None
    from opentelemetry import propagate, trace

    return propagate, trace


def start(operation: Operation[Any], base_url: str) -> Any:
    """A started span, or None."""
    api = _api()
    if api is None:
        return None
    _, trace = api
    if (
        type(trace.get_tracer_provider()).__name__ == "ProxyTracerProvider"
        and not trace.get_current_span().is_recording()
    ):
        return None  # the program has set up no tracing
    tracer = trace.get_tracer(__name__.partition(".")[0])
    server = urlsplit(base_url)
    return tracer.start_span(
        f"{operation.method} {operation.path}",
        kind=trace.SpanKind.CLIENT,
        attributes={
            "http.request.method": operation.method,
            "url.template": operation.path,
            "server.address": server.hostname or "",
            "openapi.operation_id": operation.id,
        },
    )


def propagate(headers: dict[str, str], span: Any = None) -> None:
    """Add ``traceparent`` to the headers."""
    api = _api()
    if api is not None and span is not None:
        propagator, trace = api
        propagator.inject(headers, context=trace.set_span_in_context(span))


def end(span: Any, *, status: int | None = None, error: BaseException | None = None) -> None:
    """End the span with a status, or with an error."""
    if span is None:
        return
    status = status if status is not None else getattr(error, "status", None)
    if status is not None:
        span.set_attribute("http.response.status_code", status)
    if error is not None:
        span.set_attribute("error.type", type(error).__name__)
        span.set_status(_error_status())
    span.end()


def _error_status() -> Any:
    from opentelemetry.trace import Status, StatusCode

    return Status(StatusCode.ERROR)
