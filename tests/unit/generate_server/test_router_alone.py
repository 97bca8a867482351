"""The router alone, in an application of one's own: found through its index, and as exact as in the ready one."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import APIRouter, Depends, FastAPI, HTTPException
from starlette.applications import Starlette
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount
from starlette.testclient import TestClient

ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
LIMIT = {"name": "limit", "in": "query", "schema": {"type": "integer"}}
NONE = {"description": "None.", "x-tally-problem": {"type": "https://t.example/none", "title": "None"}}
DONE = {"description": "Done."}
OPERATIONS: dict[str, Any] = {
    "GET /items/{id}": {"operationId": "getItem", "tags": ["items"], "parameters": [ID]},
    "PUT /items/{id}": {
        "operationId": "putItem",
        "tags": ["items"],
        "parameters": [ID, LIMIT],
        "responses": {"204": DONE, "404": NONE},
    },
    "DELETE /items/{key}": {"operationId": "deleteItem", "tags": ["items"], "parameters": [{**ID, "name": "key"}]},
    "GET /items/special": {"operationId": "getSpecial", "tags": ["items"]},
    **{f"GET /more/{number}": {"operationId": f"getMore{number}", "tags": ["more"]} for number in range(40)},
}


def _put_item(server: Any, *, id: str, **_: Any) -> Any:  # noqa: A002 - the name of the parameter
    if id == "none":
        raise server.modules("problems").NoneProblem
    if id == "http":
        raise HTTPException(418, "teapot")
    return "no reply" if id == "outside" else server.modules("replies").PutItem204()


@pytest.fixture(scope="module")
def made(tmp_path_factory, module_server, describe_module) -> Any:
    """A server with forty operations more than the tests look at."""
    folder = tmp_path_factory.mktemp("alone")
    return module_server(describe_module(OPERATIONS), folder, handlers={"put_item": _put_item})


def _router(made: Any) -> APIRouter:
    router: APIRouter = made.modules("router").build_router(made.contract)
    return router


def _host(made: Any, **options: Any) -> FastAPI:
    app = FastAPI()
    app.include_router(_router(made), **options)
    return app


def _mounted(made: Any) -> FastAPI:
    app = FastAPI()
    app.mount("/api", _router(made))
    return app


def _within_starlette(made: Any) -> Starlette:
    return Starlette(routes=[Mount("/api", app=_router(made))])


def _nested(made: Any) -> FastAPI:
    outer = APIRouter(prefix="/api")
    outer.include_router(_router(made))
    app = FastAPI()
    app.include_router(outer)
    return app


PLACES = {
    "included": lambda made: _host(made, prefix="/api"),
    "nested": _nested,
    "mounted": _mounted,
    "mounted in Starlette": _within_starlette,
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("POST", "/items/x", "DELETE, GET, PUT"),
        ("HEAD", "/items/x", "DELETE, GET, PUT"),
        ("OPTIONS", "/items/x", "DELETE, GET, PUT"),
        ("DELETE", "/items/special", "GET"),
        ("TRACE", "/more/39", "GET"),
    ],
)
def test_other_methods(made, place: str, method: str, path: str, allow: str) -> None:
    """405 is a problem that names every method of the path, in an application that knows nothing of problems."""
    reply = TestClient(PLACES[place](made)).request(method, f"/api{path}")
    assert (reply.status_code, reply.headers["allow"]) == (405, allow)
    assert reply.headers["content-type"] == "application/problem+json"
    if method != "HEAD":
        assert reply.json() == {"type": "about:blank", "title": "Method Not Allowed", "status": 405}


@pytest.mark.parametrize("key", [405, StarletteHTTPException])
def test_own_handlers_for_other_methods(made, key: Any) -> None:
    """An application that answers 405 itself gets the exception, with the methods."""

    async def handle(_request: Request, error: Any) -> PlainTextResponse:
        return PlainTextResponse("mine", error.status_code, headers=error.headers)

    app = _host(made)
    app.add_exception_handler(key, handle)
    reply = TestClient(app).post("/items/x")
    assert (reply.status_code, reply.text, reply.headers["allow"]) == (405, "mine", "DELETE, GET, PUT")


@pytest.mark.parametrize("place", PLACES)
def test_operations(made, place: str) -> None:
    """Operations are found below the prefix and nowhere else; encoded slashes stay in their segment."""
    client = TestClient(PLACES[place](made))
    for path, arguments in (("/items/x", {"id": "x"}), ("/items/a%2Fb", {"id": "a/b"}), ("/items/%C3%A9", {"id": "é"})):
        made.calls.clear()
        assert client.get(f"/api{path}").status_code == 204
        assert made.calls == [arguments]
        assert client.get(path).status_code == 404
    assert client.get("/api/items/special").status_code == 204
    assert made.log[-2] == "get_special"


@pytest.mark.parametrize("place", PLACES)
def test_what_the_contract_declares(made, place: str) -> None:
    """Problems and refused requests are answered byte for byte as by the ready application."""
    alone, ready = TestClient(PLACES[place](made)), TestClient(made.app)
    for path in ("/items/none", "/items/x?limit=a", "/items/x?other=1", "/items/%zz"):
        one, other = alone.put(f"/api{path}"), ready.put(path)
        assert (one.status_code, one.content, one.headers) == (other.status_code, other.content, other.headers)
        assert one.headers["content-type"] == "application/problem+json"


def test_the_rest_is_up_to_the_application(made, caplog) -> None:
    """Unknown paths, HTTP exceptions and faults are answered as elsewhere in the application."""
    app = _host(made)
    client = TestClient(app, raise_server_exceptions=False)
    assert client.get("/nothing").json() == {"detail": "Not Found"}
    assert client.put("/items/http").json() == {"detail": "teapot"}
    assert client.put("/items/outside").text == "Internal Server Error"
    with pytest.raises(Exception, match="returned str; declared are PutItem204"):
        TestClient(app).put("/items/outside")


def test_problems_for_the_rest(made, caplog) -> None:
    """With ``add_problem_handlers`` they are problems; a reply outside the contract is logged with its operation."""
    app = _host(made)
    made.modules("router").add_problem_handlers(app)
    client, ready = TestClient(app, raise_server_exceptions=False), TestClient(made.app, raise_server_exceptions=False)
    for method, path in (("GET", "/nothing"), ("PUT", "/items/http"), ("PUT", "/items/outside"), ("POST", "/items/x")):
        one, other = client.request(method, path), ready.request(method, path)
        assert (one.status_code, one.content, one.headers) == (other.status_code, other.content, other.headers)
        assert one.headers["content-type"] == "application/problem+json"
    assert "operation putItem, reply str" in caplog.text


def test_statuses_without_a_name(made) -> None:
    """A status that no standard names is a problem as well."""
    app = FastAPI()
    made.modules("router").add_problem_handlers(app)

    @app.get("/odd")
    async def odd() -> None:
        raise HTTPException(499, "gone away")

    assert TestClient(app).get("/odd").json()["title"] == "gone away"


def _calls_of(made: Any, monkeypatch: Any, app: Any, path: str, method: str = "GET", status: int = 204) -> int:
    """How many routes are tried for a request."""
    tried: list[Any] = []
    kind = made.modules("_runtime.routing").ContractRoute
    matches = kind.matches
    monkeypatch.setattr(kind, "matches", lambda route, scope: (tried.append(route), matches(route, scope))[1])
    assert TestClient(app).request(method, path).status_code == status
    monkeypatch.undo()
    return len(tried)


@pytest.mark.parametrize("place", PLACES)
def test_no_search(made, monkeypatch, place: str) -> None:
    """The last of many operations is found without trying a single route."""
    assert _calls_of(made, monkeypatch, PLACES[place](made), "/api/more/39") == 0


@pytest.mark.parametrize("place", [*PLACES, "ready"])
def test_no_search_for_what_is_not_there(made, monkeypatch, place: str) -> None:
    """Unknown paths and other methods do not make every route be tried either."""
    app, prefix = (made.app, "") if place == "ready" else (PLACES[place](made), "/api")
    assert _calls_of(made, monkeypatch, app, f"{prefix}/nothing", status=404) == 0
    assert _calls_of(made, monkeypatch, app, f"{prefix}/more/39", "POST", 405) <= 2


@pytest.mark.parametrize("host", ["included", "ready"])
def test_no_search_where_the_framework_has_more_to_do(made, monkeypatch, host: str) -> None:
    """With dependencies from outside FastAPI's machinery runs the operation, but is spared the search."""

    async def nothing() -> None: ...

    options = {"dependencies": [Depends(nothing)]}
    app = _host(made, **options) if host == "included" else made.modules("router").create_app(made.contract, **options)
    assert _calls_of(made, monkeypatch, app, "/more/39") == 1


