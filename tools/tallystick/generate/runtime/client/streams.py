"""Replies that arrive bit by bit: bytes, lines, JSON lines and server-sent events."""

from __future__ import annotations

import codecs
import json
import os
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, NamedTuple, Self, TypeVar

import httpx2

from .exchange import Outcome
from .operation import Operation, ReplyType
from .transport import transport_errors

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class ServerSentEvent(NamedTuple):
    """One event of a ``text/event-stream`` (HTML, section 9.2)."""

    data: str
    event: str = "message"
    id: str | None = None
    retry: int | None = None
    """Milliseconds to wait before connecting again."""

    def json(self) -> Any:
        """The data as a JSON value."""
        return json.loads(self.data)


class LineDecoder:
    """Bytes in, whole lines out. Lines end with LF, CRLF or, for event streams, CR."""

    def __init__(self, *, lone_cr: bool = False) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._pending = ""
        self._lone_cr = lone_cr

    def feed(self, chunk: bytes) -> list[str]:
        """The lines that this chunk completes."""
        text = self._pending + self._decoder.decode(chunk)
        held = ""
        if self._lone_cr:
            if text.endswith("\r"):
                text, held = text[:-1], "\r"  # the LF of a CRLF may come with the next chunk
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        *lines, rest = text.split("\n")
        self._pending = rest + held
        return [line.removesuffix("\r") for line in lines]

    def end(self) -> list[str]:
        """What is left when the stream ends."""
        text = (self._pending + self._decoder.decode(b"", final=True)).removesuffix("\r")
        self._pending = ""
        return [text] if text else []


class EventDecoder:
    """Lines in, events out (HTML, section 9.2.6)."""

    def __init__(self) -> None:
        self._data: list[str] = []
        self._event = ""
        self._id: str | None = None
        self._retry: int | None = None
        self._first = True

    def feed(self, line: str) -> ServerSentEvent | None:
        """The event that this line completes, if any."""
        if self._first:
            line, self._first = line.removeprefix("\ufeff"), False
        if not line:
            return self._dispatch()
        name, _, value = line.partition(":")
        self._set(name, value.removeprefix(" "))
        return None

    def _set(self, name: str, value: str) -> None:
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._event = value
        elif name == "id" and "\0" not in value:
            self._id = value
        elif name == "retry" and value.isascii() and value.isdigit():
            self._retry = int(value)

    def _dispatch(self) -> ServerSentEvent | None:
        data, event, retry = self._data, self._event, self._retry
        self._data, self._event, self._retry = [], "", None
        if not data:
            return None
        return ServerSentEvent("\n".join(data), event or "message", self._id, retry)


class ItemDecoder:
    """Bytes in, typed items out, for JSON lines and server-sent events."""

    def __init__(self, operation: Operation[Any], reply: ReplyType, outcome: Outcome) -> None:
        self._operation, self._reply, self._outcome = operation, reply, outcome
        self._lines = LineDecoder(lone_cr=reply.kind == "events")
        self._events = EventDecoder()
        self.done = False

    def feed(self, chunk: bytes) -> Iterator[Any]:
        """The items that this chunk completes."""
        return self._items(self._lines.feed(chunk))

    def end(self) -> Iterator[Any]:
        """The last item of JSON lines; an unfinished event is dropped, as the standard says."""
        return self._items(self._lines.end() if self._reply.kind == "lines" else [])

    def _items(self, lines: list[str]) -> Iterator[Any]:
        for line in lines:
            if self.done:
                return
            if self._reply.kind == "lines":
                if line.strip():
                    yield self._typed(line)
                continue
            event = self._events.feed(line)
            if event is not None:
                yield from self._event(event)

    def _event(self, event: ServerSentEvent) -> Iterator[Any]:
        if event.data == "[DONE]":  # the usual sign for the end of a stream of JSON events
            self.done = True
        elif self._reply.item == "event":
            members = {"data": event.data, "event": event.event, "id": event.id, "retry": event.retry}
            given = {name: value for name, value in members.items() if value is not None}
            yield self._operation.read_json(self._reply, self._outcome.info, json.dumps(given).encode())
        elif self._reply.item == "payload":
            yield self._typed(event.data)
        else:
            yield event

    def _typed(self, text: str) -> Any:
        return self._operation.read_json(self._reply, self._outcome.info, text.encode())


