"""Forms, URL-encoded and multipart: each property by its encoding, as a parameter would be, files apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from . import styles
from .body_values import BodyValue
from .descriptors import Encoding, Header
from .json_text import JSONError, decode
from .limits import Limits
from .media import MediaRange, kind_of, text_codec
from .multipart import FileRule, Part, close_files, read_parts
from .parameter_values import Faults, verbatim
from .percent import Malformed, pairs, unquote_plus
from .problems import Detail, Refusal
from .readings import Known, Node, NotAccepted, accepted, one_of
from .schemas import Schemas, details, pointer
from .shapes import Shape
from .streams import BodyStream, Receive, UploadedFile, read_all

__all__ = ["FormBody", "MultipartBody"]

_PLAIN: Final = Encoding()
_LONGEST_STAND_IN: Final = 1 << 16
"""Characters of a text that stands for a file, unless the schema asks for more."""


@dataclass(frozen=True, slots=True)
class _Field:
    """One field of a form: its text, in a URL-encoded form still encoded."""

    name: str
    text: str
    media_type: str | None = None


class _Fields:
    """The properties of a form that are not files, by their encoding (OpenAPI 3.1.1, section 4.8.15)."""

    def __init__(self, shape: Shape, encoding: Mapping[str, Encoding], unquote: Callable[[str], str]) -> None:
        self._shape = shape
        self._encoding = encoding
        self._unquote = unquote
        self._deep = {name for name, each in encoding.items() if each.style == "deepObject"}
        self._spread = {
            member: name
            for name, each in encoding.items()
            if each.style == "form" and each.explode and each.content_type is None
            for member in self._members_of(name)
        }

    def _members_of(self, name: str) -> Iterable[str]:
        """The names under which the properties of an exploded object are sent."""
        shape = self._shape.property(name)
        return (each for each in shape.properties if each not in self._shape.properties) if shape.is_object else ()

    def nodes(self, fields: Iterable[_Field]) -> dict[str, Node]:
        """What the fields may stand for, by property.

        Raises:
            Refusal: 400, a field cannot be read.
        """
        plain: dict[str, list[_Field]] = {}
        members: dict[str, list[tuple[str, str]]] = {}
        for field in fields:
            head = field.name.partition("[")[0]
            if head in self._deep:
                members.setdefault(head, []).append((field.name.removeprefix(head), field.text))
            elif field.name in self._spread:
                members.setdefault(self._spread[field.name], []).append((field.name, field.text))
            else:
                plain.setdefault(field.name, []).append(field)
        for name in members.keys() & plain.keys():
            raise malformed(name, "is given as a whole and by its members")
        found = {name: self._read(name, self._property, given) for name, given in plain.items()}
        return found | {name: self._read(name, self._object, given) for name, given in members.items()}

    def _read(self, name: str, read: Callable[[str, Any], Node], given: Any) -> Node:
        try:
            return read(name, given)
        except Malformed as error:
            raise malformed(name, str(error)) from None

    def _object(self, name: str, members: Sequence[tuple[str, str]]) -> Node:
        read = styles.deep_object if name in self._deep else styles.exploded_object
        return read(members, self._shape.property(name), self._unquote)

    def _property(self, name: str, fields: Sequence[_Field]) -> Node:
        shape, encoding = self._shape.property(name), self._encoding.get(name, _PLAIN)
        if len(fields) > 1 and not (shape.is_array and encoding.explode):
            raise Malformed("is given more than once")
        texts = [field.text for field in fields]
        is_styled = name in self._encoding and (encoding.style != "form" or not encoding.explode)
        if encoding.content_type is None and is_styled:
            return styles.delimited(texts[0], encoding.style, shape, self._unquote, explode=encoding.explode)
        if _is_json(encoding, fields[0]) or _wants_json(shape) or (shape.is_array and _wants_json(shape.item)):
            return _from_json([self._unquote(text) for text in texts], shape)
        return styles.member(texts, shape, self._unquote)


def _is_json(encoding: Encoding, field: _Field) -> bool:
    stated = encoding.content_type or field.media_type
    return stated is not None and kind_of(stated.partition(",")[0]) == "json"


def _wants_json(shape: Shape) -> bool:
    """Objects are sent as JSON unless the encoding says otherwise (OpenAPI 3.1.1, section 4.8.15.1)."""
    return shape.is_object and not shape.scalars


def _from_json(texts: Sequence[str], shape: Shape) -> Node:
    """The property as JSON; each item of an array may come by itself."""
    try:
        values = [Known(decode(text)) for text in texts]
    except JSONError as error:
        raise Malformed(f"is {error}") from None
    whole: list[Node] = [*values] if len(values) == 1 else []
    return one_of([*whole, [*values]] if shape.is_array else whole)


def malformed(name: str, fault: str) -> Refusal:
    """400 for a field that cannot be read."""
    return Refusal.malformed(f"The form cannot be read: {name} {fault}.", [Detail("body", pointer((name,)), fault)])


class FormBody:
    """application/x-www-form-urlencoded."""

    def __init__(
        self, path: tuple[str, ...], kind: Any, schemas: Schemas, limits: Limits, encoding: Mapping[str, Encoding]
    ) -> None:
        self._value = BodyValue(path, kind, schemas)
        self._shape = schemas.shape(*path)
        self._fields = _Fields(self._shape, encoding, unquote_plus)
        self._limit = limits.body
        self._most = limits.fields

    async def __call__(self, receive: Receive, _media: MediaRange, _open: list[Any]) -> Any:
        raw = await read_all(receive, self._limit)
        if raw.count(b"&") >= self._most:
            raise Refusal(413, "content too large", "The form has too many fields.")
        try:
            given = pairs(raw)
        except Malformed as error:
            raise Refusal.malformed(f"The form cannot be read: {error}.", [Detail("body", "", str(error))]) from None
        nodes = self._fields.nodes(_Field(name, text) for name, text in given)
        return self._value.convert(self._value.accepted(nodes, self._shape))


class _PartHeader:
    """A header that the parts of a property carry."""

    def __init__(self, header: Header, path: tuple[str, ...], schemas: Schemas) -> None:
        self._header = header
        self._key = header.name.lower()
        self._shape = schemas.shape(*path)
        self._validator = schemas.validator(*path)

    def faults(self, part: Part) -> list[Detail]:
        """What is wrong with the header of a part."""
        where, name = pointer((part.name,)), self._header.name
        text = part.headers.get(self._key)
        if text is None:
            return [Detail("body", where, f"lacks the header {name}", "required")] if self._header.required else []
        node = styles.delimited(text, "simple", self._shape, str.strip, explode=self._header.explode)
        try:
            accepted(node, self._shape, self._validator.is_valid)
        except NotAccepted as error:
            told = details(self._validator, error.closest, where=where)
            return [Detail("body", where, f"header {name}: {each.detail}", each.keyword) for each in told]
        return []


class MultipartBody:
    """multipart/form-data: text parts by their property's shape, files to memory or disk."""

    def __init__(
        self, path: tuple[str, ...], kind: Any, schemas: Schemas, limits: Limits, encoding: Mapping[str, Encoding]
    ) -> None:
        files: Mapping[str, tuple[FileRule, bool]] = getattr(kind, "FILES", {})
        self._value = BodyValue(path, kind, schemas)
        self._shape = schemas.shape(*path)
        self._fields = _Fields(self._shape, encoding, verbatim)
        self._several = {name: several for name, (_, several) in files.items()}
        self._sizes = {name: None if rule < 0 else int(rule) for name, (rule, _) in files.items()}
        self._stand_ins = {name: _longest_stand_in(self._shape.property(name)) for name in files}
        self._texts = frozenset(name for name in self._shape.properties if name not in self._sizes)
        self._limits = limits
        self._wanted = {name: each.content_type for name, each in encoding.items() if each.content_type is not None}
        self._headers = {name: _part_headers(path, name, each, schemas) for name, each in encoding.items()}

    async def __call__(self, receive: Receive, media: MediaRange, open_files: list[Any]) -> Any:
        boundary = media.parameter("boundary")
        if not boundary:
            raise Refusal.malformed("The Content-Type has no boundary.")
        source = BodyStream(receive, self._limits.stream, media.essence)
        parts = await read_parts(source, boundary, self._sizes, self._texts, self._limits)
        open_files.append(lambda: close_files(parts))
        return self._checked(parts)

    def _checked(self, parts: Sequence[Part]) -> Any:
        files: dict[str, list[UploadedFile]] = {}
        fields: list[_Field] = []
        for part in parts:
            if part.file is not None:
                files.setdefault(part.name, []).append(part.file)
            else:
                fields.append(_Field(part.name, _text_of(part), part.content_type))
        nodes = self._fields.nodes(fields)
        wrong = [fault for part in parts for fault in self._wrong_type(part)]
        wrong += [
            fault for part in parts for header in self._headers.get(part.name, ()) for fault in header.faults(part)
        ]
        wrong += [fault for name, found in files.items() for fault in self._wrong_number(name, found)]
        if wrong:
            raise Faults(*wrong)
        stand_ins = {
            name: Known(self._as_declared(name, [self._stand_in(name, each) for each in found]))
            for name, found in files.items()
        }
        value = self._value.accepted({**nodes, **stand_ins}, self._shape)
        given = {name: self._as_declared(name, found) for name, found in files.items()}
        return self._value.convert({**value, **given})

    def _stand_in(self, name: str, file: UploadedFile) -> str:
        """A text that the schema of a file judges by its size; larger files are bounded while they are received."""
        return "x" * min(file.size, self._stand_ins.get(name, _LONGEST_STAND_IN))

    def _as_declared(self, name: str, found: Sequence[Any]) -> Any:
        return list(found) if self._several.get(name) else found[0]

    def _wrong_number(self, name: str, files: Sequence[UploadedFile]) -> list[Detail]:
        if len(files) > 1 and not self._several.get(name):
            return [Detail("body", pointer((name,)), "is given more than once")]
        return []

    def _wrong_type(self, part: Part) -> list[Detail]:
        wanted = self._wanted.get(part.name)
        stated = part.content_type if part.file is None else part.file.content_type
        if wanted is None or stated is None:
            return []
        given = MediaRange.parse(stated)
        if any(MediaRange.parse(each).covers(given) for each in wanted.split(",")):
            return []
        return [Detail("body", pointer((part.name,)), f"has the media type {stated}, not {wanted}")]


def _part_headers(path: tuple[str, ...], name: str, encoding: Encoding, schemas: Schemas) -> list[_PartHeader]:
    *operation, _, media = path
    place = (*operation, "parts", media, name)
    return [_PartHeader(each, (*place, each.name), schemas) for each in encoding.headers]


def _longest_stand_in(shape: Shape) -> int:
    """As long as the least size that the schema of a file, or of several, asks for."""
    least: list[int] = [part["minLength"] for each in (shape, shape.item) for part in each.parts if "minLength" in part]
    return max((_LONGEST_STAND_IN, *least))


def _text_of(part: Part) -> str:
    charset = MediaRange.parse(part.content_type or "").parameter("charset") or "utf-8"
    codec = text_codec(charset)
    if codec is None:
        raise malformed(part.name, f"has a charset that is not known, {charset}")
    try:
        return bytes(part.text).decode(codec)
    except UnicodeError:
        raise malformed(part.name, f"is not {charset} text") from None
