"""Whatever is done to an application acts on generated routes exactly as on ordinary ones beside them."""

from __future__ import annotations

import contextlib
import dataclasses
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import APIRouter, BackgroundTasks, Depends, FastAPI, Header, HTTPException, Response, WebSocket
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Match, Mount
from starlette.staticfiles import StaticFiles
from starlette.testclient import TestClient

pytestmark = pytest.mark.filterwarnings("ignore:The `root_path` parameter is deprecated")  # it still has to work
ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
THING = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}
OPERATIONS: dict[str, Any] = {
    "GET /generated/{id}": {
        "operationId": "getGenerated",
        "tags": ["things"],
        "parameters": [ID],
        "responses": {
            "200": {"description": "A thing.", "content": {"application/json": {"schema": THING}}},
            "409": {"description": "No.", "x-tally-problem": {"type": "https://t.example/taken", "title": "Taken"}},
        },
    },
    "PUT /generated/{id}": {
        "operationId": "putGenerated",
        "tags": ["things"],
        "parameters": [ID],
        "requestBody": {"required": True, "content": {"application/json": {"schema": THING}}},
    },
    "GET /generated": {"operationId": "listGenerated", "tags": ["things"]},
}


def _problems(server: Any) -> Any:
    violation = server.modules("_runtime.problems").ContractViolation
    return SimpleNamespace(**vars(server.modules("problems")), ContractViolation=violation)


def _thing(problems: Any, id: str) -> dict[str, str]:  # noqa: A002 - the name of the parameter
    """What both routes do."""
    if id.startswith("http"):
        raise HTTPException(int(id.removeprefix("http")), "on purpose", {"X-Why": "asked"})
    if id == "boom":
        raise ZeroDivisionError
    if id == "taken":
        raise problems.Taken
    if id == "outside":
        raise problems.ContractViolation("outside")
    return {"id": "long " * 400 if id == "long" else id}


@pytest.fixture(scope="module")
def made(tmp_path_factory, module_server, describe_module) -> Any:
    """The generated half."""

    def get_generated(server: Any, **arguments: Any) -> Any:
        return server.modules("replies").GetGenerated200(_thing(_problems(server), **arguments))

    folder = tmp_path_factory.mktemp("twins")
    return module_server(describe_module(OPERATIONS), folder, handlers={"get_generated": get_generated})


def _ordinary(made: Any) -> APIRouter:
    router = APIRouter()

    @router.get("/ordinary/{id}", name="get_ordinary", operation_id="getOrdinary", tags=["things"])
    async def get_ordinary(id: str) -> Any:  # noqa: A002 - the name of the parameter
        return _thing(_problems(made), id)

    @router.put("/ordinary/{id}", status_code=204, name="put_ordinary", operation_id="putOrdinary", tags=["things"])
    async def put_ordinary(id: str, body: dict[str, str]) -> Response:  # noqa: A002 - the name of the parameter
        made.calls.append({"id": id, "body": body})
        return Response(status_code=204)

    @router.get("/ordinary", status_code=204, name="list_ordinary", operation_id="listOrdinary", tags=["things"])
    async def list_ordinary() -> Response:
        return Response(status_code=204)

    return router


def _ready(made: Any, include: dict[str, Any], **options: Any) -> FastAPI:
    """Both halves in the application that comes with the generated one."""
    app: FastAPI = made.modules("router").create_app(made.contract, **options)
    app.include_router(_ordinary(made), **include)
    return app


def _included(made: Any, include: dict[str, Any], **options: Any) -> FastAPI:
    """Both halves in an application of one's own, which answers errors as the ready one does."""
    router = made.modules("router")
    app = FastAPI(**options)
    router.add_problem_handlers(app)
    app.include_router(_ordinary(made), **include)
    app.include_router(router.build_router(made.contract), **include)
    return app


