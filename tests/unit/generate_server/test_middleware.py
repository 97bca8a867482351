"""Typed middleware around calls and within their unit of work."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from starlette.testclient import TestClient

PROBLEM = {"x-tally-problem": {"type": "https://t.example/no", "title": "No"}, "description": "No."}


@pytest.fixture
def calls(server, describe) -> Any:
    """A server with noisy middleware."""
    seen: list[Any] = []

    def named(name: str) -> Any:
        async def around(call: Any, following: Any) -> Any:
            seen.append((name, call.operation.id, dict(call.arguments)))
            try:
                reply = await following()
            except Exception as error:
                seen.append((name, type(error).__name__))
                raise
            seen.append((name, type(reply).__name__))
            return reply

        return around

    async def inside(call: Any, unit: Any, following: Any) -> Any:
        seen.append(("inside", type(unit).__name__, call.header("x-trace")))
        return await following()

    def get_a(server: Any, *, fail: bool | None) -> Any:
        if fail:
            raise server.modules("problems").No
        return server.modules("replies").GetA204()

    operation = {
        "operationId": "getA",
        "parameters": [{"name": "fail", "in": "query", "schema": {"type": "boolean"}}],
        "responses": {"204": {"description": "Done."}, "409": PROBLEM},
    }
    made = server(
        describe({"GET /a": operation}),
        handlers={"get_a": get_a},
        options={"around": [named("first"), named("second")], "inside": [inside]},
    )
    made.seen = seen
    return made


def test_order(calls) -> None:
    """Middleware nests in its order, around the unit of work and within it."""
    assert calls.call("GET", "/a", headers={"x-trace": "7"}).status_code == 204
    assert calls.seen == [
        ("first", "getA", {"fail": None}),
        ("second", "getA", {"fail": None}),
        ("inside", "Unit", "7"),
        ("second", "GetA204"),
        ("first", "GetA204"),
    ]
    assert calls.log == ["open", "get_a", "commit"]


def test_problems_pass_through(calls) -> None:
    """Middleware sees a problem as the exception that it is."""
    assert calls.call("GET", "/a?fail=true").status_code == 409
    assert [entry for entry in calls.seen if len(entry) == 2] == [("second", "No"), ("first", "No")]
    assert calls.log == ["open", "get_a", "rollback"]


def test_refused_requests_pass_by(calls) -> None:
    """A request that is refused never becomes a call."""
    assert calls.call("GET", "/a?fail=maybe").status_code == 422
    assert calls.seen == []


def test_replies_can_be_replaced(server, describe) -> None:
    """Middleware may answer itself, e.g. with what it answered before; then nothing is opened."""

    async def replay(call: Any, _following: Any) -> Any:
        encoded = type(call).__module__.replace("wiring", "replies")
        module = __import__(encoded, fromlist=["Encoded"])
        return module.Encoded(204, (("x-replayed", "1"),), b"")

    made = server(describe({"GET /a": {"operationId": "getA"}}), options={"around": [replay]})
    reply = made.call("GET", "/a")
    assert (reply.status_code, reply.headers["x-replayed"]) == (204, "1")
    assert made.log == []


def test_middleware_for_some_operations(server, describe) -> None:
    """Middleware that names its operations is asked once at start; calls of the others pass by it."""
    asked: list[str] = []
    seen: list[str] = []

    def is_change(operation: Any) -> bool:
        asked.append(operation.id)
        return operation.method != "GET"

    async def around(call: Any, following: Any) -> Any:
        seen.append(f"around {call.operation.id}")
        return await following()

    async def inside(call: Any, _unit: Any, following: Any) -> Any:
        seen.append(f"inside {call.operation.id}")
        return await following()

    first = server(describe({"GET /a": {"operationId": "getA"}, "POST /a": {"operationId": "postA"}}))
    select = first.modules("wiring").for_operations
    chosen = {"around": (select(is_change, around),), "inside": (select(is_change, select(is_change, inside)),)}
    app = first.modules("router").create_app(dataclasses.replace(first.contract, **chosen))
    once = list(asked)
    client = TestClient(app)
    assert [client.get("/a").status_code, client.post("/a").status_code] == [204, 204]
    assert seen == ["around postA", "inside postA"]
    assert asked == once


def test_a_stream_in_place_of_another_for_head(server, describe) -> None:
    """A streamed reply that middleware gives to HEAD is not begun, like one of the handler."""
    begun: list[str] = []

    async def items(name: str) -> Any:
        begun.append(name)
        yield 1

    async def replace(_call: Any, following: Any) -> Any:
        return type(await following())(items("middleware"))

    content = {"application/jsonl": {"itemSchema": {"type": "integer"}}}
    operation = {"operationId": "headA", "responses": {"200": {"description": "Items.", "content": content}}}
    made = server(
        {**describe({"HEAD /a": operation}), "openapi": "3.2.0"},
        handlers={"head_a": lambda server: server.modules("replies").HeadA200(items("handler"))},
        options={"around": [replace]},
    )
    assert made.call("HEAD", "/a").status_code == 200
    assert (begun, made.log) == ([], ["open", "head_a", "commit"])


def test_recorded_content_where_there_is_none(server, describe) -> None:
    """A recorded 204 with content is an alarm: the next reply on the connection would begin with it."""

    def get_a(server: Any) -> Any:
        return server.modules("_runtime.replies").Encoded(204, (), b"more")

    made = server(describe({"GET /a": {"operationId": "getA"}}), handlers={"get_a": get_a})
    with pytest.raises(Exception, match="an answer with the status 204 has no content"):
        made.call("GET", "/a")
    assert made.log == ["open", "get_a", "rollback"]
