"""Operations that method and path do not tell apart: all are served, documented, and reached by what they demand."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from fastapi import Depends, FastAPI
from starlette.testclient import TestClient

from tallystick.generate.runtime.server.replay import Replay

TEXT = {"type": "string"}
NUMBER = {"type": "integer"}


def _path(name: str, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": schema or TEXT}


def _query(name: str, *, required: bool = False, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": required, "schema": schema or TEXT}


def _body(schema: dict[str, Any], media_type: str = "application/json", *, required: bool = True) -> dict[str, Any]:
    return {"required": required, "content": {media_type: {"schema": schema}}}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": sorted(properties), "properties": properties}


OPERATIONS: dict[str, dict[str, Any]] = {
    # a query in the key
    "POST /replies": {"operationId": "reply"},
    "POST /replies?beta=true": {"operationId": "betaReply"},
    "POST /replies?beta=true&fast=yes": {"operationId": "fastReply"},
    "GET /only?kind=a%20b": {"operationId": "only"},
    "GET /pages?page={page}": {"operationId": "page", "parameters": [_path("page", type="integer")]},
    # a fragment in the key
    "POST /token": {
        "operationId": "token",
        "requestBody": _body(_object(grant={"enum": ["code", "refresh"]}), "application/x-www-form-urlencoded"),
    },
    "POST /token#refresh": {
        "operationId": "refresh",
        "requestBody": _body(_object(grant={"enum": ["refresh"]}), "application/x-www-form-urlencoded"),
    },
    "POST /notes": {"operationId": "note", "requestBody": _body({"type": "object"}, required=False)},
    "POST /notes#a": {"operationId": "aNote", "requestBody": _body(_object(kind={"const": "a"}), required=False)},
    "GET /files/{id}": {"operationId": "file", "parameters": [_path("id")]},
    "GET /files/{id}#link": {
        "operationId": "link",
        "parameters": [_path("id"), _query("fields", required=True)],
    },
    "GET /files/{id}#same": {"operationId": "same", "parameters": [_path("id")]},
    "PUT /schema#add": {"operationId": "add", "requestBody": _body({"type": "array"})},
    "PUT /schema#edit": {
        "operationId": "edit",
        "requestBody": _body({"type": "array"}, "application/json-patch+json"),
    },
    # templates that differ in the names of their placeholders
    "GET /contacts/{number}": {"operationId": "byNumber", "parameters": [_path("number")]},
    "GET /contacts/{uid}": {"operationId": "byId", "parameters": [_path("uid", type="string", format="uuid")]},
    "GET /rooms/{name}": {"operationId": "byName", "parameters": [_path("name", pattern="^[a-z]+$")]},
    "GET /rooms/{floor}": {"operationId": "byFloor", "parameters": [_path("floor", type="integer", minimum=0)]},
    "GET /x/{a}": {"operationId": "first", "parameters": [_path("a")]},
    "GET /x/{b}": {"operationId": "second", "parameters": [_path("b")]},
    "POST /jobs/{a}": {"operationId": "run", "parameters": [_path("a")], "requestBody": _body(_object(n=NUMBER))},
    "POST /jobs/{b}": {"operationId": "stop", "parameters": [_path("b")], "requestBody": _body(_object(why=TEXT))},
    "DELETE /x/{a}": {"operationId": "delete", "parameters": [_path("a")]},
    # one placeholder twice
    "GET /twice/{id}/{id}": {"operationId": "twice", "parameters": [_path("id")]},
}


@pytest.fixture(scope="module")
def made(tmp_path_factory, module_server, describe_module) -> Any:
    """One server with all of them."""
    return module_server(describe_module(OPERATIONS), tmp_path_factory.mktemp("shared"))


FORM = {"content-type": "application/x-www-form-urlencoded"}
PATCH = {"content-type": "application/json-patch+json"}
UID = "123e4567-e89b-42d3-a456-426614174000"
CASES: list[tuple[str, str, dict[str, Any], str, dict[str, Any]]] = [
    ("POST", "/replies", {}, "reply", {}),
    ("POST", "/replies?beta=true", {}, "beta_reply", {}),
    ("POST", "/replies?fast=yes&beta=true", {}, "fast_reply", {}),
    ("GET", "/only?kind=a+b", {}, "only", {}),
    ("GET", "/pages?page=3", {}, "page", {"page": 3}),
    ("POST", "/token", {"content": "grant=code", "headers": FORM}, "token", {}),
    ("POST", "/token", {"content": "grant=refresh", "headers": FORM}, "refresh", {}),
    ("POST", "/notes", {}, "note", {"body": None}),
    ("POST", "/notes", {"json": {"kind": "b"}}, "note", {}),
    ("POST", "/notes", {"json": {"kind": "a"}}, "a_note", {}),
    ("POST", "/notes%23a", {}, "a_note", {"body": None}),
    ("POST", "/token%23refresh", {"content": "grant=refresh", "headers": FORM}, "refresh", {}),
    ("GET", "/files/1", {}, "file", {"id": "1"}),
    ("GET", "/files/1?fields=a", {}, "link", {"id": "1", "fields": "a"}),
    ("GET", "/files/1%23link?fields=a", {}, "link", {"id": "1", "fields": "a"}),
    ("GET", "/files/1%23same", {}, "same", {"id": "1"}),
    ("GET", "/files/a%2Fb%23same", {}, "same", {"id": "a/b"}),
    ("GET", "/files/1%23other", {}, "file", {"id": "1#other"}),
    ("PUT", "/schema", {"json": []}, "add", {"body": []}),
    ("PUT", "/schema", {"content": "[]", "headers": PATCH}, "edit", {"body": []}),
    ("PUT", "/schema%23edit", {"content": "[]", "headers": PATCH}, "edit", {"body": []}),
    ("GET", "/contacts/ada", {}, "by_number", {"number": "ada"}),
    ("GET", f"/contacts/{UID}", {}, "by_id", {}),
    ("GET", "/rooms/red", {}, "by_name", {"name": "red"}),
    ("GET", "/rooms/7", {}, "by_floor", {"floor": 7}),
    ("GET", "/x/1", {}, "first", {"a": "1"}),
    ("POST", "/jobs/1", {"json": {"n": 1}}, "run", {"a": "1"}),
    ("POST", "/jobs/1", {"json": {"why": "late"}}, "stop", {"b": "1"}),
    ("GET", "/twice/a/a", {}, "twice", {"id": "a"}),
]


def _reached(made: Any, client: TestClient, method: str, path: str, options: dict[str, Any]) -> Any:
    made.calls.clear()
    made.log.clear()
    return client.request(method, path, **options)


@pytest.mark.parametrize(("method", "path", "options", "handler", "arguments"), CASES)
@pytest.mark.parametrize("kind", ["ready", "included", "with dependencies"])
def test_requests_reach_what_they_mean(made, kind, method, path, options, handler, arguments) -> None:
    """Each operation gets its own requests and arguments, however its routes came into the application."""
    reply = _reached(made, TestClient(_app(made, kind)), method, path, options)
    assert reply.status_code == 204, reply.text
    assert [entry for entry in made.log if entry not in ("open", "commit")] == [handler]
    given = made.calls[0]
    assert {name: given[name] for name in arguments} == arguments


def _app(made: Any, kind: str) -> FastAPI:
    router = made.modules("router")
    if kind == "ready":
        return made.app

    async def nothing() -> None:
        return None

    app = FastAPI(dependencies=[Depends(nothing)] if kind == "with dependencies" else [])
    app.include_router(router.build_router(made.contract))
    return app


@pytest.mark.parametrize(
    ("method", "path", "options", "status", "words"),
    [
        ("GET", "/only", {}, 404, "other parameters"),
        ("GET", "/only?kind=c", {}, 404, "other parameters"),
        ("GET", "/only?kind=a+b&kind=c", {}, 404, "other parameters"),
        ("GET", "/pages?page=x", {}, 422, "query page"),
        ("GET", "/twice/a/b", {}, 404, "other parameters"),
        ("GET", "/rooms/-7", {}, 422, "path"),
        ("GET", "/files/1?nothing=1", {}, 400, "nothing"),
        ("POST", "/jobs/1", {"json": {"n": "x"}}, 422, "/n: is not"),
        ("POST", "/jobs/1", {"json": {"why": 1}}, 422, "/why: is not"),
        ("POST", "/jobs/1", {"content": "{", "headers": {"content-type": "application/json"}}, 400, "JSON"),
        ("POST", "/jobs/1", {"content": "x", "headers": {"content-type": "text/plain"}}, 415, "text/plain"),
        ("POST", "/jobs/1", {}, 422, "required"),
        ("PUT", "/x/1", {}, 405, None),
    ],
)
def test_requests_for_none_of_them(made, method, path, options, status, words) -> None:
    """What no operation takes is refused by the one that comes nearest."""
    reply = _reached(made, made.client, method, path, options)
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/problem+json"
    assert words is None or words in reply.text
    assert made.log == []


def test_the_framework_documents_each_as_written(made) -> None:
    """FastAPI's own document has every key of the description, with its operations and their ids."""
    for kind in ("ready", "included"):
        app = _app(made, kind)
        app.openapi_schema = None
        found = {
            f"{method.upper()} {path}": operation["operationId"]
            for path, item in app.openapi()["paths"].items()
            for method, operation in item.items()
        }
        expected = {key: operation["operationId"] for key, operation in OPERATIONS.items()}
        expected["GET /twice/{id}/{id_}"] = expected.pop("GET /twice/{id}/{id}")
        assert found == expected