def test_prefixes_with_parameters(made) -> None:
    """The prefix of an inclusion may hold parameters, with convertors as well."""
    seen: list[Any] = []

    async def look(request: Request, shop: int) -> None:
        seen.append((shop, request.path_params))

    for prefix in ("/shops/{shop}", "/shops/{shop:int}"):
        client = TestClient(_host(made, prefix=prefix, dependencies=[Depends(look)]))
        made.calls.clear()
        assert client.get("/shops/7/items/x").status_code == 204
        assert (seen[-1][0], made.calls) == (7, [{"id": "x"}])
        assert sorted(seen[-1][1]) == ["id", "shop"]
    assert client.get("/shops/seven/items/x").status_code == 404


@pytest.mark.filterwarnings("ignore:Duplicate Operation ID")  # what is included twice is in the document twice
def test_several_inclusions(made) -> None:
    """One router may be included in several places, with different dependencies."""

    async def refuse() -> None:
        raise HTTPException(403)

    router, app = _router(made), FastAPI()
    app.include_router(router, prefix="/closed", dependencies=[Depends(refuse)])
    app.include_router(router, prefix="/open")
    client = TestClient(app)
    assert [client.get(f"/{place}/items/x").status_code for place in ("closed", "open", "closed")] == [403, 204, 403]
    paths = app.openapi()["paths"]
    assert {"/closed/items/{id}", "/open/items/{id}"} <= set(paths)


