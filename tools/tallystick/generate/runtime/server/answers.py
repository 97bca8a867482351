"""Answers: status, headers and content ready for the wire."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Final

from starlette.responses import Response

from .problems import ContractViolation

__all__ = ["PROBLEM_JSON", "Answer", "AnswerResponse", "header_text", "problem_answer"]

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
RawHeaders = list[tuple[bytes, bytes]]
PROBLEM_JSON: Final = (b"content-type", b"application/problem+json")


class Answer:
    """A reply as it goes over the wire. A streamed one keeps its unit of work open until its last byte."""

    __slots__ = ("closing", "content", "headers", "scope", "status")

    def __init__(self, status: int, headers: RawHeaders, content: bytes | AsyncIterator[bytes]) -> None:
        self.status = status
        self.headers = headers
        self.content = content
        self.scope: AbstractAsyncContextManager[Any] | None = None
        self.closing: Sequence[Callable[[], None]] = ()
        """What a streamed answer still reads from, such as the files of the request."""

    async def send(self, send: Send, *, bodiless: bool = False) -> None:
        """Sends the answer; ``bodiless`` for HEAD."""
        content = self.content
        if isinstance(content, bytes):
            headers = self.headers
            if self.status not in (204, 304) and self.status >= 200:
                headers.append((b"content-length", b"%d" % len(content)))
            await send({"type": "http.response.start", "status": self.status, "headers": headers})
            await send({"type": "http.response.body", "body": b"" if bodiless else content})
            return
        await self._stream(send, content)

    async def _stream(self, send: Send, content: AsyncIterator[bytes]) -> None:
        try:
            await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
            async for chunk in content:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        except BaseException as error:
            scope, self.scope = self.scope, None
            if scope is not None:
                await scope.__aexit__(type(error), error, error.__traceback__)
            raise
        finally:
            for close in self.closing:
                close()
        scope, self.scope = self.scope, None
        if scope is not None:
            await scope.__aexit__(None, None, None)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


class AnswerResponse(Response):
    """An answer as a Starlette response, for the route that FastAPI itself runs."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(status_code=answer.status)
        self.raw_headers = answer.headers
        self._answer = answer

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:  # noqa: ARG002 - ASGI
        await self._answer.send(send, bodiless=scope["method"] == "HEAD")
        if self.background is not None:
            await self.background()


def problem_answer(status: int, content: bytes, headers: Mapping[str, str]) -> Answer:
    """A problem with further headers."""
    raw = [PROBLEM_JSON]
    for name, text in headers.items():
        raw.append((name.lower().encode("latin-1"), text.encode("latin-1")))
    return Answer(status, raw, content)


def header_text(value: Any, *, explode: bool = False) -> str:
    """A header value in the style ``simple``: lists with commas, objects as ``k,v`` or exploded ``k=v``.

    Raises:
        ContractViolation: it would break the header section.
    """
    text = value if type(value) is str else _simple(value, explode=explode)
    if text.isascii() and text.isprintable():
        return text
    if any(character in text for character in "\r\n\0"):
        raise ContractViolation("a header value must not hold line breaks")
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