def _nested(made: Any, include: dict[str, Any], **options: Any) -> FastAPI:
    """Both halves in a router within a router."""
    router = made.modules("router")
    app = FastAPI(**options)
    router.add_problem_handlers(app)
    for part in (_ordinary(made), router.build_router(made.contract)):
        outer = APIRouter()
        outer.include_router(part)
        app.include_router(outer, **include)
    return app


HOSTS = {"ready": _ready, "included": _included, "nested": _nested}


@dataclass
class Mechanism:
    """Something that can be done to an application, and requests that show its effect."""

    options: Callable[[list[Any]], dict[str, Any]] = lambda _seen: {}
    include: Callable[[list[Any]], dict[str, Any]] = lambda _seen: {}
    install: Callable[[FastAPI, list[Any], Any], None] = lambda _app, _seen, _made: None
    calls: Sequence[tuple[str, str, dict[str, str]]] = (("GET", "/{route}/x", {}),)
    seen: bool = True
    """Whether the mechanism must have noted something."""
    hosts: Sequence[str] = tuple(HOSTS)
    client: dict[str, Any] = field(default_factory=dict)


def _note(seen: list[Any], what: str) -> Callable[..., Any]:
    async def noted(request: Request, x_pass: str = Header("yes")) -> None:
        seen.append((what, request.url.path, dict(request.path_params), x_pass))
        if x_pass != "yes":
            raise HTTPException(403, "no pass")

    return noted


PASSES = (("GET", "/{route}/x", {}), ("GET", "/{route}/x", {"X-Pass": "no"}), ("GET", "/{route}/boom", {}))


def _dependency(seen: list[Any]) -> dict[str, Any]:
    return {"dependencies": [Depends(_note(seen, "dependency"))]}


async def _real() -> None:
    raise HTTPException(403, "not overridden")


def _override(app: FastAPI, seen: list[Any], _made: Any) -> None:
    app.dependency_overrides[_real] = _note(seen, "override")


def _yielding(seen: list[Any]) -> dict[str, Any]:
    async def unit() -> Any:
        seen.append("begin")
        try:
            yield
        except Exception as error:
            seen.append(f"failed with {type(error).__name__}")
            raise
        seen.append("end")

    return {"dependencies": [Depends(unit)]}


def _background(seen: list[Any]) -> dict[str, Any]:
    async def later(tasks: BackgroundTasks, response: Response) -> None:
        tasks.add_task(seen.append, "afterwards")
        response.headers["X-From-Dependency"] = "yes"
        response.set_cookie("visited", "1")

    return {"dependencies": [Depends(later)]}


def _handler(key: Any, status: int = 599) -> Callable[[FastAPI, list[Any], Any], None]:
    def install(app: FastAPI, seen: list[Any], made: Any) -> None:
        async def handle(request: Request, error: Exception) -> PlainTextResponse:
            seen.append((type(error).__name__, request.url.path))
            return PlainTextResponse(f"mine: {error}", status)

        app.add_exception_handler(getattr(_problems(made), key) if isinstance(key, str) else key, handle)

    return install


class Watching:
    """Pure ASGI middleware that notes what routing has left in the scope and which messages were sent."""

    def __init__(self, app: Any, seen: list[Any]) -> None:
        self.app = app
        self.seen = seen

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def noted(message: Any) -> None:
            self.seen.append((message["type"], message.get("status"), message.get("more_body", False)))
            await send(message)

        try:
            await self.app(scope, receive, noted)
        finally:
            if scope["type"] == "http":
                route = scope.get("route")
                self.seen.append(
                    (
                        getattr(route, "path", None),
                        getattr(route, "name", None),
                        scope.get("path_params"),
                        getattr(scope.get("endpoint"), "__name__", None),
                    )
                )


def _pure(app: FastAPI, seen: list[Any], _made: Any) -> None:
    app.add_middleware(Watching, seen=seen)


def _around_http(app: FastAPI, seen: list[Any], _made: Any) -> None:
    async def dispatch(request: Request, call_next: Any) -> Any:
        request.state.user = "someone"
        try:
            response = await call_next(request)
        except ZeroDivisionError:
            seen.append("ZeroDivisionError")
            raise
        seen.append((request.url.path, response.status_code, request.scope["path_params"]))
        response.headers["X-Around"] = "yes"
        return response

    app.add_middleware(BaseHTTPMiddleware, dispatch=dispatch)


