"""The generated server is an ordinary FastAPI application: nothing that is added to it is bypassed."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI, Header, HTTPException
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from tallystick.contract import canonicalise, read
from tallystick.document import bundle, load
from tallystick.generate.server import ServerOptions, generate_server

TEXT = {"type": "string"}
OPERATIONS: dict[str, Any] = {
    "GET /items": {"operationId": "listItems", "tags": ["items"]},
    "POST /items": {"operationId": "createItem", "tags": ["items"]},
    "GET /items/{id}": {
        "operationId": "getItem",
        "tags": ["items"],
        "parameters": [{"name": "id", "in": "path", "required": True, "schema": TEXT}],
        "responses": {
            "204": {"description": "There."},
            "404": {"description": "None.", "x-tally-problem": {"type": "https://t.example/none", "title": "None"}},
        },
    },
    "DELETE /items/{key}": {
        "operationId": "deleteItem",
        "tags": ["items"],
        "parameters": [{"name": "key", "in": "path", "required": True, "schema": TEXT}],
    },
    "GET /items/special": {"operationId": "getSpecial", "tags": ["items"]},
    "GET /a/{x-y}/b": {
        "operationId": "getOdd",
        "tags": ["odd"],
        "parameters": [{"name": "x-y", "in": "path", "required": True, "schema": TEXT}],
    },
}


def _get_item(server: Any, *, id: str) -> Any:  # noqa: A002 - the name of the parameter
    if id == "none":
        raise server.modules("problems").NoneProblem
    if id == "http":
        raise HTTPException(418, "teapot")
    if id == "boom":
        raise ZeroDivisionError
    return server.modules("replies").GetItem204()


def _spec() -> dict[str, Any]:
    return OPERATIONS


@pytest.fixture(scope="module")
def made(tmp_path_factory, module_server, describe_module) -> Any:
    """One server that all tests wire into applications of their own."""

    def get_item(server: Any, **arguments: Any) -> Any:
        return _get_item(server, **arguments)

    return module_server(describe_module(_spec()), tmp_path_factory.mktemp("app"), handlers={"get_item": get_item})


def _app(made: Any, **options: Any) -> Any:
    return made.modules("router").create_app(made.contract, **options)


def _included(made: Any, **options: Any) -> FastAPI:
    app = FastAPI()
    app.include_router(made.modules("router").build_router(made.contract), **options)
    return app


def test_static_paths_win(made) -> None:
    """A literal segment is preferred to a placeholder (OpenAPI 3.1.1, section 4.8.8)."""
    made.call("GET", "/items/special")
    assert made.log[1] == "get_special"
    made.call("GET", "/items/other")
    assert made.log[1] == "get_item"


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PUT", "/items", "GET, POST"),
        ("PATCH", "/items/x", "DELETE, GET"),
        ("DELETE", "/items/special", "GET"),
        ("OPTIONS", "/items", "GET, POST"),
        ("HEAD", "/items", "GET, POST"),
    ],
)
def test_other_methods(made, method, path, allow) -> None:
    """405 names every method of the path."""
    reply = made.call(method, path)
    assert (reply.status_code, reply.headers["allow"]) == (405, allow)
    assert reply.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/nothing", "/items/", "/items/a/b", "//items", "/Items"])
def test_unknown_paths(made, path) -> None:
    """An unknown path is a problem as well."""
    reply = made.call("GET", path)
    assert reply.status_code == 404
    assert reply.json() == {"type": "about:blank", "title": "Not Found", "status": 404}


def test_encoded_slashes_stay_in_their_segment(made) -> None:
    """%2F is part of a value, not a separator; in an included router too."""
    made.call("GET", "/items/a%2Fb")
    assert made.calls == [{"id": "a/b"}]
    made.calls.clear()
    assert TestClient(_included(made)).get("/items/a%2Fb").status_code == 204
    assert made.calls == [{"id": "a/b"}]


def test_prefixes(made) -> None:
    """An included router works under a prefix, a mounted application under its path."""
    for app, path in ((_included(made, prefix="/v1"), "/v1/items/x"), (FastAPI(), "/sub/items/x")):
        if path.startswith("/sub"):
            app.mount("/sub", _app(made))
        made.calls.clear()
        assert TestClient(app).get(path).status_code == 204
        assert made.calls == [{"id": "x"}]


def test_odd_placeholders(made) -> None:
    """A placeholder that is no identifier still names its parameter."""
    assert made.call("GET", "/a/1/b").status_code == 204
    assert made.calls == [{"x_y": "1"}]


def test_application_dependencies(made) -> None:
    """Dependencies of the application run before every operation."""

    async def refuse(x_pass: str = Header("no")) -> None:
        if x_pass != "yes":
            raise HTTPException(403, "no pass")

    client = TestClient(_app(made, dependencies=[Depends(refuse)]))
    assert client.get("/items").status_code == 403
    assert client.get("/items", headers={"x-pass": "yes"}).status_code == 204


def test_router_dependencies(made) -> None:
    """Dependencies given with include_router run as well."""

    async def refuse() -> None:
        raise HTTPException(403)

    assert TestClient(_included(made, dependencies=[Depends(refuse)])).get("/items").status_code == 403


def test_dependency_overrides(made) -> None:
    """An override replaces a dependency that was added from outside."""

    async def refuse() -> None:
        raise HTTPException(403)

    async def allow() -> None: ...

    app = _app(made, dependencies=[Depends(refuse)])
    app.dependency_overrides[refuse] = allow
    assert TestClient(app).get("/items").status_code == 204


def test_exception_handlers(made) -> None:
    """Handlers of the application answer what operations raise, declared problems included."""
    app = _app(made)

    async def shown(_request: Request, error: Exception) -> PlainTextResponse:
        return PlainTextResponse(type(error).__name__, 599)

    app.add_exception_handler(ZeroDivisionError, shown)
    assert TestClient(app).get("/items/boom").text == "ZeroDivisionError"
    assert TestClient(app).get("/items/none").status_code == 404
    app = _app(made)
    app.add_exception_handler(made.modules("problems").Problem, shown)
    assert TestClient(app).get("/items/none").text == "NoneProblem"


def test_handlers_that_the_application_brings_along(made) -> None:
    """Handlers given to create_app are kept, those for faults and for exceptions of the framework included."""

    async def shown(_request: Request, error: Exception) -> PlainTextResponse:
        return PlainTextResponse(f"shown {type(error).__name__}", 599)

    kinds = (StarletteHTTPException, RequestValidationError, Exception)
    app = _app(made, exception_handlers=dict.fromkeys(kinds, shown))
    client = TestClient(app, raise_server_exceptions=False)
    assert client.get("/nowhere").text == "shown HTTPException"
    assert client.put("/items").text == "shown HTTPException"
    assert client.get("/items?unknown=1").text == "shown RequestValidationError"
    assert client.get("/items/boom").text == "shown ZeroDivisionError"


def test_what_dependencies_refuse(made) -> None:
    """Arguments of added dependencies are refused by FastAPI, in the form of all refusals; values are not repeated."""

    def number(x_number: Annotated[int, Header()]) -> int:
        return x_number

    app = _app(made, dependencies=[Depends(number)])
    reply = TestClient(app).get("/items", headers={"x-number": "secret"})
    assert (reply.status_code, reply.headers["content-type"]) == (422, "application/problem+json")
    assert reply.json()["errors"][0]["pointer"] == "/x-number"
    assert "secret" not in reply.text
    assert TestClient(app).get("/items?unknown=1", headers={"x-number": "1"}).status_code == 400


def test_http_exceptions_become_problems(made) -> None:
    """What a handler raises for the framework is answered as a problem."""
    reply = made.call("GET", "/items/http")
    assert (reply.status_code, reply.json()["detail"]) == (418, "teapot")
    assert reply.headers["content-type"] == "application/problem+json"


def test_middleware(made) -> None:
    """Middleware sees every request and the route that serves it."""
    seen: list[Any] = []

    class Watch:
        def __init__(self, app: Any) -> None:
            self.app = app

        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            await self.app(scope, receive, send)
            if scope["type"] == "http":
                seen.append((scope["route"].operation_id, scope["path_params"]))

    app = _app(made)
    app.add_middleware(Watch)
    TestClient(app).get("/items/x")
    assert seen == [("getItem", {"id": "x"})]


def test_added_routes(made) -> None:
    """Routes of one's own live beside the operations, also on their paths."""
    app = _app(made)
    app.add_api_route("/health", lambda: "ok")
    app.add_api_route("/items", lambda: "put", methods=["PUT"])
    client = TestClient(app)
    assert client.get("/health").json() == "ok"
    assert client.put("/items").json() == "put"
    assert client.delete("/items").headers["allow"] == "GET, POST, PUT"
    assert client.get("/items").status_code == 204


