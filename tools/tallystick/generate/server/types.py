"""Schemas at their use sites as Python types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tallystick.contract import Schema

__all__ = ["is_binary", "python_type"]

_STRINGS: Final = {"date-time": "datetime", "date": "date", "time": "time", "uuid": "UUID"}
_SCALARS: Final = {"integer": "int", "number": "float", "boolean": "bool", "null": "None"}
_PREFIX: Final = "#/components/schemas/"


def python_type(schema: Schema | None) -> str:
    """The annotation for values of a canonical schema; ``Any`` where nothing is said."""
    return "Any" if schema is None else _type(schema.value)


def _type(value: Any) -> str:
    if isinstance(value, bool):
        return "Any"
    if "$ref" in value:
        return "models." + str(value["$ref"]).removeprefix(_PREFIX)
    if "const" in value:
        return _constant(value)
    for keyword in ("anyOf", "oneOf"):
        if keyword in value:
            return _union([_type(part) for part in value[keyword]])
    return _typed(value)


def _typed(value: Mapping[str, Any]) -> str:
    listed = value.get("type")
    if isinstance(listed, list):
        return _union([_typed({**value, "type": each}) for each in listed])
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
    return _union([inner] if len(named) == len(values) else [inner, "None"])


def _union(parts: list[str]) -> str:
    flat = dict.fromkeys(member for part in parts for member in ([part] if "[" in part else part.split(" | ")))
    if "Any" in flat:
        return "Any"
    return " | ".join([*(each for each in flat if each != "None"), *(["None"] if "None" in flat else [])])


def is_binary(value: Any) -> bool:
    """Whether a property of a multipart body holds octets rather than text (OpenAPI 3.0 and 3.1)."""
    if not isinstance(value, Mapping):
        return False
    if value.get("format") == "binary":
        return True
    if value.get("type") not in (None, "string") or "contentEncoding" in value:
        return False
    media = str(value.get("contentMediaType", ""))
    return bool(media) and media != "application/json"
