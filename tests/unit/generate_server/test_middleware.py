"""Typed middleware around calls and within their unit of work."""

from __future__ import annotations

from typing import Any

import pytest

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
