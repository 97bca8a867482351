"""Replies leave the server as the contract declares them, after the commit, or not at all."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.testclient import TestClient

ITEM = {
    "type": "object",
    "required": ["id", "made"],
    "properties": {
        "id": {"type": "integer"},
        "made": {"type": "string", "format": "date-time"},
        "note": {"type": "string"},
        "tag": {"type": ["string", "null"]},
        "state": {"type": "string", "enum": ["on", "off"], "default": "on"},
        "weight": {"type": "number"},
        "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Part"}},
    },
}
PART = {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer", "maximum": 9}}}
PROBLEM = {
    "type": "object",
    "required": ["type", "status", "available"],
    "properties": {"type": {"type": "string"}, "status": {"type": "integer"}, "available": {"type": "integer"}},
}
GET_ITEM: dict[str, Any] = {
    "operationId": "getItem",
    "parameters": [{"name": "If-None-Match", "in": "header", "schema": {"type": "string"}}],
    "responses": {
        "200": {
            "description": "An item.",
            "headers": {
                "ETag": {"required": True, "schema": {"type": "string"}},
                "X-Count": {"schema": {"type": "integer", "minimum": 1}},
                "X-Names": {"schema": {"type": "array", "items": {"type": "string"}}},
            },
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Item"}}},
        },
        "304": {"description": "Not modified."},
        "409": {
            "description": "Too little.",
            "x-tally-problem": {"type": "https://t.example/out-of-stock", "title": "Out of stock"},
            "headers": {"Retry-After": {"required": True, "schema": {"type": "integer"}}},
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/OutOfStock"}}},
        },
    },
}
SCHEMAS = {"Item": ITEM, "Part": PART, "OutOfStock": PROBLEM}
MADE = "2026-01-02T03:04:05Z"


@pytest.fixture(scope="module")
def items(tmp_path_factory, module_server, describe_module) -> Any:
    """A server whose one operation answers what the test has put into ``answer``."""
    box = SimpleNamespace(answer=None)

    def get_item(server: Any, **_: Any) -> Any:
        return box.answer(server)

    description = describe_module({"GET /item": GET_ITEM}, SCHEMAS)
    made = module_server(description, tmp_path_factory.mktemp("items"), handlers={"get_item": get_item})
    made.box = box
    return made


def _get(items: Any, answer: Any, **options: Any) -> Any:
    items.box.answer = answer
    return items.call("GET", "/item", **options)


def _item(server: Any, **values: Any) -> Any:
    return server.modules("models").Item(**{"id": 1, "made": MADE, **values})


def _ok(server: Any, body: Any, **headers: Any) -> Any:
    return server.modules("replies").GetItem200(body, **{"etag": '"1"', **headers})


def test_models_are_written_as_the_schema_says(items) -> None:
    """Members that nobody set are left out, null is sent where it was said, and None elsewhere is absence."""
    reply = _get(items, lambda s: _ok(s, _item(s)))
    assert reply.json() == {"id": 1, "made": MADE}
    said = _get(items, lambda s: _ok(s, _item(s, tag=None, note=None, state="on")))
    assert said.json() == {"id": 1, "made": MADE, "tag": None, "state": "on"}
    assert reply.headers["content-type"] == "application/json"
    assert reply.headers["etag"] == '"1"'


def test_rows_are_read_by_attribute(items) -> None:
    """Objects that only have the attributes are written just as models are."""
    row = SimpleNamespace(id=1, made=MADE, note=None, tag=None, state="off", weight=None, parts=[SimpleNamespace(n=3)])
    reply = _get(items, lambda s: _ok(s, row))
    assert reply.json() == {"id": 1, "made": MADE, "tag": None, "state": "off", "parts": [{"n": 3}]}


def test_rows_and_models_give_equal_bytes(items) -> None:
    """Both ways of writing agree byte for byte."""
    values = {"note": "é", "tag": "t", "state": "off", "weight": 1.5, "parts": [{"n": 3}]}
    model = _get(items, lambda s: _ok(s, _item(s, **values))).content
    row = SimpleNamespace(**{"id": 1, "made": MADE, **values, "parts": [SimpleNamespace(n=3)]})
    assert _get(items, lambda s: _ok(s, row)).content == model
    assert _get(items, lambda s: _ok(s, {"id": 1, "made": MADE, **values})).content == model


def test_nested_models(items) -> None:
    """Models within models are written as they are."""
    reply = _get(items, lambda s: _ok(s, _item(s, parts=[s.modules("models").Part(n=1)])))
    assert reply.json()["parts"] == [{"n": 1}]


def test_headers_are_typed(items) -> None:
    """Header values are written in the style simple."""
    reply = _get(items, lambda s: _ok(s, _item(s), x_count=3, x_names=["a", "b"]))
    assert (reply.headers["x-count"], reply.headers["x-names"]) == ("3", "a,b")


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nb", "a\0b", "a\x1bb", "a\x7f", "日本"])
def test_headers_cannot_be_split(items, value) -> None:
    """A header value that would break the header section never leaves."""
    with pytest.raises(Exception, match="header value must"):
        _get(items, lambda s: _ok(s, _item(s), etag=value))
    assert items.log[-1] == "rollback"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda s: _ok(s, SimpleNamespace(id="x", made=MADE)), "body is not what the contract declares"),
        (lambda s: _ok(s, {"id": 1}), "body is not what the contract declares"),
        (lambda s: _ok(s, _item(s).model_copy(update={"parts": [{"n": 99}]})), "cannot be written as JSON"),
        (lambda s: _ok(s, _item(s, parts=[s.modules("models").Part.model_construct(n=99)])), "does not fit its schema"),
        (lambda s: _ok(s, _item(s, weight=float("nan"))), "does not fit its schema"),
        (lambda s: _ok(s, _item(s), x_count=0), "header x-count does not fit its schema: is less than"),
        (lambda s: "text", "returned str"),
        (lambda s: None, "returned NoneType"),
        (lambda s: _ok(s, _item(s), etag=None), "header etag is required"),
    ],
)
def test_what_the_contract_does_not_allow(items, make, message) -> None:
    """A reply outside the contract is an alarm before the commit, not an answer."""
    with pytest.raises(Exception, match=message) as caught:
        _get(items, make)
    assert type(caught.value).__name__ == "ContractViolation"
    assert items.log == ["open", "get_item", "rollback"]
    assert any("getItem" in note for note in getattr(caught.value, "__notes__", ()))


def test_violations_are_logged_and_answered_with_500(items, caplog) -> None:
    """In production a violation is a plain 500 and an entry in the log that names the operation."""
    items.box.answer = lambda s: "text"
    reply = TestClient(items.app, raise_server_exceptions=False).get("/item")
    assert reply.status_code == 500
    assert reply.json() == {
        "type": "about:blank",
        "title": "Internal Server Error",
        "status": 500,
        "detail": "The server has made a mistake.",
    }
    assert "operation getItem" in caplog.text


def test_declared_problems(items) -> None:
    """A raised problem rolls back and is answered as declared."""

    def refuse(server: Any) -> Any:
        raise server.modules("problems").OutOfStock("Two are left.", available=2, retry_after=5)

    reply = _get(items, refuse)
    assert reply.status_code == 409
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.headers["retry-after"] == "5"
    assert reply.json() == {
        "type": "https://t.example/out-of-stock",
        "title": "Out of stock",
        "status": 409,
        "detail": "Two are left.",
        "available": 2,
    }
    assert items.log == ["open", "get_item", "rollback"]


def test_undeclared_problems(items) -> None:
    """A problem that the operation does not declare is a violation."""

    def refuse(server: Any) -> Any:
        class Other(server.modules("problems").Problem):
            type = "x"

        raise Other

    with pytest.raises(Exception, match="raised Other, which the contract does not declare"):
        _get(items, refuse)


def test_other_errors_reach_the_application(items) -> None:
    """An exception that is no problem is not caught, and rolls back."""

    def fail(_server: Any) -> Any:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        _get(items, fail)
    assert items.log[-1] == "rollback"


def test_the_commit_comes_before_the_answer(items) -> None:
    """A commit that fails is an error, never a success that was already told."""

    class Broken:
        async def __aenter__(self) -> None: ...

        async def __aexit__(self, kind: object, *_: object) -> None:
            if kind is None:
                raise OSError("disk full")

    contract = dataclasses.replace(items.contract, scope=lambda _call: Broken())
    items.box.answer = lambda s: _ok(s, _item(s))
    app = items.modules("router").create_app(contract)
    assert TestClient(app, raise_server_exceptions=False).get("/item").status_code == 500


@pytest.mark.parametrize(
    ("known", "status"), [('"1"', 304), ('W/"1"', 304), ("*", 304), ('"2", "1"', 304), ('"2"', 200), (None, 200)]
)
def test_conditional_reads(items, known, status) -> None:
    """A declared 304 answers whoever has the current version."""
    headers = {} if known is None else {"If-None-Match": known}
    reply = _get(items, lambda s: _ok(s, _item(s)), headers=headers)
    assert reply.status_code == status
    assert reply.headers["etag"] == '"1"'
    assert bool(reply.content) == (status == 200)


def test_conditions_in_several_fields(items) -> None:
    """A list may come in several header fields (RFC 9110, section 5.3)."""
    headers = [("If-None-Match", '"7"'), ("If-None-Match", '"1"')]
    assert _get(items, lambda s: _ok(s, _item(s)), headers=headers).status_code == 304


@pytest.mark.parametrize("part", [{"n": "secret"}, SimpleNamespace(n="secret")])
def test_violations_tell_no_values(items, caplog, part) -> None:
    """What does not fit a schema may be secret: the log names its place and its fault alone."""
    items.box.answer = lambda s: _ok(s, {"id": 1, "made": MADE, "parts": [part]})
    assert TestClient(items.app, raise_server_exceptions=False).get("/item").status_code == 500
    assert "/parts/0/n" in caplog.text
    assert "secret" not in caplog.text


def test_violations_of_models_tell_no_values(items, caplog) -> None:
    """A changed model that cannot be written names the field, not what is in it."""
    items.box.answer = lambda s: _ok(s, _item(s).model_copy(update={"weight": "secret"}))
    assert TestClient(items.app, raise_server_exceptions=False).get("/item").status_code == 500
    assert "field_name='weight'" in caplog.text
    assert "secret" not in caplog.text


def test_checking_can_be_sampled(items) -> None:
    """With a share of zero, what only the check would find is sent."""
    settings = items.modules("wiring").Settings(check_replies=0.0)
    items.box.answer = lambda s: _ok(
        s, _item(s).model_copy(update={"parts": [s.modules("models").Part.model_construct(n=99)]})
    )
    app = items.modules("router").create_app(dataclasses.replace(items.contract, settings=settings))
    assert TestClient(app).get("/item").json()["parts"] == [{"n": 99}]


def test_recorded_answers_are_repeated(items) -> None:
    """An answer that was recorded goes out as it is, if its status is declared."""
    encoded = items.modules("_runtime.replies").Encoded
    headers = (("Content-Type", "application/json"), ("ETag", '"9"'))
    reply = _get(items, lambda s: encoded(200, headers, b'{"id":1}'))
    assert (reply.json(), reply.headers["etag"]) == ({"id": 1}, '"9"')
    with pytest.raises(Exception, match="status 201 is not declared"):
        _get(items, lambda s: encoded(201, (), b""))


@pytest.mark.parametrize("header", [("X\r\nY", "1"), ("X Y", "1"), ("", "1"), ("X", "a\nb")])
def test_recorded_headers_cannot_be_split(items, header) -> None:
    """What middleware gives again is no way around the rules for headers."""
    encoded = items.modules("_runtime.replies").Encoded
    with pytest.raises(Exception, match="header"):
        _get(items, lambda s: encoded(200, (header,), b"{}"))
    assert items.log[-1] == "rollback"


LENGTH = {"Content-Length": {"required": True, "schema": {"type": "integer"}}}
OCTETS = {"application/octet-stream": {"schema": {}}}


def test_stated_lengths(server, describe) -> None:
    """A declared Content-Length is the handler's for HEAD and for streams; whole content is counted."""

    async def pieces() -> Any:
        yield b"1234567"

    ok = {"description": "Octets.", "headers": LENGTH}
    operations = {
        "HEAD /file": {"operationId": "headFile", "responses": {"200": ok}},
        "GET /file": {"operationId": "getFile", "responses": {"200": {**ok, "content": OCTETS}}},
        "GET /flow": {"operationId": "getFlow", "responses": {"200": {**ok, "content": OCTETS}}},
    }
    handlers = {
        "head_file": lambda s: s.modules("replies").HeadFile200(content_length=7),
        "get_file": lambda s: s.modules("replies").GetFile200(b"1234", content_length=7),
        "get_flow": lambda s: s.modules("replies").GetFlow200(pieces(), content_length=7),
    }
    made = server(describe(operations), handlers=handlers)
    lengths = [
        made.call(method, path).headers.get_list("content-length")
        for method, path in (("HEAD", "/file"), ("GET", "/file"), ("GET", "/flow"))
    ]
    assert lengths == [["7"], ["4"], ["7"]]


