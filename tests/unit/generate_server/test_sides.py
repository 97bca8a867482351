"""What belongs to one side only, and what the server sends on its own."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

ACCOUNT = {
    "type": "object",
    "required": ["id", "name", "password"],
    "properties": {
        "id": {"type": "integer", "readOnly": True},
        "name": {"type": "string"},
        "password": {"type": "string", "writeOnly": True},
        "friend": {"$ref": "#/components/schemas/Account"},
    },
}


def _echo(server: Any, *, body: Any) -> Any:
    model = server.modules("models").Account
    return server.modules("replies").Add200(model(id=7, name=body.name))


@pytest.fixture
def accounts(server, describe) -> Any:
    """A server that takes and gives accounts."""
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Account"}}}
    operation = {
        "operationId": "add",
        "requestBody": {"required": True, "content": content},
        "responses": {"200": {"description": "Added.", "content": content}},
    }
    return server(describe({"POST /a": operation}, {"Account": ACCOUNT}), handlers={"add": _echo})


def test_each_side_needs_its_own_members(accounts) -> None:
    """A request need not hold what is readOnly, a reply not what is writeOnly (OpenAPI 3.1.1, section 4.8.24.1)."""
    reply = accounts.call("POST", "/a", json={"name": "ada", "password": "p"})
    assert (reply.status_code, reply.json()) == (200, {"id": 7, "name": "ada"})
    assert accounts.call("POST", "/a", json={"name": "ada"}).status_code == 422


def test_messages(server, describe) -> None:
    """Webhooks and callbacks are typed functions that give everything to be signed and sent."""
    event = {
        "type": "object",
        "required": ["sku"],
        "properties": {"sku": {"type": "string"}, "left": {"type": "integer"}},
    }
    body = {"content": {"application/json": {"schema": event}}}
    done = {"204": {"description": "Received."}}
    header = {"name": "webhook-id", "in": "header", "required": True, "schema": {"type": "string"}}
    hook = {"operationId": "stockLow", "parameters": [header], "requestBody": body, "responses": done}
    back = {"operationId": "ready", "requestBody": body, "responses": done}
    operation = {"operationId": "order", "callbacks": {"ready": {"{$request.body#/url}": {"post": back}}}}
    made = server({**describe({"POST /a": operation}), "webhooks": {"stock.low": {"post": hook}}})
    webhooks, models = made.modules("webhooks"), made.modules("models")
    kind = next(value for name, value in vars(models).items() if "sku" in getattr(value, "model_fields", {}))
    message = webhooks.stock_low(body=kind(sku="a"), webhook_id="msg_1")
    assert (message.name, message.kind, message.method, message.content) == (
        "stock.low",
        "webhook",
        "POST",
        b'{"sku":"a"}',
    )
    assert message.headers == {"webhook-id": "msg_1", "content-type": "application/json"}
    assert webhooks.ready(body=kind(sku="a", left=1)).content == b'{"sku":"a","left":1}'
    assert webhooks.ready(body=kind(sku="a")).kind == "callback"
    assert webhooks.ready(body=kind(sku="a")).content == b'{"sku":"a"}'
    with pytest.raises(made.modules("_runtime.problems").ContractViolation, match="not what the contract declares"):
        webhooks.ready(body={"left": 1})


def test_awkward_names(server, describe) -> None:
    """Operations may be called as the modules that their own annotations need, webhooks as what builds them."""
    item = {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}}
    body = {"required": True, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Item"}}}}
    names = ("models", "replies", "forms", "list", "match", "body")
    operations = {f"POST /{name}": {"operationId": name, "requestBody": body} for name in names}
    hook = {"operationId": "message", "requestBody": body, "responses": {"204": {"description": "Received."}}}
    made = server({**describe(operations, {"Item": item}), "webhooks": {"message": {"post": hook}}})
    for name in names:
        assert made.call("POST", f"/{name}", json={"n": 1}).status_code == 204
    assert made.modules("webhooks").message(body=made.modules("models").Item(n=1)).content == b'{"n":1}'


PARAMETERS = [
    {"name": "tags", "in": "query", "schema": {"type": "array", "items": {"type": "string"}}},
    {"name": "ids", "in": "query", "explode": False, "schema": {"type": "array", "items": {"type": "integer"}}},
    {"name": "on", "in": "query", "schema": {"type": "boolean"}},
    {"name": "filter", "in": "query", "style": "deepObject", "schema": {"type": "object"}},
    {"name": "session", "in": "cookie", "schema": {"type": "string"}},
    {"name": "X-At", "in": "header", "schema": {"type": "string", "format": "date-time"}},
]
MAYBE = {"content": {"application/json": {"schema": {"type": "integer"}}}}
NULL = {"required": True, "content": {"application/json": {"schema": {"type": ["integer", "null"]}}}}


@pytest.fixture
def senders(server, describe) -> Any:
    """The module of webhooks with parameters of many styles and bodies that may be absent or null."""
    made = server(
        {
            **describe({"GET /a": {"operationId": "getA"}}),
            "webhooks": {
                name: {"post": {"operationId": name, "responses": {"200": {"description": "Taken."}}, **more}}
                for name, more in {
                    "told": {"parameters": PARAMETERS},
                    "maybe": {"requestBody": MAYBE},
                    "nothing": {"requestBody": NULL},
                }.items()
            },
        }
    )
    return made.modules("webhooks")


def test_parameters_of_messages(senders) -> None:
    """Each parameter is written in its style; a cookie's value cannot become a second cookie."""
    at = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)
    told = senders.told(tags=["a", "b,c"], ids=[1, 2], on=True, filter={"x": 1, "y": None}, session="a; b=c", x_at=at)
    assert told.query == (("tags", "a"), ("tags", "b,c"), ("ids", "1,2"), ("on", "true"), ("filter[x]", "1"))
    assert told.headers == {"X-At": "2026-01-02T00:00:00Z", "cookie": "session=a%3B%20b=c"}
    with pytest.raises(Exception, match="a header value must not hold"):
        senders.told(x_at="a\r\nb")


def test_absent_and_null_bodies_of_messages(senders) -> None:
    """An optional body may be left out, with its Content-Type; null is a body."""
    assert (senders.maybe().content, senders.maybe().headers) == (b"", {})
    assert senders.maybe(body=5).content == b"5"
    assert senders.nothing(body=None).content == b"null"
    assert senders.nothing(body=None).headers == {"content-type": "application/json"}
