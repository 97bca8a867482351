"""What the value of each schema keyword may look like, and what can be kept of one that does not.

Sources: JSON Schema 2020-12 core and validation; OpenAPI 3.0.4 section 4.7.24, 3.1.1 section 4.8.24.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import inf
from typing import Any, Final

__all__ = ["expected_shape", "is_schema", "salvaged"]

_Check = Callable[[Any], bool]
_TYPES: Final = ("array", "boolean", "integer", "null", "number", "object", "string")
_SCHEMA_MAPS: Final = ("properties", "patternProperties", "dependentSchemas", "$defs", "definitions")
_SCHEMA_LISTS: Final = ("allOf", "anyOf", "oneOf", "prefixItems")
_SCHEMAS: Final = (
    "not", "if", "then", "else", "items", "contains", "additionalProperties", "propertyNames", "unevaluatedItems",
    "unevaluatedProperties", "contentSchema",
)  # fmt: skip
_COUNTS: Final = (
    "maxLength", "minLength", "maxItems", "minItems", "maxProperties", "minProperties", "minContains", "maxContains",
)  # fmt: skip
_TEXTS: Final = ("pattern", "format", "title", "description", "$ref", "contentMediaType", "contentEncoding")
_FLAGS: Final = ("uniqueItems", "nullable", "readOnly", "writeOnly", "deprecated")


def is_schema(value: Any) -> bool:
    """Whether a value can be a schema at all: a map or a boolean."""
    return isinstance(value, dict | bool)


def _number(value: Any) -> bool:
    return not isinstance(value, bool) and isinstance(value, int | float) and -inf < value < inf


def _positive(value: Any) -> bool:
    return _number(value) and value > 0


def _count(value: Any) -> bool:
    return _number(value) and value >= 0 and value == int(value)


def _bound(value: Any) -> bool:
    return _number(value) or isinstance(value, bool)


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


def _list(value: Any) -> bool:
    return isinstance(value, list)


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _names(value: Any) -> bool:
    return _texts(value) and len(set(value)) == len(value)


def _schemas(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(is_schema, value))


def _schema_map(value: Any) -> bool:
    return isinstance(value, dict) and all(map(is_schema, value.values()))


def _names_by_property(value: Any) -> bool:
    return isinstance(value, dict) and all(map(_texts, value.values()))


def _type(value: Any) -> bool:
    listed = value if isinstance(value, list) else [value]
    return bool(listed) and all(isinstance(name, str) and name in _TYPES for name in listed)


def _discriminator(value: Any) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("propertyName"), str):
        return False
    mapping = value.get("mapping", {})
    return isinstance(mapping, dict) and all(isinstance(target, str) for target in mapping.values())


_SHAPES: Final[Mapping[str, tuple[_Check, str]]] = {
    **dict.fromkeys(("maximum", "minimum"), (_number, "a number")),
    **dict.fromkeys(("exclusiveMaximum", "exclusiveMinimum"), (_bound, "a number")),
    "multipleOf": (_positive, "a number above 0"),
    **dict.fromkeys(_COUNTS, (_count, "a whole number, 0 or more")),
    **dict.fromkeys(_TEXTS, (_text, "text")),
    **dict.fromkeys(_FLAGS, (_flag, "true or false")),
    **dict.fromkeys(_SCHEMA_LISTS, (_schemas, "a list of schemas, not empty")),
    **dict.fromkeys(_SCHEMA_MAPS, (_schema_map, "a map of schemas")),
    **dict.fromkeys(_SCHEMAS, (is_schema, "a schema")),
    "required": (_names, "a list of property names, each once, on the object that has the properties"),
    "enum": (_list, "a list of values"),
    "examples": (_list, "a list of values"),
    "type": (_type, "one of " + ", ".join(_TYPES)),
    "discriminator": (_discriminator, "a map with `propertyName` and a `mapping` of texts, if any"),
    "dependentRequired": (_names_by_property, "a map of lists of names"),
}


def expected_shape(keyword: str, value: Any) -> str | None:
    """What the keyword must hold, in words, where ``value`` is something else; None where all is well."""
    shape = _SHAPES.get(keyword)
    return None if shape is None or shape[0](value) else shape[1]


def salvaged(keyword: str, value: Any) -> Any:
    """The usable part of a keyword's value of the wrong shape, None where nothing is left of it."""
    if keyword in _SCHEMA_MAPS and isinstance(value, dict):
        return {name: schema if is_schema(schema) else {} for name, schema in value.items()}
    if keyword == "discriminator":
        return _salvaged_discriminator(value)
    return _salvaged_list(keyword, value) or None if isinstance(value, list) else None


def _salvaged_list(keyword: str, value: list[Any]) -> list[Any]:
    if keyword in _SCHEMA_LISTS:
        return [schema for schema in value if is_schema(schema)]
    names = list(dict.fromkeys(name for name in value if isinstance(name, str)))
    if keyword == "required":
        return names
    return [name for name in names if name in _TYPES] if keyword == "type" else []


def _salvaged_discriminator(value: Any) -> Any:
    if not isinstance(value, dict) or not isinstance(value.get("propertyName"), str):
        return None
    mapping = value.get("mapping")
    named = mapping.items() if isinstance(mapping, dict) else ()
    return {**value, "mapping": {name: target for name, target in named if isinstance(target, str)}}