def test_negotiated_replies_vary(server, describe) -> None:
    """Caches are told that the reply depends on Accept where there is a choice, and only there."""
    two = {"application/json": {"schema": {"type": "integer"}}, "text/plain": {"schema": {"type": "string"}}}
    one = {"application/json": {"schema": {"type": "integer"}}}
    operations = {
        "GET /two": {"operationId": "two", "responses": {"200": {"description": "Either.", "content": two}}},
        "GET /one": {"operationId": "one", "responses": {"200": {"description": "One.", "content": one}}},
    }
    handlers = {
        "two": lambda s, *, accept: s.modules("replies").Two200Json(1),
        "one": lambda s: s.modules("replies").One200(1),
    }
    made = server(describe(operations), handlers=handlers)
    assert made.call("GET", "/two").headers["vary"] == "accept"
    assert "vary" not in made.call("GET", "/one").headers


@pytest.fixture
def tellers(server, describe) -> Any:
    """A server of text and of streams whose schemas say more than their types; ``box`` is what they answer."""
    few = {"type": "integer", "maximum": 9}
    kinds = {
        "word": ("text/plain", {"type": "string", "maxLength": 3}),
        "lines": ("application/x-ndjson", few),
        "events": ("text/event-stream", few),
    }
    operations = {
        f"GET /{name}": {
            "operationId": name,
            "responses": {"200": {"description": "Told.", "content": {media_type: {"schema": schema}}}},
        }
        for name, (media_type, schema) in kinds.items()
    }

    async def items(server: Any) -> Any:
        for item in server.box:
            yield item

    handlers = {
        "word": lambda s: s.modules("replies").Word200(s.box),
        "lines": lambda s: s.modules("replies").Lines200(items(s)),
        "events": lambda s: s.modules("replies").Events200(items(s)),
    }
    return server(describe(operations), handlers=handlers)