def test_names_that_the_framework_cannot_have_stay_apart(made, server, describe) -> None:
    """Placeholders that become equal as identifiers do not make one path of two."""
    operations = {
        f"GET /a/{{{name}}}": {"operationId": f"op{number}", "parameters": [_path(name)]}
        for number, name in enumerate(("x-y", "x.y", "x_y", "1x"))
    }
    app = server(describe(operations)).app
    app.openapi_schema = None
    assert sorted(app.openapi()["paths"]) == ["/a/{p1x}", "/a/{x_y__}", "/a/{x_y_}", "/a/{x_y}"]


@pytest.mark.parametrize("memory", [4, 1 << 20])
async def test_contents_are_read_again(memory) -> None:
    """What one operation has read, the next one gets from the beginning, from memory or from disk."""
    parts = [b"ab", b"cdef", b"", b"g"]
    waiting = [{"type": "http.request", "body": part, "more_body": part != b"g"} for part in parts]
    waiting.append({"type": "http.disconnect"})

    async def receive() -> Any:
        return waiting.pop(0)

    replay = Replay(receive, memory)
    first = replay.again()
    assert [(await first())["body"] for _ in range(2)] == parts[:2]
    second = replay.again()
    assert [(await second())["body"] for _ in range(4)] == parts
    replay.last()
    third = replay.again()
    messages = [await third() for _ in range(5)]
    assert [message.get("body") for message in messages] == [*parts, None]
    assert [message.get("more_body") for message in messages] == [True, True, True, False, None]
    assert messages[-1] == {"type": "http.disconnect"}
    replay.close()