def _urls(app: FastAPI, seen: list[Any], _made: Any) -> None:
    async def dispatch(request: Request, call_next: Any) -> Any:
        response = await call_next(request)
        name = "get_ordinary" if "ordinary" in request.url.path else "get_generated"
        seen.append((str(request.url_for(name, id="a b")), str(request.app.url_path_for(name, id="é"))))
        return response

    app.add_middleware(BaseHTTPMiddleware, dispatch=dispatch)


def _state(seen: list[Any]) -> dict[str, Any]:
    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> Any:
        seen.append("started")
        yield {"pool": "open"}
        seen.append("stopped")

    async def look(request: Request) -> None:
        seen.append(request.state.pool)

    return {"lifespan": lifespan, "dependencies": [Depends(look)]}


def _reading(how: str) -> Callable[[list[Any]], dict[str, Any]]:
    """A dependency that reads the content before the route does."""

    def options(seen: list[Any]) -> dict[str, Any]:
        async def read(request: Request) -> None:
            content = getattr(request, how)()
            seen.append([each async for each in content] if how == "stream" else repr(await content))

        return {"dependencies": [Depends(read)]}

    return options


def _around_content(app: FastAPI, seen: list[Any], _made: Any) -> None:
    async def dispatch(request: Request, call_next: Any) -> Any:
        seen.append(repr(await request.body()))
        return await call_next(request)

    app.add_middleware(BaseHTTPMiddleware, dispatch=dispatch)


CONTENT = (("PUT", "/{route}/x", {"Content-Type": "application/json"}),)
OTHER_METHODS = tuple((method, "/{route}", {}) for method in ("POST", "HEAD", "OPTIONS", "DELETE", "BREW"))
STATUSES = tuple(("GET", f"/{{route}}/http{status}", {}) for status in (401, 404, 405, 418, 422, 500, 503))
ORIGIN = {"Origin": "https://a.example"}
PREFLIGHT = {**ORIGIN, "Access-Control-Request-Method": "GET"}
CORS = Middleware(CORSMiddleware, allow_origins=["https://a.example"])
EVERYTHING = (("GET", "/{route}/x", {}), ("GET", "/{route}/boom", {}), *STATUSES, *OTHER_METHODS)

