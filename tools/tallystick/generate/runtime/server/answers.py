"""Answers: status, headers and content ready for the wire."""

from __future__ import annotations

import asyncio
import datetime as dt
import enum
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Final

from starlette.requests import ClientDisconnect
from starlette.responses import Response

from .disconnects import Receive, WhileConnected
from .problems import ContractViolation
from .streams import BodyStream, Lines, iterating

__all__ = ["PROBLEM_JSON", "Answer", "AnswerResponse", "header_name", "header_text", "problem_answer"]

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
RawHeaders = list[tuple[bytes, bytes]]
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""RFC 9110, section 5.6.2."""
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
"""What no field value may hold (RFC 9110, section 5.5)."""
PROBLEM_JSON: Final = (b"content-type", b"application/problem+json")


class Answer:
    """A reply as it goes over the wire. A streamed one keeps its unit of work open until its last byte."""

    __slots__ = ("closing", "content", "headers", "scope", "source", "status")

    def __init__(self, status: int, headers: RawHeaders, content: bytes | AsyncIterator[bytes]) -> None:
        self.status = status
        self.headers = headers
        self.content = content
        self.scope: AbstractAsyncContextManager[Any] | None = None
        self.closing: Sequence[Callable[[], None]] = ()
        """What a streamed answer still reads from, such as the files of the request."""
        self.source: BodyStream | Lines[Any] | None = None
        """The streamed body of the request, which a streamed answer may still be reading."""

    async def send(self, receive: Receive, send: Send, *, bodiless: bool = False) -> None:
        """Sends the answer; ``bodiless`` for HEAD."""
        content = self.content
        if isinstance(content, bytes):
            headers = self.headers
            if self.status not in (204, 304) and self.status >= 200 and (content or not bodiless):
                headers.append((b"content-length", b"%d" % len(content)))
            await send({"type": "http.response.start", "status": self.status, "headers": headers})
            await send({"type": "http.response.body", "body": b"" if bodiless else content})
            return
        await self._stream(receive, send, content)

    async def _stream(self, receive: Receive, send: Send, content: AsyncIterator[bytes]) -> None:
        """Sends a stream, then commits; a client that goes away before is no fault, but nothing is committed."""
        try:
            await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
            await self._pieces(receive, send, content)
        except ClientDisconnect as gone:
            await self.leave(gone)
            return
        except BaseException as error:
            await self.leave(error)
            raise
        await self.leave()
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _pieces(self, receive: Receive, send: Send, content: AsyncIterator[bytes]) -> None:
        async with iterating(content) as pieces, WhileConnected(receive) as connected:
            self._watch(connected)
            async for piece in pieces:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
                self._watch(connected)

    def _watch(self, connected: WhileConnected) -> None:
        """While the request is still read, whoever reads it learns that the client has gone."""
        if self.source is None or self.source.is_complete:
            connected.watch()

    async def leave(self, error: BaseException | None = None) -> None:
        """Ends the unit of work of a streamed answer, committing without an error, and frees what it reads from."""
        scope, self.scope = self.scope, None
        how = (None, None, None) if error is None else (type(error), error, error.__traceback__)
        try:
            if scope is not None:
                await scope.__aexit__(*how)
        finally:
            for close in self.closing:
                close()

    async def abandon(self, _kind: object, error: BaseException | None, _traceback: object) -> None:
        """Rolls back what a streamed answer that nobody has sent would have committed."""
        if self.scope is not None:
            await self.leave(error or asyncio.CancelledError())


class AnswerResponse(Response):
    """An answer as a Starlette response, for the route that FastAPI itself runs."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(status_code=answer.status)
        self.raw_headers = answer.headers
        self._answer = answer

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        await self._answer.send(receive, send, bodiless=scope["method"] == "HEAD")
        if self.background is not None:
            await self.background()


def problem_answer(status: int, content: bytes, headers: Mapping[str, str]) -> Answer:
    """A problem with further headers.

    Raises:
        ContractViolation: one would break the header section.
    """
    raw: RawHeaders = [PROBLEM_JSON]
    for name, text in headers.items():
        raw.append((header_name(name), header_text(text).encode("latin-1")))
    return Answer(status, raw, content)


def header_name(name: str) -> bytes:
    """The name of a field as it goes over the wire.

    Raises:
        ContractViolation: it is none.
    """
    if _TOKEN.fullmatch(name) is None:
        raise ContractViolation(f"{name!r} is no name for a header")
    return name.lower().encode()


def header_text(value: Any, *, explode: bool = False) -> str:
    """A header value in the style ``simple``: lists with commas, objects as ``k,v`` or exploded ``k=v``.

    Raises:
        ContractViolation: it would break the header section.
    """
    text = value if type(value) is str else _simple(value, explode=explode)
    if text.strip(" \t") != text:
        raise ContractViolation("a header value must not begin or end with white space, which is no part of it")
    if text.isascii() and text.isprintable():
        return text
    if _CONTROLS.search(text):
        raise ContractViolation("a header value must not hold line breaks or other control characters")
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        raise ContractViolation("a header value must be ISO 8859-1; encode other text (RFC 8187)") from None
    return text


def _simple(value: Any, *, explode: bool) -> str:
    if isinstance(value, enum.Enum):
        return _simple(value.value, explode=explode)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        return ",".join(_simple(item, explode=False) for item in value)
    if isinstance(value, Mapping):
        join = "=" if explode else ","
        return ",".join(f"{key}{join}{_simple(item, explode=False)}" for key, item in value.items())
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