async def test_content_is_let_go_when_a_request_is_cancelled(made, monkeypatch) -> None:
    """Where a request is cancelled while its content comes, what has been kept of it is freed."""
    rivals = made.modules("_runtime.rivals")
    closed: list[bool] = []

    class Watched(rivals.Replay):  # type: ignore[misc]
        def close(self) -> None:
            super().close()
            closed.append(self._file.closed)

    async def receive() -> Any:
        raise asyncio.CancelledError

    async def send(_message: Any) -> None:
        pytest.fail("nothing is to be sent")

    monkeypatch.setattr(rivals, "Replay", Watched)
    headers = [(b"content-type", b"application/json"), (b"content-length", b"2")]
    scope = {"type": "http", "method": "POST", "path": "/notes", "query_string": b"", "headers": headers}
    with pytest.raises(asyncio.CancelledError):
        await made.app(scope, receive, send)
    assert closed == [True]


def test_findings_tell_who_answers(plan_of, describe) -> None:
    """Whatever shares its requests with another operation is told; what literal parameters tell apart is not."""
    plan = plan_of(describe(OPERATIONS))
    assert plan.described == plan.generated
    told = {each.operation: each.message for each in plan.findings if each.code == "server-path"}
    assert {key for key in told if "same path" in told[key]} == {
        "token", "note", "link", "same", "edit", "byNumber", "second", "byName", "stop"
    }  # fmt: skip
    assert "is answered there" in told["second"]
    assert "first (/x/{a})" in told["second"]
    assert "/files/{id}%23same" in told["same"]
    assert "twice" in told["twice"]
    assert all(each.level.value == "warning" for each in plan.findings if each.code == "server-path")


