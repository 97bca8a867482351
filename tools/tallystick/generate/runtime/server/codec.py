"""Reply bodies as bytes. What the contract does not allow is a ContractViolation, not a broken answer."""

from __future__ import annotations

import typing
from codecs import IncrementalEncoder, getincrementalencoder
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterator, Mapping
from dataclasses import replace
from enum import Enum
from functools import partial
from types import UnionType
from typing import Annotated, Any, Final, Union

import msgspec
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError, to_json

from .json_text import JSONError, decode
from .media import text_codec
from .problems import ContractViolation
from .schemas import Schemas, Validator, details, pointer
from .streams import NO_DATA, ServerSentEvent, iterating
from .twins import NoTwin, Twins

__all__ = ["Codecs", "event_bytes", "json_bytes", "line_bytes", "text_bytes"]

_to_bytes: Final = msgspec.json.Encoder(decimal_format="string").encode
_NOT_BY_TWIN: Final = (msgspec.MsgspecError, TypeError, AttributeError, OverflowError, ValueError, RecursionError)

_MADE_OF_TYPES: Final = (Annotated, Union, UnionType, list, dict)

Encode = Callable[[Any], bytes]


class Codecs:
    """Makes the encoders of one contract."""

    def __init__(self, schemas: Schemas) -> None:
        self.schemas = schemas
        names = schemas.document.get("components", {}).get("schemas", {})
        shapes = {name.removesuffix(".reply"): schemas.shape("components", "schemas", name) for name in names}
        self._twins = Twins(shapes)
        self._checkers: dict[tuple[str, ...], Callable[[bytes], None]] = {}

    def json(self, kind: Any) -> Encode:
        """The encoder of JSON bodies of a type."""
        slow = json_bytes(kind)
        own = _own_models(kind, slow)
        try:
            twin = self._twins.of(kind)
            msgspec.json.Decoder(twin)
        except (NoTwin, TypeError, ValueError, NotImplementedError):  # or msgspec has no bounds like these
            return own
        return _by_twin(twin, own, slow)

    def checker(self, path: tuple[str, ...]) -> Callable[[bytes], None]:
        """Checks the bytes of a JSON body against their schema.

        The result raises ContractViolation.
        """
        check = self._checkers.get(path)
        if check is None:
            check = self._checkers[path] = partial(_check, self.schemas.validator(*path))
        return check

    def text_checker(self, path: tuple[str, ...]) -> Callable[[bytes | AsyncIterator[bytes], str], None]:
        """Checks a text of a charset that is sent whole against its schema; of a stream nobody knows the end.

        The result raises ContractViolation.
        """
        return partial(_check_text, self.schemas.validator(*path))


def _own_models(kind: Any, slow: Encode) -> Encode:
    """Writes instances of the declared models as they are; they were validated when they were made.

    Members that nobody set are left out: null is sent where somebody said null.
    """
    write = TypeAdapter(kind).serializer.to_json
    is_model = isinstance(kind, type) and issubclass(kind, BaseModel)

    def encode(value: Any) -> bytes:
        if is_model and type(value) is kind:
            try:
                return write(value, by_alias=True, exclude_unset=True, warnings="error")
            except PydanticSerializationError:
                return slow(value)
        return slow(value)

    return encode


def _by_twin(twin: Any, own: Encode, slow: Encode) -> Encode:
    convert = msgspec.convert
    suspicious = _signs_of_no_number(twin)

    def encode(value: Any) -> bytes:
        if isinstance(value, BaseModel):
            return own(value)
        if isinstance(value, dict) or (isinstance(value, list) and value and isinstance(value[0], (BaseModel, dict))):
            return slow(value)
        try:
            content = _to_bytes(convert(value, twin, from_attributes=True))
        except _NOT_BY_TWIN:
            return slow(value)
        for sign in suspicious:
            if sign in content:
                return slow(value)
        return content

    return encode


def _signs_of_no_number(twin: Any) -> tuple[bytes, ...]:
    """What NaN and the infinities look like when msgspec writes them; Pydantic decides about those values."""
    described = repr(msgspec.json.schema(twin))
    signs: tuple[bytes, ...] = (b'"NaN"', b'Infinity"') if "'decimal'" in described else ()
    return (*signs, b"null") if "'number'" in described else signs


def json_bytes(kind: Any) -> Encode:
    """Writes any value that Pydantic takes for the type as JSON, without members that nobody set.

    The result raises ContractViolation.
    """
    adapter: TypeAdapter[Any] = TypeAdapter(kind)
    made, dump = _reader(adapter, kind), adapter.serializer.to_python

    def encode(value: Any) -> bytes:
        try:
            dumped = dump(made(value), mode="json", by_alias=True, exclude_unset=True, warnings="error")
            return _finite(to_json(dumped, inf_nan_mode="constants"))
        except ValidationError as error:
            raise ContractViolation(f"the body is not what the contract declares: {_faults(error)}") from None
        except (PydanticSerializationError, ValueError) as error:
            raise ContractViolation(f"the body cannot be written as JSON: {_without_values(error)}") from None

    return encode


