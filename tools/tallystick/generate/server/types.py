"""Schemas at their use sites as Python types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from tallystick.contract import Schema
from tallystick.contract.canonical.flat import CONFUSED, UNTYPED
from tallystick.generate.model_input import told_apart

__all__ = ["optional", "python_type", "union", "without_null"]

_STRINGS: Final = {"date-time": "datetime", "date": "date", "time": "time", "uuid": "UUID"}
_SCALARS: Final = {"integer": "int", "number": "float", "boolean": "bool", "null": "None"}
_PREFIX: Final = "#/components/schemas/"


def python_type(schema: Schema | None) -> str:
    """The annotation for values of a canonical schema; ``Any`` where nothing is said."""
    return "Any" if schema is None else _type(schema.value)


def _type(value: Any) -> str:
    if isinstance(value, bool) or CONFUSED in value:
        return "Any"
    if value.get(UNTYPED):  # the type is a guess that other values need not meet
        known = _type({key: item for key, item in value.items() if key != UNTYPED})
        return f"{known} | Any" if "$ref" in value or value.get("type") == "array" else "Any"
    if "$ref" in value:
        return "models." + str(value["$ref"]).removeprefix(_PREFIX)
    if "const" in value:
        return _constant(value)
    for keyword in ("anyOf", "oneOf"):
        if keyword in value:
            return _union(told_apart(value[keyword]), open_="discriminator" not in value)
    return _typed(value)


def _union(members: list[Any], *, open_: bool) -> str:
    known = union([_type({**member, UNTYPED: False}) for member in members]) if members else "Any"
    guessed = open_ and any(member.get(UNTYPED) for member in members)
    return f"{known} | Any" if guessed and known != "Any" else known


def _typed(value: Mapping[str, Any]) -> str:
    listed = value.get("type")
    if isinstance(listed, list):
        return union([_typed({**value, "type": each}) for each in listed])
    if listed == "array":
        return f"list[{_type(value.get('items', True))}]"
    if listed == "object":
        extra = value.get("additionalProperties", True)
        return f"dict[str, {_type(extra) if isinstance(extra, Mapping) else 'Any'}]"
    if listed == "string":
        return _literals(value["enum"]) if "enum" in value else _STRINGS.get(str(value.get("format")), "str")
    if listed in ("integer", "boolean") and "enum" in value:
        return _literals(value["enum"])
    return _SCALARS.get(str(listed), "Any")


def _constant(value: Mapping[str, Any]) -> str:
    return (
        _literals([value["const"]]) if isinstance(value["const"], (str, int, bool)) else _typed(_without_const(value))
    )


def _without_const(value: Mapping[str, Any]) -> dict[str, Any]:
    return {key: item for key, item in value.items() if key != "const"}


def _literals(values: list[Any]) -> str:
    named = [each for each in values if each is not None]
    if not all(isinstance(each, (str, int, bool)) for each in named):
        return "Any"
    inner = f"Literal[{', '.join(map(repr, named))}]"
    return union([inner] if len(named) == len(values) else [inner, "None"])


def union(parts: Iterable[str]) -> str:
    """The annotation for a value of any of the types, each named once, None last."""
    flat = dict.fromkeys(member for part in parts for member in _members(part))
    if "Any" in flat:
        return "Any"
    return " | ".join([*(each for each in flat if each != "None"), *(["None"] if "None" in flat else [])])


def optional(kind: str) -> str:
    """The annotation for a value of the type, or None."""
    return kind if kind in ("Any", "None") or kind.endswith("| None") else f"{kind} | None"


def _members(part: str) -> list[str]:
    """The members of a union; one with brackets is kept whole but for None at its end."""
    if "[" not in part:
        return part.split(" | ")
    bare = part.removesuffix(" | None")
    return [bare] if bare == part else [bare, "None"]


def without_null(schema: Schema) -> Schema:
    """The other member of a union with null."""
    for keyword in ("anyOf", "oneOf"):
        members = schema.get(keyword, ())
        for index, member in enumerate(members):
            if len(members) == 2 and member != {"type": "null"} and {"type": "null"} in members:
                return schema.child(keyword, index)
    return schema
