"""The direct way to an operation: errors meet the same layers of the application as on the way through all of them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

OPERATIONS: dict[str, Any] = {
    "GET /items/{id}": {
        "operationId": "getItem",
        "tags": ["items"],
        "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
        "responses": {"204": {"description": "There."}},
    },
    "GET /lines": {
        "operationId": "getLines",
        "tags": ["items"],
        "responses": {
            "200": {
                "description": "A stream.",
                "content": {"text/plain": {"schema": {"type": "string"}}},
            }
        },
    },
}


def _get_item(server: Any, *, id: str) -> Any:  # noqa: A002 - the name of the parameter
    if id == "boom":
        raise ZeroDivisionError("boom")
    return object() if id == "undeclared" else server.modules("replies").GetItem204()


def _get_lines(server: Any) -> Any:
    async def lines() -> AsyncIterator[bytes]:
        yield b"one"
        raise ZeroDivisionError("midway")

    return server.modules("replies").GetLines200(lines())


@pytest.fixture(scope="module")
def made(tmp_path_factory, module_server, describe_module) -> Any:
    """A server whose handlers fail where they are asked to."""

    handlers = {"get_item": _get_item, "get_lines": _get_lines}
    return module_server(describe_module(OPERATIONS), tmp_path_factory.mktemp("shortcut"), handlers=handlers)


class Around:
    """A middleware that keeps what it wraps under a name of its own."""

    def __init__(self, app: Any, *, seen: list[Any]) -> None:
        self.wrapped = app
        self._seen = seen

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Notes what passes, be it an answer or an error."""

        async def noted(message: Any) -> None:
            self._seen.append(message.get("status", message["type"]))
            await send(message)

        try:
            await self.wrapped(scope, receive, noted)
        except Exception as error:
            self._seen.append(type(error).__name__)
            raise


@pytest.fixture(params=["without middleware", "with middleware"])
def app(request, made) -> Any:
    """The application, whose shortcut lies outermost or within the middleware."""
    own = made.modules("router").create_app(made.contract)
    if request.param == "with middleware":
        own.add_middleware(Around, seen=[])
    return own


def test_the_handler_for_all_errors_answers_and_the_error_goes_on_to_the_server(app) -> None:
    """500 is answered by the handler of the application, and the error still reaches the server, which logs it."""

    async def shown(_request: Request, error: Exception) -> PlainTextResponse:
        return PlainTextResponse(str(error), 500)

    app.add_exception_handler(Exception, shown)
    with pytest.raises(ZeroDivisionError, match="boom"):
        TestClient(app).get("/items/boom")
    reply = TestClient(app, raise_server_exceptions=False).get("/items/boom")
    assert (reply.status_code, reply.text) == (500, "boom")


def test_a_handler_for_one_kind_of_error_ends_it(app) -> None:
    """What a handler of the application has answered is no error of the server."""

    async def shown(_request: Request, error: Exception) -> PlainTextResponse:
        return PlainTextResponse(type(error).__name__, 409)

    app.add_exception_handler(ZeroDivisionError, shown)
    assert TestClient(app).get("/items/boom").text == "ZeroDivisionError"


def test_a_reply_outside_the_contract_is_logged_and_answered_as_a_plain_problem(app, caplog) -> None:
    """The client learns nothing about the fault; the log does."""
    with caplog.at_level(logging.ERROR):
        reply = TestClient(app, raise_server_exceptions=False).get("/items/undeclared")
    assert (reply.status_code, reply.json()["detail"]) == (500, "The server has made a mistake.")
    assert "the handler, or middleware, returned object; declared are GetItem204" in caplog.text


def test_an_error_after_the_answer_began_sends_nothing_more(app) -> None:
    """Handlers of the application still learn of the error, but the client gets no second answer."""
    handled: list[Exception] = []

    async def shown(_request: Request, error: Exception) -> PlainTextResponse:
        handled.append(error)
        return PlainTextResponse("too late", 500)

    app.add_exception_handler(Exception, shown)
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/lines",
        "raw_path": b"/lines",
        "query_string": b"",
        "headers": [],
    }
    with pytest.raises(ZeroDivisionError, match="midway"):
        asyncio.run(app(scope, receive, send))
    assert [message.get("status", message.get("body")) for message in sent] == [200, b"one"]
    assert [str(error) for error in handled] == ["midway"]


def test_middleware_sees_answers_and_errors_of_operations(made) -> None:
    """Middleware need not keep the application it wraps under any particular name."""
    seen: list[Any] = []
    own = made.modules("router").create_app(made.contract)
    own.add_middleware(Around, seen=seen)
    client = TestClient(own, raise_server_exceptions=False)
    assert client.get("/items/x").status_code == 204
    assert client.get("/items/boom").status_code == 500
    assert seen == [204, "http.response.body", "ZeroDivisionError"]