def _classes(kind: Any) -> Iterator[type[BaseModel | Enum]]:
    """The generated classes that a value of the type, or a part of its lists and maps, may be an instance of."""
    alias = getattr(kind, "__value__", None)
    if alias is not None:
        yield from _classes(alias)
    elif isinstance(kind, type) and issubclass(kind, (BaseModel, Enum)):
        yield kind
    elif typing.get_origin(kind) in _MADE_OF_TYPES:
        for part in typing.get_args(kind):
            yield from _classes(part)


def _depth(kind: Any) -> int:
    """How many lists and maps lie around the classes of a type."""
    kind = getattr(kind, "__value__", kind)
    origin = typing.get_origin(kind)
    inner = max(map(_depth, typing.get_args(kind)), default=0) if origin in _MADE_OF_TYPES else 0
    return inner + (origin in (list, dict))


class _Foreign:
    """Tells instances of generated classes that a type does not have, and says them as the JSON that was said to them.

    By attribute they would have members that nobody set, and methods in place of members of the same name.
    """

    def __init__(self, kind: Any) -> None:
        self._own = frozenset(_classes(kind))
        self._depth = _depth(kind)

    def holds(self, value: Any) -> bool:
        """Whether the value is an instance of another class, or has one among its parts."""
        return self._holds(value, self._depth)

    def _holds(self, value: Any, below: int) -> bool:
        if below == 0 or type(value) not in (list, dict):
            return self._is(value)
        parts = value.values() if type(value) is dict else value
        return any(map(self._is, parts)) if below == 1 else any(self._holds(part, below - 1) for part in parts)

    def _is(self, value: Any) -> bool:
        return isinstance(value, (BaseModel, Enum)) and type(value) not in self._own

    def told(self, value: Any) -> Any:
        """The value without instances of generated classes."""
        if type(value) is dict:
            return {name: self.told(part) for name, part in value.items()}
        if type(value) is list:
            return [self.told(part) for part in value]
        if isinstance(value, BaseModel):
            return value.model_dump(mode="json", by_alias=True, exclude_unset=True)
        return value.value if isinstance(value, Enum) else value


def _reader(adapter: TypeAdapter[Any], kind: Any) -> Callable[[Any], Any]:
    """Makes a value of the adapter's type of whatever a handler gives."""
    validate, read = adapter.validator.validate_python, adapter.validator.validate_json
    foreign = _Foreign(kind)

    def made(value: Any) -> Any:
        if not foreign.holds(value):
            return validate(value, from_attributes=True)
        told = foreign.told(value)
        try:
            return read(to_json(told), strict=True, by_alias=True, by_name=False)
        except ValidationError:  # something beside them is not what JSON would say
            return validate(told, from_attributes=True, by_alias=True, by_name=False)

    return made