def test_both_ways_agree(made) -> None:
    """The direct way and FastAPI's own give the same answers."""

    async def nothing() -> None: ...

    direct, stepped = TestClient(_app(made)), TestClient(_app(made, dependencies=[Depends(nothing)]))
    for method, path in (("GET", "/items"), ("GET", "/items/none"), ("GET", "/items/%zz"), ("POST", "/items?x=1")):
        one, other = direct.request(method, path), stepped.request(method, path)
        assert (one.status_code, one.content, one.headers) == (other.status_code, other.content, other.headers)


def test_every_operation_is_a_route(made) -> None:
    """The framework's own document knows every operation; so does operations.json."""
    contexts = iter_route_contexts(made.app.routes)
    known = {(c.operation_id, tuple(sorted(c.methods or ()))) for c in contexts if getattr(c, "operation_id", None)}
    assert known == {(o["operationId"], (key.split()[0],)) for key, o in OPERATIONS.items()}
    derived = _included(made).openapi()["paths"]
    ids = {operation["operationId"] for path in derived.values() for operation in path.values()}
    assert ids == {operation["operationId"] for operation in OPERATIONS.values()}
    listed = json.loads(Path(made.modules("router").__file__).with_name("operations.json").read_bytes())
    assert {"id": "getItem", "method": "GET", "path": "/items/{id}", "handler": "items.get_item"} in listed