@pytest.mark.parametrize(
    ("name", "good", "content", "bad"),
    [
        ("word", "abc", "abc", "abcd"),
        ("lines", [1, 9], "1\n9\n", [1, 10]),
        ("events", [1, 9], "data: 1\n\ndata: 9\n\n", [10]),
    ],
)
def test_text_and_items_of_streams_are_checked(tellers, name, good, content, bad) -> None:
    """What is no JSON body is held against its schema too, a stream item by item."""
    tellers.box = good
    assert tellers.call("GET", f"/{name}").text == content
    tellers.box = bad
    with pytest.raises(Exception, match="does not fit its schema") as caught:
        tellers.call("GET", f"/{name}")
    assert type(caught.value).__name__ == "ContractViolation"
    assert tellers.log[-1] == "rollback"


def test_a_member_without_a_name(server, describe) -> None:
    """A row's attribute goes under the name in JSON, even if that is empty."""
    schema = {"type": "object", "required": [""], "properties": {"": {"type": "integer"}}}
    replies = {"200": {"description": "One.", "content": {"application/json": {"schema": schema}}}}

    def get_one(made: Any, **_: Any) -> Any:
        (name,) = made.modules("models").GetOneResponse.model_fields
        return made.modules("replies").GetOne200(SimpleNamespace(**{name: 1}))

    made = server(
        describe({"GET /one": {"operationId": "getOne", "responses": replies}}), handlers={"get_one": get_one}
    )
    assert made.call("GET", "/one").json() == {"": 1}
