"""Bodies read piece by piece, and the events and lines of streamed replies."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Mapping, MutableMapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeAlias, TypeVar

from anyio import to_thread
from starlette.requests import ClientDisconnect

from .json_text import JSONError, decode
from .problems import Refusal

__all__ = [
    "NO_DATA",
    "BodyStream",
    "Content",
    "Lines",
    "ServerSentEvent",
    "UploadedFile",
    "iterating",
    "read_all",
    "too_large",
]

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Item = TypeVar("Item")
Content: TypeAlias = str | bytes | AsyncIterable[str] | AsyncIterable[bytes]
"""Text or octets of a reply, whole or as a stream; text is sent as UTF-8."""


def too_large(limit: int) -> Refusal:
    """The answer to a body above its bound."""
    return Refusal(
        413, "content too large", f"The content may be at most {limit} bytes.", members={"limit_bytes": limit}
    )


@asynccontextmanager
async def iterating(source: AsyncIterable[Item]) -> AsyncIterator[AsyncIterator[Item]]:
    """The items of a stream; a generator that is left early ends at once, and frees what it holds."""
    items = aiter(source)
    try:
        yield items
    finally:
        close = getattr(items, "aclose", None)
        if close is not None:
            await close()


async def _chunks(receive: Receive, limit: int, total: int = 0) -> AsyncIterator[bytes]:
    """What is still to come of a body of which ``total`` bytes were read."""
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunk = message.get("body", b"")
        more = message.get("more_body", False)
        total += len(chunk)
        if total > limit:
            raise too_large(limit)
        if chunk:
            yield chunk


async def read_all(receive: Receive, limit: int) -> bytes:
    """The whole body.

    Raises:
        Refusal: 413 as soon as it is known to be longer than ``limit``.
    """
    message = await receive()
    if message["type"] == "http.disconnect":
        raise ClientDisconnect
    body: bytes = message.get("body", b"")
    if len(body) > limit:
        raise too_large(limit)
    if not message.get("more_body", False):
        return body
    rest = [chunk async for chunk in _chunks(receive, limit, len(body))]
    return b"".join((body, *rest))


class BodyStream:
    """A request body that arrives while the handler runs. It can be read once."""

    def __init__(self, receive: Receive, limit: int, media_type: str, charset: str = "utf-8") -> None:
        self.media_type = media_type
        self.is_complete = False
        """Whether everything has been read."""
        self._source = self._read_on(receive, limit)
        self._charset = charset

    async def _read_on(self, receive: Receive, limit: int) -> AsyncIterator[bytes]:
        async for chunk in _chunks(receive, limit):
            yield chunk
        self.is_complete = True

    def __aiter__(self) -> AsyncIterator[bytes]:
        """The chunks in their order."""
        return self._source

    async def read(self) -> bytes:
        """Everything that is left, in memory."""
        return b"".join([chunk async for chunk in self._source])

    async def text(self) -> str:
        """Everything that is left, as text of the declared charset.

        Raises:
            Refusal: 400, the octets are not text of that charset.
        """
        try:
            return (await self.read()).decode(self._charset)
        except UnicodeError:
            raise Refusal.malformed(f"The body is not {self._charset} text.") from None


class Lines(Generic[Item]):
    """A request body of JSON lines; each item has been checked when the handler sees it."""

    def __init__(self, source: BodyStream, read: Callable[[Any, int], Item], longest: int) -> None:
        self._source = source
        self._read = read
        self._longest = longest

    @property
    def is_complete(self) -> bool:
        """Whether everything has been read."""
        return self._source.is_complete

    async def __aiter__(self) -> AsyncIterator[Item]:
        """The items.

        Raises:
            Refusal: 400 for a line that is not JSON, 422 for one that the schema refuses.
        """
        number = 0
        async for line in self._lines():
            number += 1
            if line.strip():
                try:
                    value = decode(line)
                except JSONError as error:
                    raise Refusal.malformed(f"Line {number} is {error}.") from None
                yield self._read(value, number)

    async def _lines(self) -> AsyncIterator[bytes]:
        rest = bytearray()  # grows in place: a line may come octet by octet
        async for chunk in self._source:
            for number, part in enumerate(chunk.split(b"\n")):
                if number:
                    yield bytes(rest)
                    rest.clear()
                rest += part
                if len(rest) > self._longest:
                    raise too_large(self._longest)
        if rest:
            yield bytes(rest)


class UploadedFile:
    """A file of a multipart body: in memory while small, else in a temporary file that goes away with the request."""

    def __init__(self, filename: str | None, content_type: str, headers: Mapping[str, str], memory: int) -> None:
        self.filename = filename
        """The name that the sender gave; never use it as a path."""
        self.content_type = content_type
        self.headers = headers
        self.size = 0
        self._file = tempfile.SpooledTemporaryFile(max_size=memory, mode="w+b")  # noqa: SIM115 - lives with the request
        self._memory = memory

    @property
    def in_memory(self) -> bool:
        """Whether the content has not been moved to disk."""
        return self.size <= self._memory

    async def write(self, data: bytes) -> None:
        """Appends data while the file is received."""
        self.size += len(data)
        if self.in_memory:
            self._file.write(data)
        else:
            await to_thread.run_sync(self._file.write, data)

    async def read(self, size: int = -1) -> bytes:
        """At most ``size`` bytes from where the last read ended; everything that is left for -1."""
        return self._file.read(size) if self.in_memory else await to_thread.run_sync(self._file.read, size)

    async def rewind(self) -> None:
        """Makes the next read start at the beginning."""
        self._file.seek(0)

    async def chunks(self, size: int = 1 << 16) -> AsyncIterator[bytes]:
        """The rest of the content, piece by piece."""
        while chunk := await self.read(size):
            yield chunk

    def close(self) -> None:
        """Frees the memory or the temporary file; called when the request is over."""
        self._file.close()


NO_DATA: Final[Any] = object()
"""What an event has that nobody is told of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSentEvent:
    """One event of ``text/event-stream`` (WHATWG HTML, section 9.2).

    ``data`` that is not text is sent as JSON. Without any the client is told of no event: a comment keeps the
    connection alive, ``retry`` has its effect.
    """

    data: Any = NO_DATA
    event: str | None = None
    id: str | None = None
    retry: int | None = None
    """Milliseconds after which the client connects again."""
    comment: str | None = None
