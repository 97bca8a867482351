"""Values between Python and JSON: what is not given, times kept letter by letter, and values nobody foresaw."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple, TypeGuard, TypeVar

T = TypeVar("T")


class NotGiven:
    """The type of ``NOT_GIVEN``: an argument that was not passed, or a property that the reply does not have.

    It differs from ``None``, which is sent and received as the JSON value ``null``. It is false, so that
    ``if item.note:`` reads as expected.
    """

    __slots__ = ()

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "NOT_GIVEN"

    def __copy__(self) -> NotGiven:
        return self

    def __deepcopy__(self, memo: object) -> NotGiven:
        return self

    def __reduce__(self) -> str:
        return "NOT_GIVEN"


NOT_GIVEN: Final = NotGiven()
ABSENT: Final[Any] = NOT_GIVEN
"""``NOT_GIVEN`` for properties that only one side sends (``readOnly``, ``writeOnly``): typed as the property itself."""


class Unknown:
    """A member of a union that this version of the client does not know. ``raw`` is the JSON value, unchanged."""

    __slots__ = ("raw",)

    def __init__(self, raw: Any) -> None:
        self.raw = raw

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Unknown) and other.raw == self.raw

    __hash__ = None  # type: ignore[assignment] # the raw value is mutable

    def __repr__(self) -> str:
        return f"Unknown({self.raw!r})"

    def to_dict(self) -> Any:
        """The JSON value, unchanged."""
        return self.raw


class Timestamp(dt.datetime):
    """A time whose text says more than ``datetime`` holds: nanoseconds, a leap second, another spelling.

    ``text`` is what the server wrote, and what is sent back.
    """

    text: str

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return read_datetime, (self.text,)


_parsed = dt.datetime.fromisoformat


def read_datetime(text: str) -> dt.datetime:
    """The time that an RFC 3339 ``date-time`` names.

    Raises:
        ValueError: the text is no such time.
    """
    if len(text) == 20 and text[19] == "Z" and text[10] == "T" and text[17] != "6":
        return _parsed(text)  # by far the most common spelling, and it loses nothing
    value = dt.datetime.fromisoformat(text.upper().replace(":60", ":59"))
    return value if write_datetime(value) == text else _spelled(value, text)


def _spelled(value: dt.datetime, text: str) -> Timestamp:
    kept = Timestamp(
        value.year,
        value.month,
        value.day,
        value.hour,
        value.minute,
        value.second,
        value.microsecond,
        value.tzinfo,
        fold=value.fold,
    )
    kept.text = text
    return kept


def write_datetime(value: dt.datetime) -> str:
    """RFC 3339 text: ``Z`` for UTC, the offset otherwise; a ``Timestamp`` as it was read."""
    if type(value) is Timestamp:
        return value.text
    text = value.isoformat()
    return text[:-6] + "Z" if text.endswith("+00:00") else text


def read_date(text: str) -> dt.date:
    """The day that an RFC 3339 ``full-date`` names.

    Raises:
        ValueError: the text is no such day.
    """
    if len(text) != 10:
        raise ValueError(f"not a full-date (YYYY-MM-DD): {text!r}")
    return dt.date.fromisoformat(text)


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """Whether a JSON value is an object."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[Any]]:
    """Whether a JSON value is an array."""
    return isinstance(value, list)


def is_mapping(value: object) -> TypeGuard[Mapping[str, Any]]:
    """Whether a value has named members."""
    return isinstance(value, Mapping)


def is_collection(value: object) -> TypeGuard[Iterable[Any]]:
    """Whether a value is sent as an array."""
    return isinstance(value, (list, tuple, set, frozenset))


def is_sequence(value: object) -> TypeGuard[Sequence[Any]]:
    """Whether a value is a sequence of items, and not one of bytes."""
    return isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray, memoryview))


_PLAIN: Final = frozenset((str, int, float, bool, type(None)))


def to_json(value: Any) -> Any:
    """The JSON value that stands for a model, a time, a list of them, or a plain value.

    Raises:
        TypeError: the value has no JSON form.
        ValueError: a time without an offset, which RFC 3339 does not allow.
    """
    if type(value) in _PLAIN:
        return value
    if is_collection(value):
        return [to_json(item) for item in value]
    if is_mapping(value):
        return {str(key): to_json(item) for key, item in value.items() if item is not NOT_GIVEN}
    return _special(value)


def _special(value: Any) -> Any:  # noqa: PLR0911 # one line per kind
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if isinstance(value, dt.datetime):
        if value.tzinfo is None and type(value) is not Timestamp:
            raise ValueError("a date-time needs an offset: use datetime.now(timezone.utc) or value.astimezone()")
        return write_datetime(value)
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, enum.Enum):
        return to_json(value.value)
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, (str, int, float)):
        return value
    if is_sequence(value):
        return [to_json(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no JSON form; pass text, numbers, lists, dicts or models")


def as_is(data: Any) -> Any:
    """Reads a JSON value that no class stands for: unchanged."""
    return data


class Variant(NamedTuple):
    """One member of a union of objects: how to recognise it, and how to read it."""

    read: Callable[[Any], Any]
    required: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()
    constants: Mapping[str, tuple[Any, ...]] = {}


def choose(data: Mapping[str, Any], variants: Iterable[Variant]) -> Any:
    """The object read as the variant that fits best and can be read, or ``Unknown`` where there is none.

    A variant fits when the object has its required properties and agrees with its constants. Among those that fit,
    more agreeing constants win, then more known properties, then fewer unknown ones, then the order of the contract.
    """
    fitting = [variant for variant in variants if _fits(data, variant)]
    for variant in sorted(fitting, key=lambda one: _closeness(data, one), reverse=True):
        try:
            return variant.read(data)
        except (KeyError, TypeError, ValueError, AttributeError):
            continue  # alike on the outside, another kind inside
    return Unknown(data)


def _fits(data: Mapping[str, Any], variant: Variant) -> bool:
    if not variant.required <= data.keys():
        return False
    return all(data[key] in allowed for key, allowed in variant.constants.items() if key in data)


def _closeness(data: Mapping[str, Any], variant: Variant) -> tuple[int, int]:
    constants = sum(key in data for key in variant.constants)
    return constants, len(variant.known & data.keys())


def by_tag(data: Mapping[str, Any], tag: str, readers: Mapping[str, Callable[[Any], Any]]) -> Any:
    """The object read as its discriminator says, or ``Unknown`` for a tag that this client does not know."""
    value = data.get(tag)
    reader = readers.get(value) if isinstance(value, str) else None
    return reader(data) if reader is not None else Unknown(data)


def first_readable(data: Any, readers: Iterable[Callable[[Any], Any]]) -> Any:
    """What the first reader makes of the value that can read it; the value itself where none can."""
    for reader in readers:
        try:
            return reader(data)
        except (KeyError, TypeError, ValueError, AttributeError):
            continue
    return data