def _faults(error: ValidationError) -> str:
    """What is wrong, without the values: this goes to the log, and a body may hold a password."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(f"{pointer(each['loc']) or '/'} {each['type']}" for each in found)


def _without_values(error: Exception) -> str:
    """The message up to where each line begins to quote a value."""
    lines = [line.partition("input_value=")[0] for line in str(error).splitlines() if "input_value=" in line]
    return "".join(lines).strip() or type(error).__name__


def _finite(content: bytes) -> bytes:
    if b"NaN" in content or b"Infinity" in content:
        try:
            decode(content)
        except JSONError as error:
            raise ContractViolation(f"the body holds a number that JSON cannot: {error}") from error
    return content


def _check(validator: Validator, content: bytes) -> None:
    try:
        value = msgspec.json.decode(content)
    except msgspec.MsgspecError as error:
        raise ContractViolation(f"the body is not JSON: {error}") from error
    _check_value(validator, value)


def _check_text(validator: Validator, content: bytes | AsyncIterator[bytes], charset: str) -> None:
    codec = text_codec(charset)
    if codec is not None and isinstance(content, bytes):
        try:
            value = content.decode(codec)
        except UnicodeDecodeError:
            raise ContractViolation(f"the body is not {charset.upper()} text") from None
        _check_value(validator, value)


def _check_value(validator: Validator, value: Any) -> None:
    if not validator.is_valid(value):
        faults = "; ".join(f"{each.pointer or '/'} {each.detail}" for each in details(validator, value))
        raise ContractViolation(f"the body does not fit its schema: {faults}")


def text_bytes(value: Any, charset: str = "utf-8") -> bytes | AsyncIterator[bytes]:
    """Text or octets, whole or in pieces, as octets."""
    if isinstance(value, AsyncIterable):
        return _pieces(value, charset)
    return _octets(value, charset)


def _octets(value: Any, charset: str) -> bytes:
    if isinstance(value, str):
        return value.encode() if charset == "utf-8" else _Text(charset).piece(value, is_last=True)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    raise ContractViolation(f"the body is {type(value).__name__}, neither text nor octets nor a stream of them")


class _Text:
    """A text in a charset, piece by piece: marks of byte order and changes of alphabet stand where they belong."""

    def __init__(self, charset: str) -> None:
        self._charset = charset
        self._encoder: IncrementalEncoder | None = None

    def piece(self, text: str, *, is_last: bool = False) -> bytes:
        """The octets of the next piece."""
        if self._encoder is None:
            self._encoder = self._begin()
        try:
            return self._encoder.encode(text, is_last)
        except UnicodeEncodeError:
            raise ContractViolation(f"the body holds characters that {self._charset} has not") from None

    def _begin(self) -> IncrementalEncoder:
        codec = text_codec(self._charset)
        if codec is None:
            raise ContractViolation(f"the charset {self._charset} is not known; give octets instead of text")
        return getincrementalencoder(codec)()

    def end(self) -> bytes:
        """What a charset that knows several alphabets puts behind the last piece."""
        return self.piece("", is_last=True) if self._encoder is not None else b""


async def _pieces(source: AsyncIterable[Any], charset: str) -> AsyncIterator[bytes]:
    text = _Text(charset)
    async with iterating(source) as pieces:
        async for piece in pieces:
            yield text.piece(piece) if isinstance(piece, str) else _octets(piece, charset)
    if rest := text.end():
        yield rest


async def line_bytes(source: AsyncIterable[Any], encode: Encode) -> AsyncIterator[bytes]:
    """JSON lines."""
    async with iterating(source) as items:
        async for item in items:
            yield encode(item) + b"\n"


async def events(
    source: AsyncIterable[Any], encode: Encode | None = None, *, whole: bool = False
) -> AsyncIterator[bytes]:
    """Server-sent events. ``whole``: an item describes the event (OpenAPI 3.2 ``itemSchema``), not only its data.

    An event that is given as such has text as it is; other data, and the whole, have to be what the contract declares.
    Without ``encode`` it declares nothing, and other items are text.
    """
    async with iterating(source) as items:
        async for item in items:
            yield event_bytes(_event(item, encode, whole=whole))


def _event(item: Any, encode: Encode | None, *, whole: bool) -> ServerSentEvent:
    if isinstance(item, ServerSentEvent):
        return item if encode is None or item.data is NO_DATA else _declared(item, encode, whole=whole)
    if encode is None:
        return ServerSentEvent(data=_octets(item, "utf-8").decode())
    return ServerSentEvent(**_fields(item, encode)) if whole else ServerSentEvent(data=encode(item).decode())


def _declared(event: ServerSentEvent, encode: Encode, *, whole: bool) -> ServerSentEvent:
    """The event, written as any item is."""
    if whole:
        given = {"event": event.event, "id": event.id, "retry": event.retry}
        present = {name: value for name, value in given.items() if value is not None}
        return replace(event, **_fields({"data": _data(event.data), **present}, encode))
    return event if isinstance(event.data, str) else replace(event, data=encode(event.data).decode())


def _fields(item: Any, encode: Encode) -> dict[str, Any]:
    """The fields of an event that is described as a whole."""
    fields: Mapping[str, Any] = msgspec.json.decode(encode(item))
    return {name: fields[name] for name in ("data", "event", "id", "retry") if name in fields}


def _data(data: Any) -> str:
    return data if isinstance(data, str) else to_json(data, by_alias=True).decode()


def event_bytes(event: ServerSentEvent) -> bytes:
    """One event as text (WHATWG HTML, section 9.2.5).

    Raises:
        ContractViolation: a field that must be one line has several.
    """
    lines = [f": {line}" for line in (event.comment or "").splitlines()]
    for name, value in (("event", event.event), ("id", event.id), ("retry", event.retry)):
        if value is not None:
            lines.append(f"{name}: {_one_line(name, str(value))}")
    if event.data is not NO_DATA:
        text = _data(event.data).replace("\r\n", "\n").replace("\r", "\n")
        lines += [f"data: {line}" for line in text.split("\n")]
    return ("\n".join(lines) + "\n\n").encode()


def _one_line(name: str, value: str) -> str:
    if "\n" in value or "\r" in value or "\0" in value:
        raise ContractViolation(f"the field {name} of an event must be one line")
    return value
