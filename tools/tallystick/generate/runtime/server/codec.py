"""Reply bodies as bytes. What the contract does not allow is a ContractViolation, not a broken answer."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Callable, Mapping
from typing import Any, Final

import msgspec
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError, to_json

from .json_text import JSONError, decode
from .problems import ContractViolation
from .schemas import Schemas, Validator, details
from .shapes import Shape
from .streams import ServerSentEvent
from .twins import NoTwin, Twins

__all__ = ["Codecs", "event_bytes"]

_to_bytes: Final = msgspec.json.Encoder(decimal_format="string").encode
_NOT_BY_TWIN: Final = (msgspec.MsgspecError, TypeError, AttributeError, OverflowError, ValueError, RecursionError)

Encode = Callable[[Any], bytes]


class Codecs:
    """Makes the encoders of one contract."""

    def __init__(self, schemas: Schemas) -> None:
        self.schemas = schemas
        names = schemas.document.get("components", {}).get("schemas", {})
        shapes = {name.removesuffix(".reply"): schemas.shape("components", "schemas", name) for name in names}
        self._twins = Twins(shapes)

    def json(self, kind: Any, path: tuple[str, ...]) -> Encode:
        """The encoder of JSON bodies of a type; ``path`` is where its schema stands."""
        slow = _by_pydantic(kind, self.schemas.shape(*path))
        own = _own_models(kind, slow)
        try:
            twin = self._twins.of(kind)
            msgspec.json.Decoder(twin)
        except (NoTwin, TypeError):
            return own
        return _by_twin(twin, own, slow)

    def checker(self, path: tuple[str, ...]) -> Callable[[bytes], None]:
        """Checks the bytes of a JSON body against their schema.

        The result raises ContractViolation.
        """
        validator = self.schemas.validator(*path)
        return lambda content: _check(validator, content)


def _own_models(kind: Any, slow: Encode) -> Encode:
    """Writes instances of the declared models as they are; they were validated when they were made."""
    write = TypeAdapter(kind).serializer.to_json
    is_model = isinstance(kind, type) and issubclass(kind, BaseModel)

    def encode(value: Any) -> bytes:
        if is_model and type(value) is kind:
            try:
                return write(value, by_alias=True, warnings="error")
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


def _by_pydantic(kind: Any, shape: Shape) -> Encode:
    adapter: TypeAdapter[Any] = TypeAdapter(kind)
    validate, dump = adapter.validator.validate_python, adapter.serializer.to_python

    def encode(value: Any) -> bytes:
        try:
            valid = validate(value, from_attributes=True)
            present = _without_absent(dump(valid, mode="json", by_alias=True, warnings="error"), shape)
            return _finite(to_json(present, inf_nan_mode="constants"))
        except ValidationError as error:
            raise ContractViolation(f"the body is not what the contract declares: {error}") from error
        except (PydanticSerializationError, ValueError) as error:
            raise ContractViolation(f"the body cannot be written as JSON: {error}") from error

    return encode


def _finite(content: bytes) -> bytes:
    if b"NaN" in content or b"Infinity" in content:
        try:
            decode(content)
        except JSONError as error:
            raise ContractViolation(f"the body holds a number that JSON cannot: {error}") from error
    return content


def _without_absent(value: Any, shape: Shape) -> Any:
    """The value without members that are None only because they are absent: their schema does not allow null."""
    if isinstance(value, dict):
        return {
            name: _without_absent(member, shape.property(name))
            for name, member in value.items()
            if member is not None or "null" in shape.property(name).types
        }
    if isinstance(value, list):
        return [_without_absent(item, shape.item) for item in value]
    return value


def _check(validator: Validator, content: bytes) -> None:
    try:
        value = msgspec.json.decode(content)
    except msgspec.MsgspecError as error:
        raise ContractViolation(f"the body is not JSON: {error}") from error
    if not validator.is_valid(value):
        faults = "; ".join(f"{each.pointer or '/'} {each.detail}" for each in details(validator, value))
        raise ContractViolation(f"the body does not fit its schema: {faults}")


def text_bytes(value: Any) -> bytes | AsyncIterator[bytes]:
    """Text or octets, whole or in pieces, as octets."""
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    if isinstance(value, AsyncIterable):
        return _pieces(value)
    raise ContractViolation(f"the body is {type(value).__name__}, neither text nor octets nor a stream of them")


async def _pieces(source: AsyncIterable[Any]) -> AsyncIterator[bytes]:
    async for piece in source:
        yield piece.encode() if isinstance(piece, str) else bytes(piece)


async def line_bytes(source: AsyncIterable[Any], encode: Encode) -> AsyncIterator[bytes]:
    """JSON lines."""
    async for item in source:
        yield encode(item) + b"\n"


async def events(source: AsyncIterable[Any], encode: Encode, *, whole: bool) -> AsyncIterator[bytes]:
    """Server-sent events. ``whole``: an item describes the event (OpenAPI 3.2 ``itemSchema``), not only its data."""
    async for item in source:
        if isinstance(item, ServerSentEvent):
            yield event_bytes(item)
        elif whole:
            fields: Mapping[str, Any] = msgspec.json.decode(encode(item))
            known = {name: fields[name] for name in ("data", "event", "id", "retry") if name in fields}
            yield event_bytes(ServerSentEvent(**known))
        else:
            yield event_bytes(ServerSentEvent(data=encode(item).decode()))


def event_bytes(event: ServerSentEvent) -> bytes:
    """One event as text (WHATWG HTML, section 9.2.5).

    Raises:
        ContractViolation: a field that must be one line has several.
    """
    lines = [f": {line}" for line in (event.comment or "").splitlines()]
    for name, value in (("event", event.event), ("id", event.id), ("retry", event.retry)):
        if value is not None:
            lines.append(f"{name}: {_one_line(name, str(value))}")
    data = event.data if isinstance(event.data, str) else to_json(event.data, by_alias=True).decode()
    lines += [f"data: {line}" for line in data.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    return ("\n".join(lines) + "\n\n").encode()


def _one_line(name: str, value: str) -> str:
    if "\n" in value or "\r" in value or "\0" in value:
        raise ContractViolation(f"the field {name} of an event must be one line")
    return value