def test_telemetry(made, monkeypatch) -> None:
    """While OpenTelemetry records, FastAPI's own search finds the route, so that spans keep its name."""
    scopes: list[bool] = []
    served = made.modules("_runtime.routing").ContractRoute.handle

    async def noted(self: Any, scope: Any, receive: Any, send: Any) -> None:
        scopes.append(self.may_run_directly(scope))
        await served(self, scope, receive, send)

    monkeypatch.setattr(made.modules("_runtime.routing").ContractRoute, "handle", noted)
    app = _app(made)

    async def traced(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            scope["fastapi.telemetry"] = None
        await app(scope, receive, send)

    assert TestClient(traced).get("/items/x").status_code == 204
    assert scopes == [False]


def test_the_document_is_served_as_written(tmp_path, describe, server) -> None:
    """The hand-written file is served byte for byte, with an ETag; the documentation shows it."""
    text = json.dumps(describe(_spec()), indent=7)
    file = tmp_path / "own.json"
    file.write_text(text)
    canonical = canonicalise(read(bundle(load(file))))
    plan = generate_server(canonical, "generated_document", ServerOptions(text.encode(), "own.json"))
    for path, content in plan.files.items():
        target = tmp_path / "generated_document" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    sys.path.insert(0, str(tmp_path))
    try:
        router = __import__("generated_document.router", fromlist=["router"])
    finally:
        sys.path.remove(str(tmp_path))
    app = FastAPI(openapi_url=None)
    router.add_document(app, router.DOCUMENT, {})
    client = TestClient(app)
    reply = client.get("/openapi.json")
    assert reply.text == text
    assert client.get("/openapi.json", headers={"If-None-Match": reply.headers["etag"]}).status_code == 304


def test_forgotten_operations_are_found_at_start_up(made) -> None:
    """A class that lacks an operation, or has one too many, never starts."""
    protocol = made.modules("handlers").OddHandlers

    class Partial(protocol):  # type: ignore[misc, valid-type]
        pass

    class Generous(protocol):  # type: ignore[misc, valid-type]
        async def get_odd(self, *, x_y: str) -> Any: ...

        async def get_more(self) -> Any: ...

    class Sync(protocol):  # type: ignore[misc, valid-type]
        def get_odd(self, *, x_y: str) -> Any: ...

    class Narrow(protocol):  # type: ignore[misc, valid-type]
        async def get_odd(self) -> Any: ...

    for factory, message in (
        (lambda: Partial, "lacks get_odd of OddHandlers"),
        (lambda: Generous, "has get_more, which the contract does not know"),
        (lambda: Sync, "get_odd is not `async def`"),
        (lambda: Narrow, "get_odd does not take x_y"),
    ):
        contract = dataclasses.replace(made.contract, odd=factory())
        with pytest.raises(Exception, match=message):
            made.modules("router").create_app(contract)


def test_factories_are_checked_when_first_used(made) -> None:
    """What a function makes is known only when it is called."""

    class Generous(made.modules("handlers").OddHandlers):  # type: ignore[misc]
        async def get_odd(self, *, x_y: str) -> Any: ...

        async def get_more(self) -> Any: ...

    handlers = {"odd": Generous}
    contract = dataclasses.replace(made.contract, odd=lambda _scope: handlers["odd"]())
    app = made.modules("router").create_app(contract)
    with pytest.raises(Exception, match="get_more"):
        TestClient(app).get("/a/1/b")


def test_refusals_can_be_chosen(made) -> None:
    """The settings may turn a refused request into a problem, and add members to every problem."""
    settings = made.modules("wiring").Settings(
        problem_members=lambda scope: {"request_id": "7", "instance": scope["path"]}
    )
    app = made.modules("router").create_app(dataclasses.replace(made.contract, settings=settings))
    client = TestClient(app)
    for path in ("/items?x=1", "/items/none", "/nothing"):
        assert (client.get(path).json()["request_id"], client.get(path).json()["instance"]) == ("7", path.split("?")[0])


@pytest.mark.parametrize(
    ("errors", "detail"),
    [
        ([], "The request is not valid."),
        ([{"loc": (), "msg": "is odd", "type": "odd"}], "body: is odd"),
        ([{"loc": ("query", "n"), "msg": "is odd", "type": "odd"}], "query n: is odd"),
    ],
)
def test_invalid_arguments_of_own_routes(server, describe, errors, detail) -> None:
    """What a route of the application's own calls invalid is a 422, however little it says about it."""
    app = server(describe({"GET /a": {}})).app

    @app.get("/own")
    def own() -> None:
        raise RequestValidationError(errors)

    reply = TestClient(app).get("/own")
    assert (reply.status_code, reply.json()["detail"]) == (422, detail)