def test_each_is_in_the_package_data(made) -> None:
    """`operations.json` has every operation with its handler."""
    file = made.modules("router").__file__.replace("router.py", "operations.json")
    with open(file, encoding="utf-8") as text:  # noqa: PTH123 - one line
        listed = json.load(text)
    assert {each["id"] for each in listed} == {each["operationId"] for each in OPERATIONS.values()}


def _gate(modules: Any) -> Any:
    class Gate(modules("security").Authenticator):
        async def bearer(self, token: str, *, operation: Any) -> Any:
            return modules("security").Caller(operation.id) if token in ("any", operation.id) else None

    return Gate()


@pytest.mark.parametrize(
    ("token", "content", "status", "handler"),
    [
        ("any", {"n": 1}, 204, "secret"),
        ("any", {"why": "x"}, 204, "guarded"),
        ("guarded", {"why": "x"}, 204, "guarded"),
        ("guarded", {"n": 1}, 422, None),
        ("no", {"n": 1}, 401, None),
        ("no", {"nothing": 1}, 401, None),
        ("no", {"open": True}, 204, "free"),
        (None, {"open": True}, 204, "free"),
        ("no", {"open": 1, "n": 1}, 422, None),
    ],
)
def test_each_asks_for_its_own_credentials(server, describe, token, content, status, handler) -> None:
    """Nobody reaches an operation without what it requires, and nobody is refused what is open to all."""
    bearer = [{"bearer": []}]
    operations = {
        "POST /a/{x}": {"operationId": "secret", "security": bearer, "requestBody": _body(_object(n=NUMBER))},
        "POST /a/{y}": {"operationId": "guarded", "security": bearer, "requestBody": _body(_object(why=TEXT))},
        "POST /a/{z}": {"operationId": "free", "requestBody": _body(_object(open={"type": "boolean"}))},
    }
    for operation, name in zip(operations.values(), "xyz", strict=True):
        operation["parameters"] = [_path(name)]
    if status == 401:
        del operations["POST /a/{z}"]
    schemes = {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}}
    made = server(describe(operations, components=schemes), auth=_gate)
    headers = {} if token is None else {"authorization": f"Bearer {token}"}
    reply = made.call("POST", "/a/1", json=content, headers=headers)
    assert reply.status_code == status, reply.text
    assert [entry for entry in made.log if entry not in ("open", "commit")] == ([handler] if handler else [])


