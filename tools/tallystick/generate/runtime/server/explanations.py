"""What is wrong with a refused object, without asking the validator again for what it has said before.

Naming a fault costs the validator ten times what finding it does. Most bodies are plain objects of plain values, for
which the words depend on nothing but the keywords that failed: those are asked for once and kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from .problems import Detail
from .schemas import MOST_FAULTS, Schemas, Validator, compiled, details, pointer, reference_path

__all__ = ["explainer"]

_ANNOTATIONS: Final = frozenset(
    ("title", "description", "default", "deprecated", "readOnly", "writeOnly", "example", "examples", "$comment")
)
_OBJECT: Final = frozenset(("type", "properties", "required", "additionalProperties"))
_OF_TEXT: Final = frozenset(("minLength", "maxLength", "pattern", "format"))
_OF_NUMBERS: Final = frozenset(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"))
_TELLING: Final = frozenset(("type", "enum", "const")) | _OF_TEXT | _OF_NUMBERS
"""Keywords whose message names the keyword's value and nothing of the refused one."""
_MOST_KEPT: Final = 32
"""Combinations of failed keywords that are kept for each property."""

Path = tuple[str, ...]
Explain = Callable[[Any], list[Detail]]


def explainer(schemas: Schemas, *path: str) -> Explain:
    """Tells what is wrong with a body that the schema at the path refuses."""
    path = _target(schemas, path)
    schema = schemas.at(*path)
    if isinstance(schema, Mapping) and "properties" in schema and _has_only(schema, _OBJECT):
        return _PlainObject(schemas, path, schema)
    validator = schemas.validator(*path)
    return lambda value: details(validator, value)


class _PlainObject:
    """An object whose properties can be looked at one by one: missing ones first, then in the order of the value."""

    def __init__(self, schemas: Schemas, path: Path, schema: Mapping[str, Any]) -> None:
        self._validator = schemas.validator(*path)
        self._required = {name: details(compiled({"required": [name]}), {}) for name in schema.get("required", ())}
        self._properties = {name: _property(schemas, (*path, "properties", name)) for name in schema["properties"]}

    def __call__(self, value: Any) -> list[Detail]:
        if type(value) is not dict or not value.keys() <= self._properties.keys():
            return details(self._validator, value)
        found: list[Detail] = []
        for name, missing in self._required.items():
            if name not in value:
                found += missing
        for name, member in value.items():
            accepts, explain = self._properties[name]
            if not accepts(member):
                found += explain(member)
        return found[:MOST_FAULTS]


class _PlainValue:
    """A property restricted by telling keywords only."""

    def __init__(self, validator: Validator, schema: Mapping[str, Any], place: str) -> None:
        self._validator = validator
        self._place = place
        self._checks = [compiled({name: value}).is_valid for name, value in schema.items() if name in _TELLING]
        self._known: dict[tuple[bool, ...], list[Detail]] = {}

    def __call__(self, value: Any) -> list[Detail]:
        outcome = tuple([accepts(value) for accepts in self._checks])
        found = self._known.get(outcome)
        if found is None:
            found = details(self._validator, value, where=self._place)
            if len(self._known) < _MOST_KEPT:
                self._known[outcome] = found
        return found


def _property(schemas: Schemas, path: Path) -> tuple[Callable[[Any], bool], Explain]:
    validator, place = schemas.validator(*path), pointer(path[-1:])
    schema = schemas.at(*_target(schemas, path))
    if isinstance(schema, Mapping) and _has_only(schema, _TELLING):
        return validator.is_valid, _PlainValue(validator, schema, place)
    return validator.is_valid, lambda value: details(validator, value, where=place)


def _target(schemas: Schemas, path: Path) -> Path:
    """The path of the schema behind references that stand alone."""
    seen = {path}
    schema = schemas.at(*path)
    while isinstance(schema, Mapping) and "$ref" in schema and _has_only(schema, frozenset(("$ref",))):
        path = reference_path(schema["$ref"])
        if path in seen:
            break
        seen.add(path)
        schema = schemas.at(*path)
    return path


def _has_only(schema: Mapping[str, Any], keywords: frozenset[str]) -> bool:
    return all(name in keywords or name in _ANNOTATIONS or name.startswith("x-") for name in schema)
