"""Values drawn from a JSON Schema, and near-misses of them. Best effort: a validator has the last word.

Draws come from the schema's own text: bounds, lists of values, names of properties, examples.
"""

from __future__ import annotations

import copy
import math
import random
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from tallystick.contract.pattern_text import sample_of
from tallystick.document import fragment_tokens

__all__ = ["Sampler", "near_misses"]

_DEEPEST: Final = 6
_LONGEST: Final = 1_000  # characters of a text that is drawn
_EXAMPLES: Final = 0.2  # share of values that are the schema's own examples
_TEXTS: Final = ("", "a", "Zz-9", "SKU-1", "2026-11-20", "2026-11-20T09:30:00Z", "true", "1")
_BY_FORMAT: Final[Mapping[str, str]] = {
    "date": "2026-11-20", "date-time": "2026-11-20T09:30:00Z", "time": "09:30:00Z", "email": "a@example.com",
    "uri": "https://example.com/a", "uuid": "8f14e45f-ceea-467f-a9b1-1c2d3e4f5a6b", "ipv4": "192.0.2.1", "byte": "YQ==",
}  # fmt: skip


class Sampler:
    """Draws values for schemas of one document."""

    def __init__(self, document: Mapping[str, Any], source: random.Random) -> None:
        self._document = document
        self._random = source

    def value(self, schema: Any, depth: int = 0) -> Any:
        """A value that the schema is likely to accept."""
        united = self._united(schema, depth)
        chosen = self._literal(united)
        return chosen[0] if chosen is not None else self._typed(united, depth)

    def _united(self, schema: Any, depth: int) -> dict[str, Any]:
        """The keywords that must hold together, one member chosen of each union."""
        united: dict[str, Any] = {}
        for part in self._parts(schema, depth):
            for keyword, value in part.items():
                known = united.get(keyword)
                united[keyword] = value if known is None else _both(keyword, known, value)
        return united

    def _parts(self, schema: Any, depth: int) -> Iterator[Mapping[str, Any]]:
        """What a schema consists of: references followed, ``allOf`` spread, one member of each union."""
        if not isinstance(schema, Mapping):
            return
        reference = schema.get("$ref")
        if isinstance(reference, str) and depth < 4 * _DEEPEST:
            yield from self._parts(self._at(reference), depth + 1)
        for member in schema.get("allOf") or ():
            yield from self._parts(member, depth + 1)
        for keyword in ("oneOf", "anyOf"):
            if members := schema.get(keyword):
                yield from self._parts(self._random.choice(members), depth + 1)
        yield {key: value for key, value in schema.items() if key not in ("$ref", "allOf", "oneOf", "anyOf")}

    def _at(self, reference: str) -> Any:
        value: Any = self._document
        try:
            for token in fragment_tokens(reference):
                value = value[int(token)] if isinstance(value, list) else value[token]
        except (KeyError, IndexError, TypeError, ValueError):
            return True
        return value

    def _literal(self, schema: Mapping[str, Any]) -> list[Any] | None:
        if "const" in schema:
            return [copy.deepcopy(schema["const"])]
        if schema.get("enum"):
            return [copy.deepcopy(self._random.choice(schema["enum"]))]
        examples = schema.get("examples")
        if isinstance(examples, list) and examples and self._random.random() < _EXAMPLES:
            return [copy.deepcopy(self._random.choice(examples))]
        return None

    def _typed(self, schema: Mapping[str, Any], depth: int) -> Any:
        listed = schema.get("type")
        kind = self._random.choice(listed) if isinstance(listed, list) and listed else listed
        if kind is None:
            kind = "object" if {"properties", "required"} & schema.keys() else "array" if "items" in schema else None
        makers = {"object": self._object, "array": self._array}
        if kind in makers:
            return makers[kind](schema, depth)
        if kind in ("integer", "number"):
            return self._number(schema, whole=kind == "integer")
        return {"string": self._text(schema), "boolean": self._random.random() < 0.5, "null": None}.get(
            kind or "", self._any()
        )

    def _object(self, schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
        properties = schema.get("properties") or {}
        required = set(schema.get("required") or ())
        chance = 0.6 if depth < 3 else 0.2 if depth < _DEEPEST else 0.0
        made = {
            name: self.value(child, depth + 1)
            for name, child in properties.items()
            if child is not False and (name in required or self._random.random() < chance)
        }
        additional = schema.get("additionalProperties", True)
        for name in required - made.keys():
            made[name] = self.value(additional, depth + 1)
        if additional is not False and depth < _DEEPEST and self._random.random() < 0.3:
            made["extra_1"] = self.value(additional, depth + 1)
        return made

    def _array(self, schema: Mapping[str, Any], depth: int) -> list[Any]:
        least = int(schema.get("minItems") or 0)
        most = min(int(schema.get("maxItems", least + 2)), least + 2)
        count = self._random.randint(least, max(least, most)) if depth < _DEEPEST else least
        prefix = schema.get("prefixItems") or []
        made = [self.value(child, depth + 1) for child in prefix]
        while len(made) < min(count, 50):
            made.append(self.value(schema.get("items", True), depth + 1))
        return made

    def _number(self, schema: Mapping[str, Any], *, whole: bool) -> Any:
        low, high, step = _lowest(schema, whole=whole), _highest(schema, whole=whole), schema.get("multipleOf")
        choices: list[Any] = [bound for bound in (low, high) if bound is not None] or [0, 1, -1, 7, 2**31]
        if low is not None and high is not None:
            choices.append((low + high) / 2)
        value = self._random.choice(choices)
        if step:
            value = step * (math.ceil(value / step) if value == low else math.floor(value / step))
        return int(value) if whole else value

    def _text(self, schema: Mapping[str, Any]) -> str:
        if schema.get("format") in _BY_FORMAT:
            return _BY_FORMAT[schema["format"]]
        least, most = int(schema.get("minLength") or 0), schema.get("maxLength")
        texts = [text for text in _TEXTS if least <= len(text) <= (len(text) if most is None else most)]
        texts = texts or ["x" * min(least, _LONGEST)]
        pattern = schema.get("pattern")
        if isinstance(pattern, str):
            texts = [text for text in (*texts, *_from_pattern(pattern, least)) if _matches(pattern, text)] or texts
        return self._random.choice(texts)

    def _any(self) -> Any:
        return copy.deepcopy(self._random.choice([None, True, 0, 1.5, "text", [], {}, {"a": 1}, ["a"]]))


def _matches(pattern: str, text: str) -> bool:
    try:
        return re.search(pattern, text) is not None
    except re.error:
        return False


def _from_pattern(pattern: str, least: int) -> Iterator[str]:
    """Texts that a pattern matches, the shorter first."""
    for repeats in (0, 1, max(1, min(least, _LONGEST))):
        text = sample_of(pattern, repeats)
        if text is not None:
            yield text


def _lowest(schema: Mapping[str, Any], *, whole: bool) -> Any:
    above = schema.get("exclusiveMinimum")
    if above is not None:
        return math.floor(above) + 1 if whole else above + 0.5
    low = schema.get("minimum")
    return math.ceil(low) if whole and low is not None else low


def _highest(schema: Mapping[str, Any], *, whole: bool) -> Any:
    below = schema.get("exclusiveMaximum")
    if below is not None:
        return math.ceil(below) - 1 if whole else below - 0.5
    high = schema.get("maximum")
    return math.floor(high) if whole and high is not None else high


_TIGHTER: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    **dict.fromkeys(("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"), max),
    **dict.fromkeys(("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"), min),
    "required": lambda left, right: [*left, *right],
    "enum": lambda left, right: [value for value in left if value in right] or right,
    "items": lambda left, right: {"allOf": [left, right]},
    "properties": lambda left, right: {
        name: {"allOf": [schemas[name] for schemas in (left, right) if name in schemas]} for name in {**left, **right}
    },
    "additionalProperties": lambda left, right: False if left is False or right is False else {"allOf": [left, right]},
}
"""How two values of one keyword hold together; of others the later is taken."""


