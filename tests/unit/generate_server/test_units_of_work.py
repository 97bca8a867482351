"""Units of work: opened late, committed before the answer, rolled back by whatever goes wrong, never left open."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import Depends, FastAPI
from starlette.testclient import TestClient

NO = {"x-tally-problem": {"type": "https://t.example/no", "title": "No"}, "description": "No."}
TEXT = {"200": {"description": "Text.", "content": {"text/plain": {"schema": {"type": "string"}}}}, "409": NO}


async def _pieces(server: Any) -> AsyncIterator[str]:
    server.log.append("first piece")
    yield "a"
    yield "b"


def _answer(server: Any) -> Any:
    kind = server.box["kind"]
    reply = server.modules("replies").Talk200
    if kind == "problem":
        raise server.modules("problems").No
    return reply(_pieces(server)) if kind == "stream" else reply("ab")


@pytest.fixture
def talk(server, describe) -> Any:
    """A server whose one operation answers with text, a stream or a problem, as ``box`` says."""
    made = server(describe({"GET /talk": {"operationId": "talk", "responses": TEXT}}), handlers={"talk": _answer})
    made.box = {"kind": "text"}
    return made


def _rewired(talk: Any, **changes: Any) -> TestClient:
    talk.log.clear()
    app = talk.modules("router").create_app(dataclasses.replace(talk.contract, **changes))
    return TestClient(app, raise_server_exceptions=False)


def _unit(log: list[Any], fails: str) -> Any:
    class Unit:
        async def __aenter__(self) -> None:
            log.append("open")
            if fails == "open":
                raise OSError("cannot connect")

        async def __aexit__(self, kind: object, *_: object) -> None:
            step = "commit" if kind is None else "rollback"
            log.append(step)
            if fails == step:
                raise OSError("connection lost")

    return lambda _call: Unit()


@pytest.mark.parametrize(
    ("kind", "fails", "log"),
    [
        ("text", "open", ["open"]),
        ("text", "commit", ["open", "talk", "commit"]),
        ("problem", "rollback", ["open", "talk", "rollback"]),
    ],
)
def test_units_that_fail(talk, kind, fails, log) -> None:
    """Where the unit of work itself fails the answer is 500, with nothing of what the handler said."""
    talk.box["kind"] = kind
    reply = _rewired(talk, scope=_unit(talk.log, fails)).get("/talk")
    assert (reply.status_code, reply.headers["content-type"]) == (500, "application/problem+json")
    assert "connect" not in reply.text
    assert talk.log == log


def test_a_stream_whose_commit_fails(talk) -> None:
    """A commit that fails after the last piece breaks the stream off, so that the client sees it is not whole."""
    talk.box["kind"] = "stream"
    app = talk.modules("router").create_app(dataclasses.replace(talk.contract, scope=_unit(talk.log, "commit")))
    with pytest.raises(OSError, match="connection lost"):
        TestClient(app).get("/talk")


def test_middleware_that_fails_after_a_stream_was_made(talk) -> None:
    """The unit of work of a stream that will never be sent is rolled back."""

    async def around(_call: Any, following: Any) -> Any:
        await following()
        raise ZeroDivisionError

    talk.box["kind"] = "stream"
    assert _rewired(talk, around=[around]).get("/talk").status_code == 500
    assert talk.log == ["open", "talk", "rollback"]


@pytest.mark.parametrize("kind", ["text", "stream"])
def test_dependencies_that_fail_after_the_handler(talk, kind) -> None:
    """Where the application fails before a stream is sent, its unit of work is rolled back; others are over by then."""

    async def checked() -> AsyncIterator[None]:
        yield
        raise ZeroDivisionError

    talk.box["kind"] = kind
    app = FastAPI(dependencies=[Depends(checked, scope="function")])
    app.include_router(talk.modules("router").build_router(talk.contract))
    assert TestClient(app, raise_server_exceptions=False).get("/talk").status_code == 500
    assert talk.log == ["open", "talk", "rollback" if kind == "stream" else "commit"]


def test_streams_behind_dependencies(talk) -> None:
    """A dependency of the application changes nothing about the unit of work of a stream that is sent."""
    talk.box["kind"] = "stream"
    app = FastAPI(dependencies=[Depends(lambda: None)])
    app.include_router(talk.modules("router").build_router(talk.contract))
    assert TestClient(app).get("/talk").text == "ab"
    assert talk.log == ["open", "talk", "first piece", "commit"]


@pytest.mark.parametrize("error", [None, ZeroDivisionError()])
def test_a_stream_that_nobody_sends(talk, error) -> None:
    """A streamed answer that is given up is rolled back, once."""

    async def give_up() -> None:
        answer = talk.modules("_runtime.answers").Answer(200, [], _pieces(talk))
        answer.scope = _unit(talk.log, "never")(None)
        for _ in range(2):
            await answer.abandon(type(error), error, None)

    asyncio.run(give_up())
    assert talk.log == ["rollback"]


def test_middleware_that_answers_instead_of_a_stream(talk) -> None:
    """The unit of work of a stream that middleware replaces is committed, as that of any replaced reply was."""

    async def around(_call: Any, following: Any) -> Any:
        await following()
        return talk.modules("replies").Talk200("instead")

    talk.box["kind"] = "stream"
    assert _rewired(talk, around=[around]).get("/talk").text == "instead"
    assert talk.log == ["open", "talk", "commit"]


def test_middleware_that_changes_a_stream(talk) -> None:
    """A stream that middleware wraps is still produced within the unit of work of its handler."""

    async def louder(body: Any) -> AsyncIterator[str]:
        async for piece in body:
            yield piece.upper()

    async def around(_call: Any, following: Any) -> Any:
        reply = await following()
        return dataclasses.replace(reply, body=louder(reply.body))

    talk.box["kind"] = "stream"
    assert _rewired(talk, around=[around]).get("/talk").text == "AB"
    assert talk.log == ["open", "talk", "first piece", "commit"]


def test_middleware_that_tries_again(talk) -> None:
    """A call may be made twice; each has a unit of work of its own, and only the last answer is sent."""

    async def around(_call: Any, following: Any) -> Any:
        await following()
        return await following()

    talk.box["kind"] = "stream"
    assert _rewired(talk, around=[around]).get("/talk").text == "ab"
    assert talk.log == ["open", "talk", "open", "talk", "commit", "first piece", "commit"]
