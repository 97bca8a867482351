"""Request bodies: by media type to JSON values that the schemas accept or refuse, and to the handler's types."""

from __future__ import annotations

import codecs
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from . import styles
from .descriptors import Encoding, Operation
from .explanations import explainer
from .json_text import JSONError, decode
from .limits import Limits
from .media import MediaRange, best_match, kind_of
from .multipart import Part, close_files, read_parts
from .parameters import Faults
from .percent import Malformed, pairs, unquote_plus
from .problems import Detail, Refusal
from .schemas import Schemas, Validator, details, pointer
from .shapes import Shape
from .streams import BodyStream, Lines, Receive, UploadedFile, read_all, too_large

__all__ = ["Bodies", "FileRule"]

_Headers = Mapping[bytes, bytes]
_Read = Callable[[Receive, MediaRange, list[Any]], Awaitable[Any]]
"""Reads a body: its value, or what is wrong with it as ``Faults``, which may also be raised."""


class FileRule(int):
    """Marks a multipart property whose parts are files; the value is the largest size in bytes, -1 for the default."""


class Bodies:
    """The request body of one operation."""

    def __init__(self, operation: Operation, kinds: Mapping[str, Any], schemas: Schemas, limits: Limits) -> None:
        assert operation.body is not None
        self.required = operation.body.required
        self._media_types = operation.body.media_types
        self._limits = limits
        self._readers: dict[str, _Read] = {
            name: self._reader(operation, name, kinds[name], schemas) for name in self._media_types
        }
        self._streamed = {
            name for name in self._media_types if kind_of(name) in ("multipart", "lines", "binary", "text")
        }
        self._known: dict[bytes, tuple[MediaRange, _Read, int]] = {}

    def _reader(self, operation: Operation, name: str, kind: Any, schemas: Schemas) -> _Read:
        path = ("operations", operation.id, "body", name)
        assert operation.body is not None
        encoding = operation.body.encoding.get(name, {})
        form = kind_of(name)
        if form == "json":
            return _JsonBody(path, kind, schemas, self._limits)
        if form == "lines":
            return _LinesBody(path, kind, schemas, self._limits)
        if form == "form":
            return _FormBody(path, kind, schemas, self._limits, encoding)
        if form == "multipart":
            return _MultipartBody(path, kind, schemas, self._limits, encoding)
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
                content_type = value
            elif name == b"content-length":
                length = int(value) if value.isdigit() else 0
            elif name == b"transfer-encoding":
                chunked = True
            elif name == b"content-encoding" and value.strip().lower() not in (b"", b"identity"):
                raise self._unsupported(f"The content coding {value.decode('latin-1')} is not supported.")
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
        return Refusal(
            415,
            "unsupported media type",
            detail,
            members={"supported": list(self._media_types)},
            headers={"Accept": ", ".join(self._media_types)},
        )


def _check_charset(media: MediaRange, kind: str, refuse: Callable[[str], Refusal]) -> None:
    charset = media.parameter("charset")
    if charset is None:
        return
    try:
        name = codecs.lookup(charset).name
    except LookupError:
        raise refuse(f"The charset {charset} is not known.") from None
    if kind not in ("text", "binary") and name not in ("utf-8", "ascii"):
        raise refuse(f"The charset {charset} is not supported, only UTF-8.")


class _Value:
    """A JSON value accepted by a schema, as a Python value."""

    def __init__(self, path: tuple[str, ...], kind: Any, schemas: Schemas) -> None:
        self.validator: Validator = schemas.validator(*path)
        self._accepts = self.validator.is_valid
        self._explain = explainer(schemas, *path)
        self._convert = None if kind is Any else TypeAdapter(kind).validator.validate_python

    def read(self, value: Any, where: str = "") -> Any:
        """The value, or the ``Faults``: raising them for every refused body would cost more than finding them."""
        if self._accepts(value):
            return self.convert(value, where)
        return Faults(*(details(self.validator, value, where=where) if where else self._explain(value)))

    def convert(self, value: Any, where: str = "") -> Any:
        if self._convert is None:
            return value
        try:
            return self._convert(value)
        except ValidationError:
            pass
        try:
            return self._convert(_with_whole_numbers(value))
        except ValidationError as error:
            raise Faults(*_unheld(error, where)) from None


