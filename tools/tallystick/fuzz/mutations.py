"""Near misses: values one small step away from a valid one, just inside and just outside of what a schema allows.

These are the mistakes that random data seldom makes and that servers make often: text for a number, a pattern without
an anchor, a bound that is off by one, an enumeration read without regard to case.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tallystick.contract import Schema
from tallystick.fuzz.schemas import Schemas

__all__ = ["NearMiss", "body_mutations", "text_mutations"]

_LONGEST: Final = 20_000  # characters; longer texts are not tried
_ARABIC_THREE: Final = "\N{ARABIC-INDIC DIGIT THREE}"
_SURPLUS: Final = "tally_unknown_member"


@dataclass(frozen=True, slots=True)
class NearMiss:
    """What was done (``quantity: text instead of a number``) and the value that came of it."""

    what: str
    value: Any
    lexical: bool = False
    """Whether only the spelling of a number or boolean in text is unusual, on which OpenAPI is silent."""


def body_mutations(schemas: Schemas, schema: Schema, value: Any) -> Iterator[NearMiss]:
    """A body changed in one place, at every place of it."""
    for path, part, below in _places(schemas, schema, value, ()):
        name = ".".join(map(str, path)) or "body"
        for what, changed in _changes(schemas, below, part):
            yield NearMiss(f"{name}: {what}", _with(value, path, changed))
        if isinstance(part, dict):
            yield NearMiss(f"{name}: an unknown member", _with(value, path, {**part, _SURPLUS: 1}))
            for key in part:
                yield NearMiss(
                    f"{name}: without {key}", _with(value, path, {k: v for k, v in part.items() if k != key})
                )


def _places(
    schemas: Schemas, schema: Schema, value: Any, path: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], Any, Schema]]:
    yield path, value, schema
    if isinstance(value, dict):
        for name, child in value.items():
            below = schemas.property(schema, name)
            if below is not None:
                yield from _places(schemas, below, child, (*path, name))
    elif isinstance(value, list) and value:
        item = schemas.items(schema)
        if item is not None:
            yield from _places(schemas, item, value[0], (*path, 0))


def _with(value: Any, path: Sequence[str | int], part: Any) -> Any:
    if not path:
        return part
    changed = copy.deepcopy(value)
    holder = changed
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = part
    return changed


def _changes(schemas: Schemas, schema: Schema, value: Any) -> Iterator[tuple[str, Any]]:
    yield "null", None
    if isinstance(value, bool):
        yield from (("text instead of a boolean", str(value).lower()), ("a number instead of a boolean", int(value)))
    elif isinstance(value, int | float):
        yield from _number_changes(schemas, schema, value)
    elif isinstance(value, str):
        yield from (("a number instead of text", 5), ("a list instead of text", [value]))
        yield from _text_changes(schemas, schema, value)
    elif isinstance(value, list):
        yield from _list_changes(schemas, schema, value)
    elif isinstance(value, dict):
        yield from (("a list instead of an object", [value]), ("text instead of an object", "{}"))


def _number_changes(schemas: Schemas, schema: Schema, value: float) -> Iterator[tuple[str, Any]]:
    yield "text instead of a number", str(value)
    yield "a boolean instead of a number", True
    yield "half a step more", value + 0.5
    if isinstance(value, int):
        yield "the same number with a fraction of zero", float(value)
    yield from _around_bounds(schemas, schema)


def _around_bounds(schemas: Schemas, schema: Schema) -> Iterator[tuple[str, Any]]:
    for keyword in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
        for bound in schemas.keyword(schema, keyword):
            for shift in (-1, 0, 1):
                yield f"{keyword} {bound}{shift:+d}" if shift else f"{keyword} {bound}", bound + shift


def _text_changes(schemas: Schemas, schema: Schema, value: str) -> Iterator[tuple[str, str]]:
    """Changes that leave text text; they make sense in a body and in a parameter."""
    yield "empty", ""
    for keyword in ("minLength", "maxLength"):
        for bound in schemas.keyword(schema, keyword):
            for length in (int(bound) - 1, int(bound), int(bound) + 1):
                if 0 <= length <= _LONGEST and value:
                    yield f"length {length}", _of_length(value, length)
    if any(True for _ in schemas.keyword(schema, "pattern")):
        yield from (("a character too much at the end", f"{value}~"), ("a character too much in front", f"~{value}"))
        yield from (("a line feed at the end", f"{value}\n"), ("a foreign digit", f"{value[:-1]}{_ARABIC_THREE}"))
    if schemas.values(schema):
        yield from (("other case", value.swapcase()), ("a space at the end", f"{value} "))
        yield from (("a space in front", f" {value}"), ("no member of the list", f"{value}x"))
    for kind in schemas.keyword(schema, "format"):
        yield from _format_changes(str(kind), value)


def _of_length(value: str, length: int) -> str:
    return (value * (length // len(value) + 1))[:length]


def _format_changes(kind: str, value: str) -> Iterator[tuple[str, str]]:
    if kind == "uuid":
        yield from (
            ("without dashes", value.replace("-", "")),
            ("in braces", f"{{{value}}}"),
            ("as a URN", f"urn:uuid:{value}"),
        )
        yield "in capitals", value.upper()
    elif kind == "date-time":
        yield from (("a date alone", value[:10]), ("seconds since 1970", "1760000000"), ("without a zone", value[:19]))
        yield from (("day 32", f"{value[:8]}32{value[10:]}"), ("with an offset", f"{value[:19]}+00:00"))
    elif kind == "date":
        yield from (("with a time", f"{value}T00:00:00Z"), ("day 32", f"{value[:8]}32"), ("short", "2026-1-2"))
    elif kind == "email":
        yield from (("without @", value.replace("@", "")), ("two @", value.replace("@", "@@")))
    elif kind in ("uri", "uri-reference"):
        yield "with a space", value.replace("/", " ", 1)


def _list_changes(schemas: Schemas, schema: Schema, value: list[Any]) -> Iterator[tuple[str, Any]]:
    if value:
        yield "its first item instead of the list", value[0]
        yield "an item twice", [*value, value[0]]
    yield "an empty list", []
    yield "an object instead of a list", {}
    for keyword in ("minItems", "maxItems"):
        for bound in schemas.keyword(schema, keyword):
            for length in (int(bound) - 1, int(bound) + 1):
                if value and 0 <= length <= 1_000:
                    yield f"{length} items", (value * (length // len(value) + 1))[:length]


def text_mutations(schemas: Schemas, schema: Schema, text: str) -> Iterator[NearMiss]:
    """What can be written for a scalar parameter instead of ``text``."""
    types = schemas.types(schema)
    if types & {"integer", "number"}:
        spellings = {"a plus sign": f"+{text}", "an underscore": f"{text}_0", "a foreign digit": _ARABIC_THREE}
        spellings |= {"a space in front": f" {text}", "a space behind": f"{text} ", "a leading zero": f"0{text}"}
        yield from (NearMiss(what, changed, lexical=True) for what, changed in spellings.items())
        wrong = {"a word": "abc", "empty": "", "hexadecimal": "0x1", "a fraction": f"{text}.5"}
        yield from (NearMiss(what, changed) for what, changed in wrong.items())
        yield from (NearMiss(what, str(number)) for what, number in _around_bounds(schemas, schema))
    elif "boolean" in types:
        for word in ("yes", "on", "1", "0", "True", "TRUE", "t"):
            yield NearMiss(f"`{word}` for a boolean", word, lexical=True)
        yield from (NearMiss("empty", ""), NearMiss("a word", "maybe"))
    else:
        yield from (NearMiss(what, changed) for what, changed in _text_changes(schemas, schema, text))