MECHANISMS = {
    "nothing": Mechanism(calls=EVERYTHING, seen=False),
    "raised exceptions": Mechanism(
        calls=EVERYTHING, seen=False, client={"raise_server_exceptions": True}, hosts=["ready", "included"]
    ),
    "debug": Mechanism(options=lambda _: {"debug": True}, seen=False),
    "application dependencies": Mechanism(_dependency, calls=PASSES),
    "router dependencies": Mechanism(include=_dependency, calls=PASSES, hosts=["included", "nested"]),
    "dependency overrides": Mechanism(
        lambda _: {"dependencies": [Depends(_real)]}, install=_override, calls=PASSES, hosts=["ready", "included"]
    ),
    "dependencies not overridden": Mechanism(lambda _: {"dependencies": [Depends(_real)]}, calls=PASSES, seen=False),
    "yielding dependencies": Mechanism(_yielding, calls=EVERYTHING),
    "what dependencies add to the response": Mechanism(_background),
    "prefix": Mechanism(
        include=lambda _: {"prefix": "/v1"},
        calls=[("GET", "/v1/{route}/x", {}), ("GET", "/{route}/x", {}), ("DELETE", "/v1/{route}", {})],
        seen=False,
        hosts=["included", "nested"],
    ),
    "prefix with a parameter": Mechanism(
        include=lambda seen: {"prefix": "/in/{place}", **_dependency(seen)},
        calls=[("GET", "/in/a/{route}/x", {}), ("GET", "/in/b/{route}", {})],
        hosts=["included", "nested"],
    ),
    "handler for HTTPException": Mechanism(install=_handler(StarletteHTTPException), calls=EVERYTHING),
    "handler for FastAPI's HTTPException": Mechanism(install=_handler(HTTPException), calls=EVERYTHING),
    **{
        f"handler for {status}": Mechanism(install=_handler(status), calls=EVERYTHING)
        for status in (404, 405, 418, 422, 500)
    },
    "handler for Exception": Mechanism(install=_handler(Exception), calls=EVERYTHING),
    "handler for one class": Mechanism(install=_handler(ZeroDivisionError), calls=EVERYTHING),
    "handler for its base class": Mechanism(install=_handler(ArithmeticError), calls=EVERYTHING),
    "handler for problems": Mechanism(install=_handler("Problem"), calls=[("GET", "/{route}/taken", {})]),
    "handler for one problem": Mechanism(install=_handler("Taken"), calls=[("GET", "/{route}/taken", {})]),
    "handler for violations": Mechanism(install=_handler("ContractViolation"), calls=[("GET", "/{route}/outside", {})]),
    "pure ASGI middleware": Mechanism(install=_pure, calls=EVERYTHING),
    "BaseHTTPMiddleware": Mechanism(install=_around_http, calls=EVERYTHING),
    "dependencies that read the content": Mechanism(_reading("body"), calls=CONTENT),
    "dependencies that read it as JSON": Mechanism(_reading("json"), calls=CONTENT),
    "middleware that reads the content": Mechanism(install=_around_content, calls=CONTENT),
    "url_for": Mechanism(install=_urls),
    "lifespan and state": Mechanism(_state),
    "CORS": Mechanism(
        lambda _: {"middleware": [CORS]},
        calls=[("GET", "/{route}/x", ORIGIN), ("OPTIONS", "/{route}/x", PREFLIGHT), ("OPTIONS", "/{route}/x", ORIGIN)],
        seen=False,
    ),
    "GZip": Mechanism(
        lambda _: {"middleware": [Middleware(GZipMiddleware, minimum_size=500)]},
        calls=[("GET", "/{route}/long", {"Accept-Encoding": "gzip"}), ("GET", "/{route}/x", {})],
        seen=False,
    ),
    "trusted hosts": Mechanism(
        lambda _: {"middleware": [Middleware(TrustedHostMiddleware, allowed_hosts=["good.example"])]},
        calls=[("GET", "/{route}/x", {}), ("GET", "/{route}/x", {"Host": "good.example"})],
        seen=False,
    ),
    "slashes": Mechanism(
        lambda _: {"redirect_slashes": True},
        calls=[("GET", path, {}) for path in ("/{route}", "/{route}/", "/{route}/x/", "//{route}", "/{route}//x")],
        seen=False,
    ),
    "slashes as they are": Mechanism(
        lambda _: {"redirect_slashes": False},
        calls=[("GET", path, {}) for path in ("/{route}", "/{route}/", "/{route}/x/", "//{route}", "/{route}//x")],
        seen=False,
    ),
    "root path": Mechanism(
        lambda _: {"root_path": "/api"},
        install=_urls,
        calls=[("GET", "/{route}/x", {}), ("GET", "/api/{route}/x", {}), ("GET", "/api/{route}", {})],
    ),
    "root path of the server": Mechanism(
        install=_urls, calls=[("GET", "/{route}/x", {}), ("GET", "/api/{route}/x", {})], client={"root_path": "/api"}
    ),
}


def _plain(value: Any) -> Any:
    """What was seen, the names of the two halves made one."""
    text = json.dumps(value, default=str, sort_keys=True)
    return json.loads(text.replace("generated", "thing").replace("ordinary", "thing").replace("Generated", "Thing"))