def _with_whole_numbers(value: Any) -> Any:
    """The value with integral numbers as integers: ``1e300`` is one, and Pydantic takes only smaller ones as such."""
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, list):
        return [_with_whole_numbers(item) for item in value]
    if isinstance(value, dict):
        return {name: _with_whole_numbers(item) for name, item in value.items()}
    return value


def _unheld(error: ValidationError, where: str) -> list[Detail]:
    """Values that the schema accepts and Python cannot hold, such as the 31st of June in year 0."""
    return [Detail("body", where + pointer(each["loc"]), f"cannot be held: {each['msg']}") for each in error.errors()]


class _JsonBody:
    def __init__(self, path: tuple[str, ...], kind: Any, schemas: Schemas, limits: Limits) -> None:
        self._read = _Value(path, kind, schemas).read
        self._limit = limits.body

    async def __call__(self, receive: Receive, _media: MediaRange, _open: list[Any]) -> Any:
        try:
            value = decode(await read_all(receive, self._limit))
        except JSONError as error:
            raise Refusal.malformed(f"The body is {error}.", [Detail("body", "", str(error))]) from None
        return self._read(value)


class _FormBody:
    """application/x-www-form-urlencoded: each property by its encoding, as a query parameter would be."""

    def __init__(
        self, path: tuple[str, ...], kind: Any, schemas: Schemas, limits: Limits, encoding: Mapping[str, Encoding]
    ) -> None:
        self._value = _Value(path, kind, schemas)
        self._shape = schemas.shape(*path)
        self._limit = limits.body
        self._most = limits.fields
        self._encoding = encoding

    async def __call__(self, receive: Receive, _media: MediaRange, _open: list[Any]) -> Any:
        raw = await read_all(receive, self._limit)
        if raw.count(b"&") >= self._most:
            raise Refusal(413, "content too large", "The form has too many fields.")
        try:
            value = self._object(pairs(raw))
        except Malformed as error:
            raise Refusal.malformed(f"The form cannot be read: {error}.") from None
        return self._value.read(value)

    def _object(self, given: list[tuple[str, str]]) -> dict[str, Any]:
        texts: dict[str, list[str]] = {}
        deep: dict[str, list[tuple[str, str]]] = {}
        for name, text in given:
            head = name.partition("[")[0]
            if head != name and self._style(head).style == "deepObject":
                deep.setdefault(head, []).append((name.removeprefix(head), text))
            else:
                texts.setdefault(name, []).append(text)
        value = {name: self._property(name, found) for name, found in texts.items()}
        for name, members in deep.items():
            value[name] = styles.deep_object(members, self._shape.property(name), unquote_plus)
        return value

    def _style(self, name: str) -> Encoding:
        return self._encoding.get(name, _FORM)

    def _property(self, name: str, texts: list[str]) -> Any:
        shape, encoding = self._shape.property(name), self._style(name)
        if len(texts) > 1 and not (shape.is_array and encoding.explode):
            raise Malformed(f"{name} is given more than once")
        if _is_json(encoding.content_type) or (encoding.content_type is None and shape.is_object and not shape.scalars):
            return _json_field(name, unquote_plus(texts[0]))
        if encoding.explode:
            return styles.repeated(texts, shape, unquote_plus)[0]
        return styles.delimited(texts[0], encoding.style, shape, unquote_plus, explode=False)[0]


_FORM = Encoding()


def _is_json(content_type: str | None) -> bool:
    return content_type is not None and kind_of(content_type.partition(",")[0]) == "json"


def _json_field(name: str, text: str | bytes) -> Any:
    try:
        return decode(text)
    except JSONError as error:
        raise Malformed(f"{name} is {error}") from None


