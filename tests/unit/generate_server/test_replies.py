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
    """Absent members are left out unless null is allowed; defaults are sent."""
    reply = _get(items, lambda s: _ok(s, _item(s)))
    assert reply.json() == {"id": 1, "made": MADE, "tag": None, "state": "on"}
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


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nb", "a\0b", "日本"])
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
        (lambda s: _ok(s, _item(s), x_count=0), "header x-count is '0'"),
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
