"""Request bodies: JSON, forms, multipart, text and bytes, encoded as the contract says."""

from __future__ import annotations

import json
import mimetypes
import os
import secrets
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any, NamedTuple, TypeAlias, cast

from .styles import checked_header, query_pairs, text_of
from .values import NOT_GIVEN, is_collection, is_list, is_mapping, is_object, to_json

FileContent: TypeAlias = "bytes | str | IO[bytes] | os.PathLike[str]"
"""The content of a file: bytes, text, an open binary file, or a path (as ``pathlib.Path``) that is opened when sent."""


class File(NamedTuple):
    """A file to upload, with the name and the media type that the server sees."""

    content: FileContent
    name: str | None = None
    media_type: str | None = None


FileInput: TypeAlias = "File | FileContent | tuple[str, FileContent] | tuple[str, FileContent, str]"
"""What an argument for a file accepts: content, ``(name, content)``, ``(name, content, media type)`` or ``File``."""

_CHUNK = 65_536


class Content:
    """The bytes of a request body, sent in chunks and, where its sources allow, sent again."""

    def __init__(self, sources: Iterable[Any]) -> None:
        self.sources: list[Any] = list(sources)
        self._starts = [_start(source) for source in self.sources]

    @property
    def replayable(self) -> bool:
        """Whether a second attempt would send the same bytes."""
        return all(start is not None for start in self._starts)

    def length(self) -> int | None:
        """Number of bytes, None when a source does not tell."""
        lengths = [_length(source, start) for source, start in zip(self.sources, self._starts, strict=True)]
        known = [length for length in lengths if length is not None]
        return sum(known) if len(known) == len(lengths) else None

    def as_bytes(self) -> bytes | None:
        """The whole body when it is in memory already, else None."""
        if all(isinstance(source, bytes) for source in self.sources):
            return b"".join(self.sources)
        return None

    def __iter__(self) -> Iterator[bytes]:
        for source, start in zip(self.sources, self._starts, strict=True):
            yield from _chunks(source, start)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        from anyio.to_thread import run_sync

        for source, start in zip(self.sources, self._starts, strict=True):
            if hasattr(source, "__aiter__"):
                async for chunk in source:
                    yield chunk
            elif isinstance(source, bytes):
                yield source
            else:
                chunks = _chunks(source, start)
                while (chunk := await run_sync(next, chunks, None)) is not None:
                    yield chunk


def _start(source: Any) -> int | None:
    """Where to begin on every attempt; None for a source that can be read once."""
    if isinstance(source, (bytes, os.PathLike)):
        return 0
    try:
        return int(source.tell()) if source.seekable() else None
    except (AttributeError, OSError):
        return None


def _length(source: Any, start: int | None) -> int | None:
    if isinstance(source, bytes):
        return len(source)
    if isinstance(source, os.PathLike):
        return Path(cast("os.PathLike[str]", source)).stat().st_size
    if start is None:
        return None
    end = source.seek(0, os.SEEK_END)
    source.seek(start)
    return int(end) - start


def _chunks(source: Any, start: int | None) -> Iterator[bytes]:
    if isinstance(source, bytes):
        yield source
    elif isinstance(source, os.PathLike):
        with Path(cast("os.PathLike[str]", source)).open("rb") as file:
            yield from iter(lambda: file.read(_CHUNK), b"")
    elif hasattr(source, "read"):
        if start is not None:
            source.seek(start)
        yield from iter(lambda: _bytes(source.read(_CHUNK)), b"")
    else:
        yield from map(_bytes, source)


def _bytes(chunk: bytes | str) -> bytes:
    return chunk.encode() if isinstance(chunk, str) else chunk


class Part(NamedTuple):
    """How one property of a form or multipart body is sent (Encoding Object, section 4.8.15)."""

    content_type: str | None = None
    style: str | None = None
    explode: bool = True
    reserved: bool = False
    file: bool = False
    """Whether the contract describes a file, or a list of files."""


_DEFAULT_PART = Part()
NO_PARTS: Mapping[str, Part] = MappingProxyType({})


class Payload(NamedTuple):
    """A body ready to send."""

    media_type: str
    content: Content | bytes


def is_json(media_type: str) -> bool:
    """Whether the media type is JSON (RFC 6838, section 4.2.8 for the suffix)."""
    name = media_type.partition(";")[0].strip()
    return name.endswith(("/json", "+json"))


def encode_body(media_type: str, value: Any, parts: Mapping[str, Part] = NO_PARTS) -> Payload:
    """The bytes of a body.

    Raises:
        TypeError: the value cannot be sent as this media type.
        ValueError: a value has no JSON form (not a number, a time without an offset).
    """
    name = media_type.partition(";")[0].strip()
    if is_json(name):
        return Payload(media_type, json_bytes(value))
    if name == "application/x-www-form-urlencoded":
        return Payload(media_type, _form(value, parts))
    if name.startswith("multipart/"):
        return _multipart(name, value, parts)
    if name in LINES and not isinstance(value, (str, bytes)) and not hasattr(value, "read"):
        return Payload(media_type, b"".join(json_bytes(item) + b"\n" for item in value))
    return Payload(media_type, raw_content(value))


LINES = frozenset(
    (
        "application/x-ndjson",
        "application/ndjson",
        "application/jsonl",
        "application/x-jsonlines",
        "application/jsonlines",
    )
)