class Stream(Generic[T_co]):
    """Items as they arrive. Iterate it once; it is closed at the end, by ``close``, or by leaving ``with``."""

    def __init__(self, outcome: Outcome, decoder: ItemDecoder) -> None:
        self.info = outcome.info
        """Status and headers."""
        self._response: httpx2.Response = outcome.handle
        self._decoder = decoder

    def __iter__(self) -> Iterator[T_co]:
        try:
            with transport_errors():
                for chunk in self._response.iter_bytes():
                    yield from self._decoder.feed(chunk)
                    if self._decoder.done:
                        return
            yield from self._decoder.end()
        finally:
            self.close()

    def close(self) -> None:
        """Stop receiving."""
        self._response.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncStream(Generic[T_co]):
    """Items as they arrive. Iterate it once; it is closed at the end, by ``close``, or by leaving ``async with``."""

    def __init__(self, outcome: Outcome, decoder: ItemDecoder) -> None:
        self.info = outcome.info
        """Status and headers."""
        self._response: httpx2.Response = outcome.handle
        self._decoder = decoder

    async def __aiter__(self) -> AsyncIterator[T_co]:
        try:
            with transport_errors():
                async for chunk in self._response.aiter_bytes():
                    for item in self._decoder.feed(chunk):
                        yield item
                    if self._decoder.done:
                        return
            for item in self._decoder.end():
                yield item
        finally:
            await self.close()

    async def close(self) -> None:
        """Stop receiving."""
        await self._response.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


class RawResponse(Generic[T]):
    """Status, headers and bytes of a reply; ``parse`` gives what the plain call returns."""

    def __init__(self, outcome: Outcome, parse: Callable[[], T]) -> None:
        self.info = outcome.info
        self.status = outcome.info.status
        self.headers = outcome.info.headers
        self.request_id = outcome.info.request_id
        self.etag = outcome.info.etag
        self.attempts = outcome.attempts
        self.content = outcome.body or b""
        self._parse = parse

    def parse(self) -> T:
        """The typed value."""
        return self._parse()

    @property
    def text(self) -> str:
        """The body as text."""
        return self.content.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body as a JSON value."""
        return json.loads(self.content)


class StreamedResponse(Generic[T]):
    """A reply whose body is still arriving."""

    def __init__(self, outcome: Outcome, operation: Operation[T]) -> None:
        self.info = outcome.info
        self.status = outcome.info.status
        self.headers = outcome.info.headers
        self.request_id = outcome.info.request_id
        self._response: httpx2.Response = outcome.handle
        self._operation = operation

    def iter_bytes(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """The body in pieces, decompressed."""
        with transport_errors():
            yield from self._response.iter_bytes(chunk_size)

    def iter_lines(self) -> Iterator[str]:
        """The body line by line."""
        decoder = LineDecoder()
        for chunk in self.iter_bytes():
            yield from decoder.feed(chunk)
        yield from decoder.end()

    def read(self) -> bytes:
        """The rest of the body."""
        with transport_errors():
            return self._response.read()

    def save(self, path: str | os.PathLike[str]) -> int:
        """Write the body to a file, piece by piece, and return its length in bytes.

        A file that stays incomplete is removed.
        """
        with _whole_file(path) as file:
            return sum(file.write(chunk) for chunk in self.iter_bytes())

    def parse(self) -> T:
        """Read the body and return what the plain call returns."""
        return self._operation.parse(self.info, self.read())

    def close(self) -> None:
        """Stop receiving."""
        self._response.close()


class AsyncStreamedResponse(Generic[T]):
    """A reply whose body is still arriving."""

    def __init__(self, outcome: Outcome, operation: Operation[T]) -> None:
        self.info = outcome.info
        self.status = outcome.info.status
        self.headers = outcome.info.headers
        self.request_id = outcome.info.request_id
        self._response: httpx2.Response = outcome.handle
        self._operation = operation

    async def iter_bytes(self, chunk_size: int | None = None) -> AsyncIterator[bytes]:
        """The body in pieces, decompressed."""
        with transport_errors():
            async for chunk in self._response.aiter_bytes(chunk_size):
                yield chunk

    async def iter_lines(self) -> AsyncIterator[str]:
        """The body line by line."""
        decoder = LineDecoder()
        async for chunk in self.iter_bytes():
            for line in decoder.feed(chunk):
                yield line
        for line in decoder.end():
            yield line

    async def read(self) -> bytes:
        """The rest of the body."""
        with transport_errors():
            return await self._response.aread()

    async def save(self, path: str | os.PathLike[str]) -> int:
        """Write the body to a file, piece by piece, and return its length in bytes.

        A file that stays incomplete is removed.
        """
        from anyio.to_thread import run_sync

        with _whole_file(path) as file:
            return sum([await run_sync(file.write, chunk) async for chunk in self.iter_bytes()])

    async def parse(self) -> T:
        """Read the body and return what the plain call returns."""
        return self._operation.parse(self.info, await self.read())

    async def close(self) -> None:
        """Stop receiving."""
        await self._response.aclose()


class _whole_file:  # noqa: N801 # used like a function
    """A file for writing that does not outlive an error."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path)
        self._partial = self._path.with_name(self._path.name + ".part")

    def __enter__(self) -> Any:
        self._file = self._partial.open("wb")
        return self._file

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        if kind is None:
            self._partial.replace(self._path)
        else:
            self._partial.unlink(missing_ok=True)


__all__ = [
    "AsyncStream",
    "AsyncStreamedResponse",
    "EventDecoder",
    "ItemDecoder",
    "LineDecoder",
    "RawResponse",
    "ServerSentEvent",
    "Stream",
    "StreamedResponse",
]