def test_uploads_are_told_apart(server, describe) -> None:
    """Files and streams reach the operation that reads their media type, or the first whose form they fit."""
    binary = {"type": "string", "format": "binary"}
    operations = {
        "POST /up#image": {"operationId": "image", "requestBody": _body(_object(image=binary), "multipart/form-data")},
        "POST /up#text": {"operationId": "text", "requestBody": _body(_object(text=binary), "multipart/form-data")},
        "POST /up#raw": {"operationId": "raw", "requestBody": _body(binary, "application/octet-stream")},
        "POST /up#twin": {"operationId": "twin", "requestBody": _body(binary, "application/octet-stream")},
    }
    seen: list[bytes] = []

    async def keep(made: Any, name: str, body: Any) -> Any:
        seen.append(b"".join([chunk async for chunk in body]))
        return getattr(made.modules("replies"), f"{name}204")()

    async def text(made: Any, *, body: Any) -> Any:
        seen.append(await body.text.read())
        return made.modules("replies").Text204()

    handlers = {"raw": lambda made, *, body: keep(made, "Raw", body), "text": text}
    made = server(describe(operations), handlers=handlers)
    large = b"x" * 2_000_000
    assert made.call("POST", "/up", files={"image": ("a", large)}).status_code == 204
    assert made.log[1] == "image"
    assert made.call("POST", "/up", files={"text": ("a", large)}).status_code == 204
    assert made.log[1] == "text"
    octets = {"content-type": "application/octet-stream"}
    assert made.call("POST", "/up", content=large, headers=octets).status_code == 204
    assert seen == [large, large]
    assert made.call("POST", "/up%23twin", content=large, headers=octets).status_code == 204
    assert made.log[1] == "twin"


def test_unknown_query_parameters_may_be_accepted(server, describe) -> None:
    """Literal parameters count also where unknown ones are ignored."""
    operations = {"GET /a": {"operationId": "plain"}, "GET /a?x=1": {"operationId": "one"}}
    made = server(describe(operations), options={"settings": {"accept_unknown_query": True}})
    for path, handler in (("/a", "plain"), ("/a?x=2", "plain"), ("/a?y=1&x=1", "one"), ("/a?x=1&x=2", "plain")):
        assert made.call("GET", path).status_code == 204
        assert made.log[1] == handler


def test_operations_of_different_tags(server, describe) -> None:
    """Operations that share a path need not belong to the same handlers."""
    operations = {
        "GET /a/{z}": {"operationId": "wide", "tags": ["b"], "parameters": [_path("z")]},
        "GET /a/{y}": {"operationId": "narrow", "tags": ["a"], "parameters": [_path("y", type="integer")]},
        "GET /a/{x}#f/g": {"operationId": "named", "tags": ["c"], "parameters": [_path("x")]},
    }
    made = server(describe(operations))
    for path, handler in (("/a/1", "narrow"), ("/a/b", "wide"), ("/a/b%23f/g", "named")):
        assert made.call("GET", path).status_code == 204, path
        assert made.log[1] == handler


def test_placeholders_that_no_request_has(server, describe, plan_of) -> None:
    """A placeholder in a fragment, or within a longer value of a query, is no argument, and a finding says so."""
    operations = {
        "GET /a#{part}": {"operationId": "a", "parameters": [_path("part")]},
        "GET /b?filter=id:{id}": {"operationId": "b", "parameters": [_path("id"), _query("filter")]},
        "GET /c?{more}": {"operationId": "c", "parameters": [_path("more")]},
    }
    description = describe(operations)
    told = {each.operation: each.message for each in plan_of(description).findings if each.code == "server-path"}
    assert sorted(told) == ["a", "b"]
    assert "{part}" in told["a"]
    made = server(description)
    assert made.call("GET", "/a").status_code == 204
    assert made.calls == [{}]
    assert made.call("GET", "/b?filter=id:1").status_code == 204
    assert made.calls == [{"filter": "id:1"}]
    assert made.call("GET", "/c?more=1").status_code == 204
    assert made.calls == [{"more": "1"}]


