"""Schemas that no validator can be made of, mended by leaving out the keywords which stand in the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import jsonschema_rs

from tallystick.generate.runtime.server.schemas import compiled

__all__ = ["Faults", "Tokens", "mend"]

Tokens = tuple[str | int, ...]
Faults = dict[Tokens, str]
"""Where a keyword was left out, and why."""

_REFERENCES: Final = frozenset(("$ref", "$dynamicRef"))
_ONE: Final = frozenset((
    "items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames", "unevaluatedItems",
    "unevaluatedProperties",
))  # fmt: skip
_LISTS: Final = frozenset(("allOf", "anyOf", "oneOf", "prefixItems"))
_MAPS: Final = frozenset(("properties", "patternProperties", "$defs", "definitions", "dependentSchemas"))


def mend(schema: Any, *, references: bool = False) -> Faults:
    """Removes from a schema, in place, every keyword that cannot be compiled by itself.

    Args:
        schema: a JSON Schema; what is no object has nothing to mend.
        references: whether dynamic references go as well: alone they never compile.
    """
    faults: Faults = {}
    waiting: list[tuple[Tokens, Any]] = [((), schema)]
    while waiting:
        where, current = waiting.pop()
        if isinstance(current, dict):
            for key in list(current):
                fault = _fault(key, current[key], references=references)
                if fault is not None:
                    faults[*where, key] = fault
                    del current[key]
            for name in [each for each in _mapping(current.get("patternProperties")) if _misfit(each) is not None]:
                faults[*where, "patternProperties", name] = str(_misfit(name))
                del current["patternProperties"][name]
            waiting.extend(((*where, *tokens), inner) for tokens, inner in _parts(current))
    return faults


def _fault(key: str, value: Any, *, references: bool) -> str | None:
    """Why a keyword cannot stay; what holds schemas is looked at inside."""
    if key in _REFERENCES:
        return "it leads nowhere" if references and key == "$dynamicRef" else None
    if key in _ONE or key in _LISTS or key in _MAPS:
        return None
    return _error({key: value})


def _misfit(pattern: str) -> str | None:
    return _error({"patternProperties": {pattern: True}})


def _error(schema: dict[str, Any]) -> str | None:
    try:
        compiled(schema)
    except (ValueError, jsonschema_rs.ReferencingError) as error:
        return str(error).splitlines()[0]
    return None


def _parts(schema: Mapping[str, Any]) -> Iterator[tuple[Tokens, Any]]:
    for key, value in schema.items():
        if key in _ONE:
            yield (key,), value
        elif key in _LISTS and isinstance(value, list):
            yield from (((key, index), each) for index, each in enumerate(value))
        elif key in _MAPS:
            yield from (((key, name), each) for name, each in _mapping(value).items())


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
