"""Clients that go away: nothing keeps running for them, and nothing of theirs is committed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

OCTETS: dict[str, Any] = {"application/octet-stream": {"schema": {}}}
JSON_BODY = {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}
FORM = {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}
MULTIPART = b'--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
Message = dict[str, Any]


def _out(operation_id: str, media_type: str = "text/event-stream") -> dict[str, Any]:
    content = {media_type: {"schema": {"type": "string"} if media_type.startswith("text") else {}}}
    return {"operationId": operation_id, "responses": {"200": {"description": "A stream.", "content": content}}}


@pytest.fixture
def streaming(server, describe) -> Any:
    """A server of endless streams and of streams that are read."""
    operations = {
        "GET /ticks": _out("ticks"),
        "GET /silence": _out("silence"),
        "HEAD /ticks": _out("headTicks"),
        "POST /echo": {
            **_out("echo", "application/octet-stream"),
            "requestBody": {"required": True, "content": OCTETS},
        },
        "POST /deaf": {**_out("deaf"), "requestBody": {"required": True, "content": OCTETS}},
        "POST /json": {"operationId": "json", "requestBody": JSON_BODY},
        "POST /form": {"operationId": "form", "requestBody": {"content": {"multipart/form-data": {"schema": FORM}}}},
    }
    replies = {
        "ticks": lambda s: s.modules("replies").Ticks200(_ticks(s.log, 0.0)),
        "silence": lambda s: s.modules("replies").Silence200(_ticks(s.log, 1e6)),
        "head_ticks": lambda s: s.modules("replies").HeadTicks200(_ticks(s.log, 0.0)),
        "echo": lambda s, *, body: s.modules("replies").Echo200(_again(body)),
        "deaf": lambda s, *, body: s.modules("replies").Deaf200(_ticks(s.log, 0.0)),
    }
    return server(describe(operations), handlers=replies)


async def _ticks(log: list[Any], pause: float) -> AsyncIterator[str]:
    try:
        while True:
            yield "tick"
            await asyncio.sleep(pause)
    finally:
        await asyncio.sleep(0)  # what is closed here may have to wait, e.g. for a database
        log.append("closed")


async def _again(body: Any) -> AsyncIterator[bytes]:
    async for chunk in body:
        yield chunk


async def _request(
    app: Any, method: str, path: str, receive: Callable[[], Awaitable[Message]], headers: list[Any] | None = None
) -> list[Message]:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)
        await asyncio.sleep(0)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": headers or [],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 2),
        "state": {},
    }
    await asyncio.wait_for(app(scope, receive, send), 10)
    return sent


def _messages(*messages: Message) -> Callable[[], Awaitable[Message]]:
    """What a server gives to its application: these messages, then that the client has gone, after a moment."""
    waiting = list(messages)

    async def receive() -> Message:
        if waiting:
            return waiting.pop(0)
        for _ in range(20):
            await asyncio.sleep(0)
        return {"type": "http.disconnect"}

    return receive


def _part(content: bytes, *, more: bool = False) -> Message:
    return {"type": "http.request", "body": content, "more_body": more}


@pytest.mark.parametrize("path", ["/ticks", "/silence"])
def test_endless_streams_end_with_their_client(streaming, path) -> None:
    """A stream is cancelled when its client goes, its generator closed first, its unit of work rolled back then."""
    sent = asyncio.run(_request(streaming.app, "GET", path, _messages(_part(b""))))
    assert sent[0]["status"] == 200
    assert all(message.get("more_body", True) for message in sent)
    assert streaming.log == ["open", path[1:], "closed", "rollback"]


def test_nothing_is_left_running(streaming) -> None:
    """After a stream no task of the server is left, whether the client went away or stayed."""

    async def tasks() -> int:
        await _request(streaming.app, "GET", "/ticks", _messages(_part(b"")))
        headers = [(b"content-type", b"application/octet-stream"), (b"content-length", b"2")]
        await _request(streaming.app, "POST", "/echo", _messages(_part(b"a", more=True), _part(b"b")), headers)
        await asyncio.sleep(0)
        return len(asyncio.all_tasks())

    assert asyncio.run(tasks()) == 1


def test_a_stream_that_echoes_the_request(streaming) -> None:
    """While the handler still reads the request, every piece reaches it; nobody else takes one."""
    headers = [(b"content-type", b"application/octet-stream"), (b"transfer-encoding", b"chunked")]
    pieces = [_part(b"%d" % number, more=number < 9) for number in range(10)]
    sent = asyncio.run(_request(streaming.app, "POST", "/echo", _messages(*pieces), headers))
    assert b"".join(message.get("body", b"") for message in sent) == b"0123456789"
    assert streaming.log == ["open", "echo", "commit"]


def test_a_request_that_breaks_off_within_a_stream(streaming) -> None:
    """A reply that is made from a request which ends early ends early too."""
    headers = [(b"content-type", b"application/octet-stream"), (b"content-length", b"9")]
    sent = asyncio.run(_request(streaming.app, "POST", "/echo", _messages(_part(b"a", more=True)), headers))
    assert sent[-1].get("more_body", True)
    assert streaming.log == ["open", "echo", "rollback"]


def test_the_server_may_still_be_stopped(streaming) -> None:
    """A cancellation from outside is not taken for a client that has gone."""

    async def stopped() -> None:
        never = asyncio.Event()

        async def receive() -> Message:
            await never.wait()
            raise AssertionError

        serving = asyncio.create_task(_request(streaming.app, "GET", "/silence", receive))
        async with asyncio.timeout(20):
            while "silence" not in streaming.log:  # noqa: ASYNC110 - the log is no event
                await asyncio.sleep(0)
        for _ in range(100):  # well into the stream
            await asyncio.sleep(0)
        serving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await serving

    asyncio.run(stopped())
    assert streaming.log == ["open", "silence", "closed", "rollback"]


def test_head_does_not_begin_the_stream(streaming) -> None:
    """HEAD is answered without running the generator, and commits."""
    sent = asyncio.run(_request(streaming.app, "HEAD", "/ticks", _messages(_part(b""))))
    assert [message.get("body") for message in sent] == [None, b""]
    assert streaming.log == ["open", "head_ticks", "commit"]


@pytest.mark.parametrize(
    ("path", "content_type", "content"),
    [("/json", b"application/json", b'{"a":'), ("/form", b"multipart/form-data; boundary=b", MULTIPART)],
)
def test_requests_that_break_off(streaming, caplog, path, content_type, content) -> None:
    """A body that ends before its time is a malformed request, no fault of the server; nothing is opened for it."""
    headers = [(b"content-type", content_type), (b"content-length", b"99")]
    sent = asyncio.run(_request(streaming.app, "POST", path, _messages(_part(content, more=True)), headers))
    assert sent[0]["status"] == 400
    assert b"The content ended early." in sent[1]["body"]
    assert streaming.log == []
    assert caplog.text == ""