def _outcome(app: Any, route: str, mechanism: Mechanism) -> list[Any]:
    outcomes: list[Any] = []
    options = {"raise_server_exceptions": False, **mechanism.client}
    with TestClient(app, follow_redirects=False, **options) as client:
        for method, path, headers in mechanism.calls:
            try:
                content = b'{"id": "x"}' if method == "PUT" else None
                reply = client.request(method, path.format(route=route), headers=headers, content=content)
            except ZeroDivisionError as error:
                outcomes.append(type(error).__name__)
                continue
            shown = dict(reply.headers)
            if "allow" in shown:  # the generated half names all methods of the path; FastAPI those of one route
                shown["allow"] = "GET"
            outcomes.append((method, path, reply.status_code, shown, reply.text, reply.history))
    return outcomes


CASES = [(name, host) for name, mechanism in MECHANISMS.items() for host in mechanism.hosts]


@pytest.mark.parametrize(("name", "host"), CASES, ids=lambda value: value.replace(" ", "-"))
def test_a_mechanism_acts_on_both(made, name: str, host: str) -> None:
    """The same requests to an ordinary and a generated route have the same answers and leave the same traces."""
    mechanism = MECHANISMS[name]
    observed = []
    for route in ("ordinary", "generated"):
        seen: list[Any] = []
        made.calls.clear()
        app = HOSTS[host](made, mechanism.include(seen), **mechanism.options(seen))
        mechanism.install(app, seen, made)
        observed.append((_plain(_outcome(app, route, mechanism)), _plain(seen)))
        if mechanism.calls is CONTENT:
            assert [(call["id"], dict(call["body"])) for call in made.calls] == [("x", {"id": "x"})]
        assert bool(seen) == mechanism.seen
    (outcome, traces), (own_outcome, own_traces) = observed
    assert outcome[0][2] != 404
    for one, other in zip(outcome, own_outcome, strict=True):
        assert other == one
    assert own_traces == traces


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("outer", ["mounted", "mounted twice", "below another root", "mounted with a parameter"])
def test_sub_applications(made, host: str, outer: str) -> None:
    """Both routes answer alike where the application is mounted, and know their addresses."""
    observed = []
    for route in ("ordinary", "generated"):
        seen: list[Any] = []
        inner = HOSTS[host](made, {}, dependencies=[Depends(_note(seen, "inner"))])
        _urls(inner, seen, made)
        app = FastAPI(root_path="/api" if outer == "below another root" else "")
        below = {"mounted with a parameter": "/of/{owner}"}.get(outer, "/sub")
        app.mount(below, inner if outer != "mounted twice" else FastAPI(routes=[Mount("/sub", inner)]))
        prefix = {"mounted twice": "/sub/sub", "below another root": "/api/sub"}.get(outer, below.format(owner="me"))
        paths = (f"{prefix}/{{route}}/x", f"{prefix}/{{route}}/é ü", f"{prefix}/{{route}}/", "/{route}/x")
        calls = [*(("GET", path, {}) for path in paths), ("DELETE", f"{prefix}/{{route}}", {})]
        observed.append((_plain(_outcome(app, route, Mechanism(calls=calls))), _plain(seen)))
        assert observed[-1][0][0][2] == 200
    assert observed[1] == observed[0]


@pytest.mark.parametrize("host", HOSTS)
def test_introspection_of_routes(made, host: str) -> None:
    """Whoever walks over the routes finds both, and a request matches exactly the route whose path it asks for."""
    app = HOSTS[host](made, {})
    contexts = {each.operation_id: each for each in iter_route_contexts(app.routes) if hasattr(each, "operation_id")}
    for name in ("get", "list"):
        one, other = contexts[f"{name}Ordinary"], contexts[f"{name}Generated"]
        assert (other.methods, other.path, other.name, other.tags) == (
            one.methods,
            one.path.replace("ordinary", "generated"),
            one.name.replace("ordinary", "generated"),
            one.tags,
        )
    for route in ("ordinary", "generated"):
        scope = {"type": "http", "method": "GET", "path": f"/{route}/x", "headers": [], "app": app}
        for context in iter_route_contexts(app.routes):
            effective = getattr(context, "_effective_route", context.route)
            match, _ = effective.matches(scope)
            if match is Match.FULL:
                assert effective.path == f"/{route}/{{id}}"
                break
        else:
            pytest.fail(f"no route matches /{route}/x")


