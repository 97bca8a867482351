"""What a schema says about the shape of its values: enough to read text as JSON values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any

from .lexical import readings

__all__ = ["Shape", "json_type"]

Resolve = Callable[[str], Any]
_EVERY_TYPE = frozenset(("array", "boolean", "integer", "null", "number", "object", "string"))
_SCALARS = frozenset(("boolean", "integer", "null", "number", "string"))
_DEPTH = 32
"""How many references and combinations deep a type is looked for."""


class Shape:
    """The JSON types that values of a schema may have, and the shapes of their parts."""

    def __init__(self, schema: Any, resolve: Resolve) -> None:
        self.schema = schema
        self.resolve = resolve
        self._properties: dict[str, Shape] = {}

    @cached_property
    def types(self) -> frozenset[str]:
        """The possible types; ``integer`` is listed beside ``number`` only where the schema lists it."""
        return _types(self.schema, self.resolve, _DEPTH)

    @cached_property
    def is_open(self) -> bool:
        """Whether the schema does not restrict the type at all."""
        return self.types == _EVERY_TYPE

    @cached_property
    def scalars(self) -> frozenset[str]:
        """The possible scalar types; text is a string where nothing is said."""
        return frozenset(("string",)) if self.is_open else self.types & _SCALARS

    @cached_property
    def is_array(self) -> bool:
        """Whether the schema asks for an array, among others perhaps."""
        return not self.is_open and "array" in self.types

    @cached_property
    def is_object(self) -> bool:
        """Whether the schema asks for an object, among others perhaps."""
        return "object" in self.types and (not self.is_open or bool(self.properties))

    @cached_property
    def properties(self) -> Mapping[str, Any]:
        """Schemas of the declared properties, those of every alternative."""
        found: dict[str, Any] = {}
        for part in _parts(self.schema, self.resolve, _DEPTH):
            for name, schema in part.get("properties", {}).items():
                found.setdefault(name, schema)
        return found

    @cached_property
    def additional(self) -> Any:
        """The schema of further properties where the schema invites them, else None."""
        for part in _parts(self.schema, self.resolve, _DEPTH):
            extra = part.get("additionalProperties")
            if extra is not None and extra is not False:
                return extra
        return None if self.properties else {}

    def property(self, name: str) -> Shape:
        """The shape of a property, declared or not."""
        if name not in self._properties:
            schema = self.properties.get(name, {} if self.additional is None else self.additional)
            self._properties[name] = Shape(schema, self.resolve)
        return self._properties[name]

    @cached_property
    def item(self) -> Shape:
        """The shape of an array's items."""
        for part in _parts(self.schema, self.resolve, _DEPTH):
            if "items" in part:
                return Shape(part["items"], self.resolve)
        return Shape({}, self.resolve)

    def texts(self, text: str) -> list[Any]:
        """The JSON scalars that a text may stand for, the likeliest first; never empty."""
        return readings(text, self.scalars)


def json_type(value: Any) -> str:
    """The JSON Schema type of a value; integral numbers are integers."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
        return "integer"
    for kind, name in ((float, "number"), (str, "string"), (list, "array"), (dict, "object")):
        if isinstance(value, kind):
            return name
    return "null"


def _types(schema: Any, resolve: Resolve, depth: int) -> frozenset[str]:
    if not isinstance(schema, Mapping) or depth == 0:
        return _EVERY_TYPE if schema is not False else frozenset()
    types = _EVERY_TYPE
    for limit in _limits(schema, resolve, depth):
        types = _intersection(types, limit)
    return types


def _limits(schema: Mapping[str, Any], resolve: Resolve, depth: int) -> Iterator[frozenset[str]]:
    if "type" in schema:
        listed = schema["type"]
        yield frozenset((listed,) if isinstance(listed, str) else listed)
    if "const" in schema:
        yield frozenset((json_type(schema["const"]),))
    if "enum" in schema:
        yield frozenset(json_type(value) for value in schema["enum"])
    if "$ref" in schema:
        yield _types(resolve(schema["$ref"]), resolve, depth - 1)
    for part in schema.get("allOf", ()):
        yield _types(part, resolve, depth - 1)
    for keyword in ("anyOf", "oneOf"):
        if keyword in schema:
            yield frozenset().union(*(_types(part, resolve, depth - 1) for part in schema[keyword]))


def _intersection(left: frozenset[str], right: frozenset[str]) -> frozenset[str]:
    if left == _EVERY_TYPE:
        return right
    if right == _EVERY_TYPE:
        return left
    both = left & right
    if ("number" in left) != ("number" in right) and "integer" in left | right:
        both |= {"integer"}
    return both


def _parts(schema: Any, resolve: Resolve, depth: int) -> Iterator[Mapping[str, Any]]:
    """The schema and everything it is combined from."""
    if not isinstance(schema, Mapping) or depth == 0:
        return
    yield schema
    if "$ref" in schema:
        yield from _parts(resolve(schema["$ref"]), resolve, depth - 1)
    for keyword in ("allOf", "anyOf", "oneOf"):
        for part in schema.get(keyword, ()):
            yield from _parts(part, resolve, depth - 1)
