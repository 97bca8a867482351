"""OpenTelemetry sees generated routes as it sees ordinary ones: spans, metrics and log records of the SDK agree."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi import Depends, FastAPI, HTTPException, Response
from fastapi.telemetry import get_telemetry_data
from opentelemetry import trace
from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.background import BackgroundTask
from starlette.testclient import TestClient

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = "00f067aa0ba902b7"
HEADERS = {"traceparent": f"00-{TRACE}-{PARENT}-01"}
PARAMETERS = [
    {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}},
    {"name": "limit", "in": "query", "schema": {"type": "integer"}},
]
OPERATIONS: dict[str, Any] = {
    "GET /generated/{id}": {
        "operationId": "getGenerated",
        "tags": ["things"],
        "parameters": PARAMETERS,
        "responses": {
            "204": {"description": "There."},
            "422": {"description": "Invalid.", "content": {"application/problem+json": {"schema": {"type": "object"}}}},
        },
    },
    **{f"GET /more/{number}": {"operationId": f"getMore{number}", "tags": ["more"]} for number in range(5)},
}
EXPECTED = {
    "/{route}/x": 204,
    "/{route}/x?limit=a": 422,
    "/{route}/http": 418,
    "/{route}/boom": 500,
    "/{route}/x/y": 404,
}


def _do(seen: list[str], id: str) -> None:  # noqa: A002 - the name of the parameter
    """What both routes do."""
    context = trace.get_current_span().get_span_context()
    seen.append(f"{context.trace_id:032x}")
    if id == "http":
        raise HTTPException(418, "teapot")
    if id == "boom":
        raise ZeroDivisionError("boom")


@pytest.fixture(scope="module")
def made(tmp_path_factory, module_server, describe_module) -> Any:
    """The generated half. What its handler saw of the trace is in ``seen``."""
    seen: list[str] = []

    def get_generated(server: Any, *, id: str, **_: Any) -> Any:  # noqa: A002 - the name of the parameter
        _do(seen, id)
        return server.modules("replies").GetGenerated204()

    folder = tmp_path_factory.mktemp("traced")
    server = module_server(describe_module(OPERATIONS), folder, handlers={"get_generated": get_generated})
    server.seen = seen
    return server


@dataclass
class Telemetry:
    """Providers of the SDK, and what they have recorded."""

    spans: InMemorySpanExporter
    metrics: InMemoryMetricReader
    logs: InMemoryLogRecordExporter
    providers: dict[str, Any]


def _sdk() -> Telemetry:
    spans, metrics, logs = InMemorySpanExporter(), InMemoryMetricReader(), InMemoryLogRecordExporter()
    tracing, logging_ = TracerProvider(), LoggerProvider()
    tracing.add_span_processor(SimpleSpanProcessor(spans))
    logging_.add_log_record_processor(SimpleLogRecordProcessor(logs))
    providers = {
        "tracer_provider": tracing,
        "meter_provider": MeterProvider([metrics]),
        "logger_provider": logging_,
    }
    return Telemetry(spans, metrics, logs, providers)


def _ready(made: Any, **options: Any) -> FastAPI:
    app: FastAPI = made.modules("router").create_app(made.contract, **options)
    return app


def _included(made: Any, **options: Any) -> FastAPI:
    app = FastAPI(**options)
    made.modules("router").add_problem_handlers(app)
    app.include_router(made.modules("router").build_router(made.contract))
    return app


HOSTS = {"ready": _ready, "included": _included}


def _app(made: Any, host: str, **options: Any) -> FastAPI:
    app = HOSTS[host](made, **options)

    @app.get("/ordinary/{id}")
    async def get_ordinary(id: str, limit: int = 0) -> Response:  # noqa: A002 - the name of the parameter
        _do(made.seen, id)
        return Response(status_code=204)

    return app


def _plain(value: Any) -> Any:
    return value.replace("generated", "thing").replace("ordinary", "thing") if isinstance(value, str) else value


def _attributes(found: Any) -> dict[str, Any]:
    attributes = dict(found or {})
    function = attributes.pop("code.function.name", "none")  # a module of the generated package, or this test
    size = {name: attributes.pop(name) for name in list(attributes) if name.endswith(("body.size", "content_length"))}
    assert all(isinstance(value, int) for value in size.values())
    return {**{name: _plain(value) for name, value in attributes.items()}, "has function": function != "none"}


def _span(span: ReadableSpan, names: dict[int, str]) -> dict[str, Any]:
    events = [
        (event.name, {k: v for k, v in event.attributes.items() if "stacktrace" not in k}) for event in span.events
    ]
    return {
        "name": _plain(span.name),
        "kind": span.kind,
        "parent": None if span.parent is None else names.get(span.parent.span_id, f"{span.parent.span_id:016x}"),
        "trace": f"{span.context.trace_id:032x}",
        "status": (span.status.status_code, span.status.description),
        "attributes": _attributes(span.attributes),
        "events": events,
    }


def _spans(telemetry: Telemetry) -> list[dict[str, Any]]:
    finished = telemetry.spans.get_finished_spans()
    names = {span.context.span_id: _plain(span.name) for span in finished}
    return [_span(span, names) for span in finished]


def _points(telemetry: Telemetry) -> dict[str, list[Any]]:
    """Counts by metric and attributes."""
    found: dict[str, list[Any]] = {}
    data = telemetry.metrics.get_metrics_data()
    for resource in data.resource_metrics if data is not None else ():
        for scope in resource.scope_metrics:
            for metric in scope.metrics:
                for point in metric.data.data_points:
                    shown = sorted((k, str(_plain(v))) for k, v in point.attributes.items())
                    found.setdefault(metric.name, []).append((shown, getattr(point, "count", None)))
    return found


def _logged(telemetry: Telemetry) -> list[Any]:
    records = [each.log_record for each in telemetry.logs.get_finished_logs()]
    return [
        (
            record.event_name,
            record.severity_number,
            record.body,
            {k: _plain(v) for k, v in (record.attributes or {}).items() if "stacktrace" not in k},
        )
        for record in records
    ]


def _request(app: FastAPI, method: str, path: str) -> int:
    with TestClient(app, raise_server_exceptions=False) as client:
        return client.request(method, path, headers=HEADERS).status_code


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("path", EXPECTED)
def test_built_in_telemetry(made, host: str, path: str) -> None:
    """FastAPI's own spans, metrics and log records of both halves are equal.

    But for one thing: a generated route reads its request where an ordinary one is at its endpoint already.
    """
    observed = []
    for route in ("ordinary", "generated"):
        telemetry = _sdk()
        made.seen.clear()
        app = _app(made, host, telemetry=telemetry.providers)
        assert _request(app, "GET", path.format(route=route)) == EXPECTED[path]
        spans = _spans(telemetry)
        if EXPECTED[path] == 422:
            spans = [span for span in spans if span["name"] != "fastapi.endpoint"]
        observed.append((spans, _logged(telemetry), list(made.seen), _points(telemetry)))
    for one, other in zip(*observed[:1], *observed[1:], strict=True):
        assert other == one
    spans, _, seen, points = observed[1]
    server = spans[-1]
    route = None if path == "/{route}/x/y" else "/thing/{id}"
    assert server["name"] == ("GET" if route is None else f"GET {route}")
    assert (server["parent"], server["trace"]) == (PARENT, TRACE)
    assert server["attributes"].get("http.route") == route
    assert server["attributes"]["http.response.status_code"] == EXPECTED[path]
    assert set(seen) <= {TRACE}
    assert points["http.server.request.duration"]


@pytest.mark.parametrize("host", HOSTS)
def test_built_in_telemetry_of_other_methods(made, host: str) -> None:
    """A request with another method keeps the path in the name of its span."""
    observed = []
    for route in ("ordinary", "generated"):
        telemetry = _sdk()
        app = _app(made, host, telemetry=telemetry.providers)
        assert _request(app, "DELETE", f"/{route}/x") == 405
        observed.append((_spans(telemetry), _logged(telemetry)))
    assert observed[1] == observed[0]
    assert observed[1][0][-1]["name"] == "DELETE /thing/{id}"


@pytest.mark.parametrize("host", HOSTS)
def test_built_in_telemetry_of_dependencies(made, host: str) -> None:
    """Dependencies from outside are run within the same spans."""

    async def current() -> None:
        made.seen.append(trace.get_current_span().name)

    observed = []
    for route in ("ordinary", "generated"):
        telemetry = _sdk()
        made.seen.clear()
        app = _app(made, host, telemetry=telemetry.providers, dependencies=[Depends(current)])
        assert _request(app, "GET", f"/{route}/x") == 204
        observed.append((_spans(telemetry), list(made.seen)))
    assert observed[1] == observed[0]
    assert [span["name"] for span in observed[1][0]] == ["fastapi.dependencies", "fastapi.endpoint", "GET /thing/{id}"]


@pytest.mark.parametrize("host", HOSTS)
def test_processors_see_what_was_wrong(made, host: str) -> None:
    """Processors of the application are shown the errors of a refused request."""
    seen: list[Any] = []

    class Collecting(SpanProcessor):
        def on_end(self, span: ReadableSpan) -> None:
            data = get_telemetry_data()
            seen.append([] if data is None else [error["loc"] for error in data.errors or ()])

    for route in ("ordinary", "generated"):
        telemetry = _sdk()
        telemetry.providers["tracer_provider"].add_span_processor(Collecting())
        assert _request(_app(made, host, telemetry=telemetry.providers), "GET", f"/{route}/x?limit=a") == 422
        assert seen[-1] == [("query", "limit")]


@pytest.mark.parametrize("host", HOSTS)
def test_excluded_requests(made, host: str) -> None:
    """What the configuration excludes is not recorded."""
    telemetry = _sdk()
    options = {**telemetry.providers, "exclude": lambda scope: scope["path"].endswith("/quiet")}
    app = _app(made, host, telemetry=options)
    for path in ("/ordinary/quiet", "/generated/quiet"):
        assert _request(app, "GET", path) == 204
    assert telemetry.spans.get_finished_spans() == ()


@pytest.mark.parametrize("host", HOSTS)
def test_mounted_applications(made, host: str) -> None:
    """The route of a mounted application is named from its root."""
    observed = []
    for route in ("ordinary", "generated"):
        telemetry = _sdk()
        outer = FastAPI(telemetry=telemetry.providers)
        outer.mount("/sub", _app(made, host))
        assert _request(outer, "GET", f"/sub/{route}/x") == 204
        observed.append(_spans(telemetry))
    assert observed[1] == observed[0]
    assert observed[1][-1]["attributes"]["http.route"] == "/sub/thing/{id}"


@pytest.fixture
def instrument(monkeypatch) -> Any:
    """Instruments applications as ``opentelemetry-instrument`` does, and undoes what outlives the test."""
    monkeypatch.setattr(BackgroundTask, "__call__", BackgroundTask.__call__)
    instrumented: list[FastAPI] = []

    def instrument(app: FastAPI, telemetry: Telemetry) -> None:
        providers = {name: telemetry.providers[name] for name in ("tracer_provider", "meter_provider")}
        FastAPIInstrumentor.instrument_app(app, **providers)
        instrumented.append(app)

    yield instrument
    for app in instrumented:
        FastAPIInstrumentor.uninstrument_app(app)


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("path", EXPECTED)
def test_instrumentation_of_the_opentelemetry_project(made, instrument, caplog, host: str, path: str) -> None:
    """The spans and metrics of opentelemetry-instrumentation-fastapi are equal as well."""
    observed = []
    for route in ("ordinary", "generated"):
        telemetry = _sdk()
        made.seen.clear()
        app = _app(made, host)
        instrument(app, telemetry)
        assert _request(app, "GET", path.format(route=route)) == EXPECTED[path]
        observed.append((_spans(telemetry), list(made.seen), _points(telemetry)))
    for one, other in zip(*observed[:1], *observed[1:], strict=True):
        assert other == one
    server = observed[1][0][-1]
    assert server["attributes"].get("http.route") == (None if path == "/{route}/x/y" else "/thing/{id}")
    assert server["parent"] == PARENT
    assert set(observed[1][1]) <= {TRACE}
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR and "otel" in record.name]


@pytest.mark.parametrize("host", HOSTS)
def test_asgi_instrumentation(made, host: str) -> None:
    """OpenTelemetry's ASGI middleware records both halves alike."""
    observed = []
    for route in ("ordinary", "generated"):
        telemetry = _sdk()
        app = _app(made, host)
        app.add_middleware(OpenTelemetryMiddleware, tracer_provider=telemetry.providers["tracer_provider"])
        assert _request(app, "GET", f"/{route}/x") == 204
        observed.append(_spans(telemetry))
    assert observed[1] == observed[0]
    assert observed[1][-1]["parent"] == PARENT


def test_telemetry_switched_off(made) -> None:
    """Signals that are switched off are not recorded, and the operations answer all the same."""
    telemetry = _sdk()
    off = {**telemetry.providers, "tracing": False, "metrics": False, "logs": False}
    assert _request(_app(made, "ready", telemetry=off), "GET", "/generated/x") == 204
    assert telemetry.spans.get_finished_spans() == ()
    assert telemetry.metrics.get_metrics_data() is None