def _both(keyword: str, left: Any, right: Any) -> Any:
    if keyword == "type":
        common = [name for name in _listed(left) if name in _listed(right)]
        return common or ("integer" if {"integer", "number"} <= {*_listed(left), *_listed(right)} else right)
    tighter = _TIGHTER.get(keyword)
    return tighter(left, right) if tighter is not None else right


def _listed(types: Any) -> list[str]:
    return [types] if isinstance(types, str) else list(types)


def near_misses(value: Any, source: random.Random) -> Iterator[Any]:
    """Values that differ from ``value`` in one respect."""
    yield from _replacements(value)
    if isinstance(value, dict) and value:
        name = source.choice(sorted(value))
        rest = {key: child for key, child in value.items() if key != name}
        yield rest
        yield {**value, "unexpected_member": 1}
        for other in _some(near_misses(value[name], source), source):
            yield {**rest, name: other}
    elif isinstance(value, list) and value:
        position = source.randrange(len(value))
        yield value[1:]
        yield [*value, value[0]]
        for other in _some(near_misses(value[position], source), source):
            yield [*value[:position], other, *value[position + 1 :]]


def _some(values: Iterator[Any], source: random.Random, most: int = 4) -> list[Any]:
    listed = list(values)
    return listed if len(listed) <= most else source.sample(listed, most)


def _replacements(value: Any) -> Iterator[Any]:
    yield None
    if isinstance(value, bool):
        yield from (not value, "true", 1)
    elif isinstance(value, int | float):
        yield from (value + 1, value - 1, value + 0.5, float(value), str(value), True, -value)
    elif isinstance(value, str):
        yield from (value + "x", value[:-1], value.upper(), value.swapcase(), "", 1, [value])
    elif isinstance(value, list):
        yield from ([], {}, "a", [*value, None])
    elif isinstance(value, dict):
        yield from ({}, [], "a")
