"""multipart/form-data (RFC 7578): parts as text or files, bounded in number and size."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header

from .limits import Limits
from .problems import Refusal
from .streams import UploadedFile, too_large

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

__all__ = ["FileRule", "Part", "close_files", "read_parts"]

_LONGEST_HEADERS = 16 << 10


class FileRule(int):
    """Marks a multipart property whose parts are files; the value is the largest size in bytes, -1 for the default."""


@dataclass(slots=True)
class Part:
    """One part: a field with its text, or a file."""

    name: str
    content_type: str | None
    headers: Mapping[str, str]
    file: UploadedFile | None = None
    text: bytearray = field(default_factory=bytearray)


class _Reading:
    """Collects what the parser reports; the data of files is written by the caller, between two chunks."""

    def __init__(self, files: frozenset[str], texts: frozenset[str], limits: Limits) -> None:
        self.parts: list[Part] = []
        self.pending: list[tuple[Part, bytes]] = []
        self.is_complete = False
        self._files = files
        self._texts = texts
        self._limits = limits
        self._headers: dict[str, str] = {}
        self._disposition = b""
        self._name = self._value = b""
        self._header_bytes = self._text_bytes = 0
        self._number_of_files = 0

    def callbacks(self) -> MultipartCallbacks:
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._header_field,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_part_data": self._data,
            "on_end": self._end,
        }

    def _begin(self) -> None:
        self._headers, self._disposition, self._header_bytes = {}, b"", 0

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]
        self._count(end - start)

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]
        self._count(end - start)

    def _count(self, length: int) -> None:
        self._header_bytes += length
        if self._header_bytes > _LONGEST_HEADERS:
            raise Refusal.malformed("The headers of a part are too long.")

    def _header_end(self) -> None:
        name = self._name.decode("latin-1").lower()
        self._headers[name] = _text(self._value)
        if name == "content-disposition":
            self._disposition = self._value
        self._name = self._value = b""

    def _headers_finished(self) -> None:
        disposition, options = parse_options_header(self._disposition)
        name = options.get(b"name")
        if disposition != b"form-data" or name is None:
            raise Refusal.malformed("A part has no Content-Disposition: form-data with a name.")
        part = Part(_text(name), self._headers.get("content-type"), self._headers)
        if part.name in self._files or (b"filename" in options and part.name not in self._texts):
            filename = options.get(b"filename")
            part.file = UploadedFile(
                None if filename is None else _text(filename),
                part.content_type or "application/octet-stream",
                self._headers,
                self._limits.memory,
            )
        self.parts.append(part)
        self._number_of_files += part.file is not None
        self._bound_number()

    def _bound_number(self) -> None:
        files = self._number_of_files
        if files > self._limits.files or len(self.parts) - files > self._limits.fields:
            raise Refusal(413, "content too large", "The form has too many parts.")

    def _data(self, data: bytes, start: int, end: int) -> None:
        part = self.parts[-1]
        if part.file is not None:
            self.pending.append((part, data[start:end]))
            return
        part.text += data[start:end]
        self._text_bytes += end - start
        if self._text_bytes > self._limits.body:
            raise too_large(self._limits.body)

    def _end(self) -> None:
        self.is_complete = True


def _text(value: bytes) -> str:
    """Names of fields and files are UTF-8 (RFC 7578, section 5.1), where they can be."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


async def read_parts(
    source: AsyncIterable[bytes],
    boundary: str,
    files: Mapping[str, int | None],
    texts: frozenset[str],
    limits: Limits,
) -> list[Part]:
    """The parts in their order. ``files`` are the names whose parts are files, with their largest size.

    Other parts are files if they have a filename, but for ``texts``: browsers give one to whatever is not plain text.

    Raises:
        Refusal: 400 for a body that is not multipart, 413 for one that is too large.
    """
    reading = _Reading(frozenset(files), texts, limits)
    try:
        delimiter = boundary.encode("latin-1")
        parser = MultipartParser(delimiter, reading.callbacks())
        async for chunk in _without_preamble(source, delimiter):
            parser.write(chunk)
            await _write_files(reading, files, limits)
        parser.finalize()
        _refuse_incomplete(reading)
        for part in reading.parts:
            if part.file is not None:
                await part.file.rewind()
    except FormParserError as error:
        close_files(reading.parts)
        raise Refusal.malformed(f"The body is not multipart: {error}.") from None
    except BaseException:
        close_files(reading.parts)
        raise
    return reading.parts


async def _without_preamble(source: AsyncIterable[bytes], boundary: bytes) -> AsyncIterator[bytes]:
    """The body from its first boundary on; what stands before it says nothing (RFC 2046, section 5.1.1)."""
    first, held = b"\r\n--" + boundary, b"\r\n"  # the beginning of the body is the beginning of a line
    has_begun = False
    async for chunk in source:
        if has_begun:
            yield chunk
            continue
        held += chunk
        at = held.find(first)
        has_begun = at >= 0
        if has_begun:
            yield held[at + 2 :]
        else:
            held = held[-len(first) :]


def _refuse_incomplete(reading: _Reading) -> None:
    if not reading.is_complete:
        raise Refusal.malformed("The multipart body ends early.")


async def _write_files(reading: _Reading, files: Mapping[str, int | None], limits: Limits) -> None:
    for part, data in reading.pending:
        assert part.file is not None
        largest = files.get(part.name)
        largest = limits.file if largest is None else largest
        if part.file.size + len(data) > largest:
            raise too_large(largest)
        await part.file.write(data)
    reading.pending.clear()


def close_files(parts: list[Part]) -> None:
    """Frees what the parts hold."""
    for part in parts:
        if part.file is not None:
            part.file.close()