@pytest.mark.parametrize(
    ("schema", "part"),
    [
        ({"type": "string", "pattern": "(?<=a)[b"}, "pattern"),
        ({"type": "object", "properties": {"x": {"type": "string", "pattern": "\\p{Foo"}}}, "properties/x/pattern"),
        ({"type": "object", "patternProperties": {"([": TEXT}}, "patternProperties/(["),
        ({"$dynamicRef": "#nowhere"}, "$dynamicRef"),
    ],
)
def test_schemas_that_cannot_be_compiled(server, describe, plan_of, schema, part) -> None:
    """An operation is served without the checks that nobody can make, and a finding names them."""
    body = {"requestBody": _body({"$ref": "#/components/schemas/Odd"})}
    operations = {
        "POST /a": {"operationId": "a", **body},
        "POST /b": {"operationId": "b", "requestBody": _body(schema)},
    }
    description = describe(operations, {"Odd": schema})
    plan = plan_of(description)
    assert plan.generated == 2
    found = [each for each in plan.findings if each.code == "server-schema"]
    assert {each.level.value for each in found} == {"warning"}
    assert all(each.message.startswith(f"{part} ") for each in found if each.operation is None)
    assert {each.operation for each in found} == {None, "b"}
    made = server(description)
    value = "x" if schema.get("type") == "string" else {}
    for path in ("/a", "/b"):
        assert made.call("POST", path, json=value).status_code == 204


@pytest.mark.parametrize(
    ("keys", "path", "reached"),
    [
        (("/a/{}/b",), "/a/1/b", "/a/{}/b"),
        (("/u/{x", "/u/{x}", "/u/x}"), "/u/%7Bx", "/u/{x"),
        (("/u/{x", "/u/{x}", "/u/x}"), "/u/1", "/u/{x}"),
        (("/u/{x", "/u/{x}", "/u/x}"), "/u/x%7D", "/u/x}"),
        (("/a{x}{y}", "/a{z}"), "/abc", "/a{x}{y}"),
        (("/a{x}{y}", "/a{z}"), "/ab", "/a{z}"),
        (("/a b", "/a%20b"), "/a%20b", "/a b"),
        (("/a#", "/a"), "/a", "/a"),
        (("/a#", "/a"), "/a%23", "/a#"),
        (("/", "/#x", "/?q=1"), "/", "/"),
        (("/", "/#x", "/?q=1"), "/%23x", "/#x"),
        (("/", "/#x", "/?q=1"), "/?q=1", "/?q=1"),
        (("/x?op=Do It&v={v}",), "/x?v=3&op=Do+It", "/x?op=Do It&v={v}"),
        (("/f/{a}#x", "/f/{b}#x"), "/f/1%23x", "/f/{a}#x"),
    ],
)
def test_odd_keys(server, describe, keys, path, reached) -> None:
    """Whatever stands between the slashes of a key, its operation is found."""
    operations = {f"GET {key}": {"operationId": f"op{number}"} for number, key in enumerate(keys)}
    made = server(describe(operations), lenient=True)
    for kind in ("ready", "included"):
        assert _reached(made, TestClient(_app(made, kind)), "GET", path, {}).status_code == 204
        assert made.log[1] == f"op{keys.index(reached)}"


def test_the_narrower_of_two_with_one_fragment(server, describe, plan_of) -> None:
    """Operations that share a fragment, too, are told apart at its address."""
    operations = {
        "GET /f/{a}#x": {"operationId": "wide", "parameters": [_path("a")]},
        "GET /f/{b}#x": {"operationId": "narrow", "parameters": [_path("b", type="integer")]},
        "GET /f/{c}": {"operationId": "plain", "parameters": [_path("c")]},
    }
    made = server(describe(operations))
    for path, handler in (("/f/y%23x", "wide"), ("/f/1%23x", "narrow"), ("/f/1", "narrow"), ("/f/y", "plain")):
        assert made.call("GET", path).status_code == 204
        assert made.log[1] == handler
    told = {each.operation: each.message for each in plan_of(describe(operations)).findings}
    assert "paths that differ" in told["wide"]