def test_own_routes_beside(made) -> None:
    """Routes of one's own live in the router and beside it, on paths of the contract with other methods as well."""
    router = _router(made)

    @router.post("/items/{id}")
    async def inside(id: str) -> str:  # noqa: A002 - the name of the parameter
        return f"inside {id}"

    app = FastAPI()
    app.include_router(router, prefix="/api")

    @app.patch("/api/items/{id}")
    async def beside(id: str) -> str:  # noqa: A002 - the name of the parameter
        return f"beside {id}"

    client = TestClient(app)
    assert client.post("/api/items/x").json() == "inside x"
    assert client.patch("/api/items/x").json() == "beside x"
    assert client.get("/api/items/x").status_code == 204
    reply = client.request("TRACE", "/api/items/x")
    assert (reply.status_code, reply.headers["allow"]) == (405, "DELETE, GET, PATCH, POST, PUT")


@pytest.mark.parametrize("prefix", ["", "/api"])
def test_several_contracts_on_one_path(made, server, describe, prefix) -> None:
    """Contracts that share a path are each told of in `Allow`, whichever of them refuses the method."""
    other = server(describe({"PATCH /items/{id}": {"operationId": "patch", "parameters": [ID]}, "GET /own": {}}))
    app = _host(made, prefix=prefix)
    app.include_router(other.modules("router").build_router(other.contract), prefix=prefix)
    client = TestClient(app)
    assert client.patch(f"{prefix}/items/x").status_code == 204
    reply = client.post(f"{prefix}/items/x")
    assert (reply.status_code, reply.headers["allow"]) == (405, "DELETE, GET, PATCH, PUT")


def test_without_the_names_that_the_framework_keeps(made, monkeypatch) -> None:
    """Where the place of the inclusion cannot be known, FastAPI's own search finds the operations."""
    kind = made.modules("_runtime.including").ContractRouter
    monkeypatch.setattr(kind, "_inclusion", lambda _router, _scope: None)
    client = TestClient(_host(made, prefix="/api"))
    assert client.get("/api/items/x").status_code == 204
    assert client.get("/api/items/special").status_code == 204
    assert client.post("/api/items/x").headers["allow"] == "DELETE, GET, PUT"


def test_an_operation_in_the_place_of_the_document(server, describe) -> None:
    """A contract may describe what stands where its document would be served; the operation is served then."""
    served = server(describe({"GET /openapi.json": {"operationId": "getDocument"}}))
    assert served.client.get("/openapi.json").status_code == 204
    assert served.log == ["open", "get_document", "commit"]


def test_the_document_can_be_added(made) -> None:
    """The contract is served by an application of one's own as by the ready one, in place of what FastAPI derives."""
    router = made.modules("router")
    app = FastAPI()
    app.include_router(router.build_router(made.contract))
    assert "Successful Response" in TestClient(app).get("/openapi.json").text
    router.serve_document(app)
    reply = TestClient(app).get("/openapi.json")
    assert reply.content == TestClient(made.app).get("/openapi.json").content
    assert app.openapi() == made.app.openapi() == reply.json()
    assert "/openapi.json" in TestClient(app).get("/docs").text