@pytest.mark.parametrize("host", HOSTS)
def test_derived_document(made, host: str) -> None:
    """FastAPI's own document knows both, tags and prefixes included."""
    app = HOSTS[host](made, {} if host == "ready" else {"prefix": "/v1", "tags": ["more"]})
    paths = get_openapi(title="t", version="1", routes=app.routes)["paths"]
    start = "" if host == "ready" else "/v1"
    for path in ("", "/{id}"):
        one, other = paths[f"{start}/ordinary{path}"]["get"], paths[f"{start}/generated{path}"]["get"]
        assert other["tags"] == one["tags"]
        assert other["operationId"] == one["operationId"].replace("Ordinary", "Generated")


@pytest.mark.parametrize("host", HOSTS)
def test_other_kinds_of_routes(made, host: str, tmp_path) -> None:
    """WebSockets, files, mounts and routes added later live beside operations, on their paths as well."""
    app = HOSTS[host](made, {})
    (tmp_path / "page.txt").write_text("a page")

    @app.websocket("/generated/{id}")
    async def talk(socket: WebSocket, id: str) -> None:  # noqa: A002 - the name of the parameter
        await socket.accept()
        await socket.send_text(id)
        await socket.close()

    @app.post("/generated")
    async def own() -> str:
        return "own"

    app.mount("/files", StaticFiles(directory=tmp_path))
    client = TestClient(app)
    with client.websocket_connect("/generated/x") as socket:
        assert socket.receive_text() == "x"
    assert client.get("/files/page.txt").text == "a page"
    assert client.post("/generated").json() == "own"
    assert client.get("/generated").status_code == 204
    assert client.get("/generated/x").json() == {"id": "x"}


@pytest.mark.parametrize("host", HOSTS)
def test_own_validation_handler(made, host: str) -> None:
    """A handler for RequestValidationError gets what is wrong with a request, as from an ordinary route."""
    app = HOSTS[host](made, {})

    async def handle(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        return JSONResponse([each["loc"] for each in error.errors()], 499)

    app.add_exception_handler(RequestValidationError, handle)
    reply = TestClient(app).get("/generated?colour=red")
    assert (reply.status_code, reply.json()) == (499, [["query", "colour"]])


@pytest.mark.parametrize("host", HOSTS)
def test_own_refusal_handler(made, host: str) -> None:
    """A handler for refusals is asked before they become problems, and after the settings, which are asked once."""
    asked: list[int] = []
    settings = dataclasses.replace(made.contract.settings, refusal=lambda _, refusal: asked.append(refusal.status))
    contract = dataclasses.replace(made.contract, settings=settings)
    app = HOSTS[host](SimpleNamespace(modules=made.modules, contract=contract), {})

    async def handle(_request: Request, error: Any) -> PlainTextResponse:
        return PlainTextResponse(error.detail, 499)

    app.add_exception_handler(made.modules("_runtime.problems").Refusal, handle)
    reply = TestClient(app).get("/generated?colour=red")
    assert (reply.status_code, reply.text, asked) == (499, "query colour: is not a parameter here", [400])


@pytest.mark.parametrize("host", HOSTS)
def test_operations_see_the_state_of_the_request(made, host: str) -> None:
    """What middleware leaves in the state of a request reaches the middleware of the contract."""
    seen: list[Any] = []

    async def look(call: Any, step: Any) -> Any:
        seen.append((call.asgi["state"]["user"], call.asgi["app"] is app))
        return await step()

    contract = dataclasses.replace(made.contract, around=[look])
    app = HOSTS[host](SimpleNamespace(modules=made.modules, contract=contract), {})
    _around_http(app, [], made)
    assert TestClient(app).get("/generated/x").headers["x-around"] == "yes"
    assert seen == [("someone", True)]
