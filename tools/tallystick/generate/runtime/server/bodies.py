"""Request bodies: by media type to JSON values that the schemas accept or refuse, and to the handler's types."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from .body_values import BodyValue
from .descriptors import Operation
from .forms import FormBody, MultipartBody
from .json_text import JSONError, decode
from .limits import Limits
from .media import MediaRange, best_match, kind_of, text_codec
from .parameter_values import Faults
from .problems import Detail, Refusal
from .schemas import Schemas
from .streams import BodyStream, Lines, Receive, read_all, too_large

__all__ = ["Bodies"]

_Headers = Mapping[bytes, bytes]
_Read = Callable[[Receive, MediaRange, list[Any]], Awaitable[Any]]
"""Reads a body: its value, or what is wrong with it as ``Faults``, which may also be raised."""


class Bodies:
    """The request body of one operation."""

    def __init__(self, operation: Operation, kinds: Mapping[str, Any], schemas: Schemas, limits: Limits) -> None:
        assert operation.body is not None
        self.required = operation.body.required
        self._method = operation.method
        self._media_types = operation.body.media_types
        self._limits = limits
        self._readers: dict[str, _Read] = {
            name: self._reader(operation, name, kinds[name], schemas) for name in self._media_types
        }
        self._streamed = {
            name for name in self._media_types if kind_of(name) in ("multipart", "lines", "events", "binary", "text")
        }
        self._known: dict[bytes, tuple[MediaRange, _Read, int]] = {}

    def _reader(self, operation: Operation, name: str, kind: Any, schemas: Schemas) -> _Read:
        path = ("operations", operation.id, "body", name)
        assert operation.body is not None
        encoding = operation.body.encoding.get(name, {})
        form = kind_of(name)
        if form == "json":
            return _JsonBody(path, kind, schemas, self._limits, required=self.required)
        if form == "lines":
            return _LinesBody(path, kind, schemas, self._limits)
        if form == "form":
            return FormBody(path, kind, schemas, self._limits, encoding)
        if form == "multipart":
            return MultipartBody(path, kind, schemas, self._limits, encoding)
        if kind is str:
            return _TextBody(path, schemas, self._limits)
        return _StreamBody(self._limits)

    def choose(self, headers: list[tuple[bytes, bytes]]) -> tuple[MediaRange, _Read] | None:
        """How the body is to be read; None when there is none.

        Raises:
            Refusal: 415 for another media type or coding, 413 for a body whose stated length is too large.
        """
        content_type, length, chunked = None, 0, False
        for name, value in headers:
            if name == b"content-type":
                if content_type not in (None, value):
                    raise self._unsupported("The request has more than one Content-Type.")
                content_type = value
            elif name == b"content-length":
                length = int(value[:_DIGITS]) if value.isdigit() else 0
            elif name == b"transfer-encoding":
                chunked = True
            elif name == b"content-encoding" and value.strip().lower() not in (b"", b"identity"):
                raise _coded(value.decode("latin-1"))
        if content_type is None:
            if length or chunked:
                raise self._unsupported("The request has content, but no Content-Type.")
            return None
        media, read, limit = self._known.get(content_type) or self._match(content_type)
        if length > limit:
            raise too_large(limit)
        return media, read

    def _match(self, content_type: bytes) -> tuple[MediaRange, _Read, int]:
        text = content_type.decode("latin-1")
        name = best_match(self._media_types, text)
        if name is None:
            raise self._unsupported(f"The media type {text.partition(';')[0].strip()} is not supported.")
        media = MediaRange.parse(text)
        _check_charset(media, kind_of(name), self._unsupported)
        found = media, self._readers[name], self._limits.stream if name in self._streamed else self._limits.body
        if len(self._known) < len(self._media_types) * 4:
            self._known[content_type] = found
        return found

    def _unsupported(self, detail: str) -> Refusal:
        """415, naming what is supported (RFC 9110, section 12.5.1; for PATCH also RFC 5789, section 2.2)."""
        supported = ", ".join(self._media_types)
        headers = {"Accept": supported, **({"Accept-Patch": supported} if self._method == "PATCH" else {})}
        members = {"supported": list(self._media_types)}
        return Refusal(415, "unsupported media type", detail, members=members, headers=headers)


_DIGITS: Final = 20
"""More of a length than anybody can send."""


def _coded(coding: str) -> Refusal:
    """415 for a content coding: ``Accept-Encoding`` then tells which are understood (RFC 9110, section 12.5.3)."""
    detail = f"The content coding {coding} is not supported."
    return Refusal(415, "unsupported media type", detail, headers={"Accept-Encoding": "identity"})


def _check_charset(media: MediaRange, kind: str, refuse: Callable[[str], Refusal]) -> None:
    charset = media.parameter("charset")
    if charset is None:
        return
    name = text_codec(charset)
    if name is None:
        raise refuse(f"The charset {charset} is not known.")
    if kind not in ("text", "binary") and name not in ("utf-8", "ascii"):
        raise refuse(f"The charset {charset} is not supported, only UTF-8.")


def _codec(media: MediaRange) -> str:
    """The codec of a media type whose charset has been checked."""
    return text_codec(media.parameter("charset") or "") or "utf-8"


class _JsonBody:
    """JSON. No content at all is no body, where none is required: many clients send the Content-Type all the same."""

    def __init__(self, path: tuple[str, ...], kind: Any, schemas: Schemas, limits: Limits, *, required: bool) -> None:
        self._read = BodyValue(path, kind, schemas).read
        self._limit = limits.body
        self._required = required

    async def __call__(self, receive: Receive, _media: MediaRange, _open: list[Any]) -> Any:
        content = await read_all(receive, self._limit)
        if not content and not self._required:
            return None
        try:
            value = decode(content)
        except JSONError as error:
            raise Refusal.malformed(f"The body is {error}.", [Detail("body", "", str(error))]) from None
        return self._read(value)


class _LinesBody:
    """JSON lines, each checked when the handler comes to it."""

    def __init__(self, path: tuple[str, ...], kind: Any, schemas: Schemas, limits: Limits) -> None:
        self._value = BodyValue(path, kind, schemas)
        self._limits = limits

    async def __call__(self, receive: Receive, media: MediaRange, _open: list[Any]) -> Any:
        return Lines(BodyStream(receive, self._limits.stream, media.essence), self._read, self._limits.line)

    def _read(self, value: Any, number: int) -> Any:
        try:
            found = self._value.read(value, f"/{number - 1}")
        except Faults as faults:
            found = faults
        if type(found) is Faults:
            raise Refusal.invalid(found.errors) from None
        return found


class _TextBody:
    """Text whose schema limits it, and which therefore has to be seen whole."""

    def __init__(self, path: tuple[str, ...], schemas: Schemas, limits: Limits) -> None:
        self._read = BodyValue(path, str, schemas).read
        self._limit = limits.body

    async def __call__(self, receive: Receive, media: MediaRange, _open: list[Any]) -> Any:
        return self._read(await BodyStream(receive, self._limit, media.essence, _codec(media)).text())


class _StreamBody:
    def __init__(self, limits: Limits) -> None:
        self._limit = limits.stream

    async def __call__(self, receive: Receive, media: MediaRange, _open: list[Any]) -> Any:
        return BodyStream(receive, self._limit, media.essence, _codec(media))