class _MultipartBody:
    """multipart/form-data: text parts by their property's shape, files to memory or disk."""

    def __init__(
        self, path: tuple[str, ...], kind: Any, schemas: Schemas, limits: Limits, encoding: Mapping[str, Encoding]
    ) -> None:
        self._make, files = _form_type(kind)
        self._value = _Value(path, self._make or kind, schemas)
        self._shape = schemas.shape(*path)
        self._files = files
        self._sizes = {name: None if rule < 0 else int(rule) for name, (rule, _) in files.items()}
        self._limits = limits
        self._encoding = encoding

    async def __call__(self, receive: Receive, media: MediaRange, open_files: list[Any]) -> Any:
        boundary = media.parameter("boundary")
        if not boundary:
            raise Refusal.malformed("The Content-Type has no boundary.")
        source = BodyStream(receive, self._limits.stream, media.essence)
        parts = await read_parts(source, boundary, self._sizes, self._limits)
        open_files.append(lambda: close_files(parts))
        try:
            value, files = self._object(parts)
        except Malformed as error:
            raise Refusal.malformed(f"The form cannot be read: {error}.") from None
        return self._checked(value, files)

    def _checked(self, value: dict[str, Any], files: dict[str, list[UploadedFile]]) -> Any:
        wrong = [fault for name, found in files.items() for fault in self._refused(name, found)]
        if wrong:
            raise Faults(*wrong)
        placeholders = {name: [None] * len(found) if self._is_list(name) else None for name, found in files.items()}
        faults = details(self._value.validator, {**value, **placeholders})
        if faults:
            raise Faults(*faults)
        given = {name: found if self._is_list(name) else found[0] for name, found in files.items()}
        return self._value.convert({**value, **given})

    def _is_list(self, name: str) -> bool:
        return name in self._files and self._files[name][1]

    def _refused(self, name: str, files: list[UploadedFile]) -> list[Detail]:
        where = pointer((name,))
        if len(files) > 1 and not self._is_list(name):
            return [Detail("body", where, "is given more than once")]
        wanted = self._encoding.get(name, _FORM).content_type
        ranges = [MediaRange.parse(each) for each in (wanted or "*/*").split(",")]
        return [
            Detail("body", where, f"has the media type {file.content_type}, not {wanted}")
            for file in files
            if not any(each.covers(MediaRange.parse(file.content_type)) for each in ranges)
        ]

    def _object(self, parts: list[Part]) -> tuple[dict[str, Any], dict[str, list[UploadedFile]]]:
        files: dict[str, list[UploadedFile]] = {}
        texts: dict[str, list[Part]] = {}
        for part in parts:
            if part.file is not None and (part.name in self._files or part.name not in self._shape.properties):
                files.setdefault(part.name, []).append(part.file)
            else:
                texts.setdefault(part.name, []).append(part)
        return {name: self._property(name, found) for name, found in texts.items()}, files

    def _property(self, name: str, parts: list[Part]) -> Any:
        shape = self._shape.property(name)
        if len(parts) > 1 and not shape.is_array:
            raise Malformed(f"{name} is given more than once")
        stated = self._encoding.get(name, _FORM).content_type
        if len(parts) == 1 and (_is_json(stated or parts[0].content_type) or _wants_json(shape)):
            return _json_field(name, bytes(parts[0].text))
        if _wants_json(shape.item) and shape.is_array:
            return [_json_field(name, bytes(part.text)) for part in parts]
        return styles.repeated([_part_text(part) for part in parts], shape, lambda text: text)[0]


def _wants_json(shape: Shape) -> bool:
    """Objects are sent as JSON unless the encoding says otherwise (OpenAPI 3.1.1, section 4.8.15.1)."""
    return shape.is_object and not shape.scalars


def _part_text(part: Part) -> str:
    charset = MediaRange.parse(part.content_type or "").parameter("charset") or "utf-8"
    try:
        return bytes(part.text).decode(charset)
    except (UnicodeDecodeError, LookupError):
        raise Malformed(f"{part.name} is not {charset} text") from None


def _form_type(kind: Any) -> tuple[Any, dict[str, tuple[FileRule, bool]]]:
    """A generated form class and its files: size bound, and whether several may come; no class for a plain model."""
    rules = getattr(kind, "FILES", None)
    return (kind, dict(rules)) if rules is not None else (None, {})


class _LinesBody:
    """JSON lines, each checked when the handler comes to it."""

    def __init__(self, path: tuple[str, ...], kind: Any, schemas: Schemas, limits: Limits) -> None:
        self._value = _Value(path, kind, schemas)
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
        self._read = _Value(path, str, schemas).read
        self._limit = limits.body

    async def __call__(self, receive: Receive, media: MediaRange, _open: list[Any]) -> Any:
        charset = media.parameter("charset") or "utf-8"
        return self._read(await BodyStream(receive, self._limit, media.essence, charset).text())


class _StreamBody:
    def __init__(self, limits: Limits) -> None:
        self._limit = limits.stream

    async def __call__(self, receive: Receive, media: MediaRange, _open: list[Any]) -> Any:
        return BodyStream(receive, self._limit, media.essence, media.parameter("charset") or "utf-8")