def json_bytes(value: Any) -> bytes:
    """Compact JSON text in UTF-8."""
    return json.dumps(to_json(value), separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def raw_content(value: Any) -> Content | bytes:
    """A body that is sent as it is: bytes, text, a file, a path, or an iterable of bytes."""
    if isinstance(value, File):
        value = value.content
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(cast("bytes", value))
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, os.PathLike) or hasattr(value, "read") or hasattr(value, "__aiter__"):
        return Content([value])
    if hasattr(value, "__iter__") and not is_mapping(value):
        return Content([value])
    if isinstance(value, (int, float)) or value is None:
        return text_of(value).encode()
    raise TypeError(
        f"{type(value).__name__} cannot be sent as it is: pass bytes, text, a file, a path or chunks of bytes"
    )


def fields_of(value: Any) -> dict[str, Any]:
    """The properties of a form: those of a model, or of a mapping, without those that are not given.

    Raises:
        TypeError: the value is neither.
    """
    plain = value.to_dict() if hasattr(value, "to_dict") else value
    if not is_mapping(plain):
        raise TypeError(f"a form needs named fields, not {type(value).__name__}")
    return {str(key): item for key, item in plain.items() if item is not NOT_GIVEN}


def _form(value: Any, parts: Mapping[str, Part]) -> bytes:
    pairs = [pair for key, item in fields_of(value).items() for pair in _form_pairs(key, item, parts.get(key))]
    return "&".join(f"{key}={text}" for key, text in pairs).encode()


def _form_pairs(name: str, item: Any, part: Part | None) -> list[tuple[str, str]]:
    part = part or _DEFAULT_PART
    plain = to_json(item)
    nested = is_object(plain) or (is_list(plain) and any(is_object(one) or is_list(one) for one in plain))
    if part.style is None and (part.content_type or nested):
        return query_pairs(name, _json_text(plain))  # section 4.8.15: objects are JSON unless a style says otherwise
    return query_pairs(name, plain, part.style or "form", explode=part.explode, reserved=part.reserved)


def _json_text(plain: Any) -> str:
    return plain if isinstance(plain, str) else json.dumps(plain, separators=(",", ":"), ensure_ascii=False)


def _multipart(name: str, value: Any, parts: Mapping[str, Part]) -> Payload:
    boundary = secrets.token_hex(16)
    sources: list[Any] = []
    for key, item in fields_of(value).items():
        for one in _part_values(item, parts.get(key)):
            _add_part(sources, boundary, key, one, parts.get(key) or _DEFAULT_PART)
    sources.append(f"--{boundary}--\r\n".encode())
    content = Content(_joined(sources))
    in_memory = content.as_bytes()
    return Payload(f"{name}; boundary={boundary}", content if in_memory is None else in_memory)


def _part_values(item: Any, part: Part | None) -> list[Any]:
    """An array is one part per item, unless a content type makes it a single one."""
    if is_collection(item) and not (isinstance(item, tuple) and part is not None and part.file and _is_named(item)):
        if part is not None and part.content_type is not None and is_json(part.content_type):
            return [item]
        return list(item)
    return [item]


def _is_file(value: Any) -> bool:
    """Whether a value can be nothing but a file."""
    return isinstance(value, (File, bytes, bytearray, memoryview, os.PathLike)) or hasattr(value, "read")


def _is_named(value: tuple[Any, ...]) -> bool:
    """Whether a tuple is name and content of one file, not several files."""
    if isinstance(value, File):
        return True
    return len(value) in {2, 3} and isinstance(value[0], str) and (len(value) == 3 or not isinstance(value[1], tuple))


def as_file(value: Any) -> File:
    """The file that an argument stands for, its name taken from the path or the open file where there is one."""
    if isinstance(value, File):
        return value
    if isinstance(value, tuple):
        return _named_file(*cast("tuple[str, FileContent]", value))
    name = getattr(value, "name", None) if hasattr(value, "read") else None
    if isinstance(value, os.PathLike):
        name = os.fspath(cast("os.PathLike[str]", value))
    return File(value, Path(name).name if isinstance(name, str) else None)


def _named_file(name: str, content: FileContent, media_type: str | None = None) -> File:
    return File(content, name, media_type)


def _add_part(sources: list[Any], boundary: str, key: str, value: Any, part: Part) -> None:
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(key)}"'
    if part.file or _is_file(value):
        file = as_file(value)
        name = file.name or key
        guessed = mimetypes.guess_type(name)[0] or "application/octet-stream"
        kind = file.media_type or _single(part.content_type) or guessed
        head += f'; filename="{_quoted(name)}"\r\nContent-Type: {checked_header(kind)}\r\n\r\n'
        content = raw_content(file.content)
        sources.extend([head.encode(), *_sources_of(content), b"\r\n"])
        return
    plain = to_json(value)
    content_type = _single(part.content_type) or ("application/json" if isinstance(plain, (dict, list)) else None)
    if content_type is not None:
        head += f"\r\nContent-Type: {checked_header(content_type)}"
    text = json_bytes(plain) if content_type and is_json(content_type) else text_of(plain).encode()
    sources.append(head.encode() + b"\r\n\r\n" + text + b"\r\n")


def _single(content_type: str | None) -> str | None:
    """The content type of a part when the contract leaves no choice: no list, no range."""
    if content_type is None or "," in content_type or "*" in content_type:
        return None
    return content_type


def _sources_of(content: Content | bytes) -> list[Any]:
    return [content] if isinstance(content, bytes) else content.sources


def _joined(sources: list[Any]) -> Iterator[Any]:
    """The sources, with neighbouring bytes as one."""
    pending = bytearray()
    for source in sources:
        if isinstance(source, bytes):
            pending += source
            continue
        yield bytes(pending)
        pending.clear()
        yield source
    yield bytes(pending)


def _quoted(text: str) -> str:
    """Text for a quoted parameter of ``Content-Disposition``, escaped as browsers do (HTML, section 4.10.21.8)."""
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
