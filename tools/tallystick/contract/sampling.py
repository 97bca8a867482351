"""Values drawn from a JSON Schema, and near-misses of them. Best effort: a validator has the last word.

Draws come from the schema's own text: bounds, lists of values, names of properties, examples.
"""

from __future__ import annotations

import copy
import random
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from tallystick.document import fragment_tokens

__all__ = ["Sampler", "near_misses"]

_DEEPEST: Final = 6
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
        if not isinstance(schema, Mapping):
            return self._any()
        reference = schema.get("$ref")
        if isinstance(reference, str):
            return self.value(self._at(reference), depth + 1) if depth < 4 * _DEEPEST else None
        chosen = self._literal(schema)
        if chosen is not None:
            return chosen[0]
        merged = self._composed(schema, depth)
        if merged is not None:
            return merged
        return self._typed(schema, depth)

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
        if isinstance(examples, list) and examples and self._random.random() < 0.2:
            return [copy.deepcopy(self._random.choice(examples))]
        return None

    def _composed(self, schema: Mapping[str, Any], depth: int) -> Any:
        """The value of a composed schema; members that give objects are united."""
        composed = False
        values: list[Any] = []
        for keyword in ("oneOf", "anyOf"):
            if schema.get(keyword):
                values.append(self.value(self._random.choice(schema[keyword]), depth + 1))
                composed = True
        for member in schema.get("allOf") or ():
            values.append(self.value(member, depth + 1))
            composed = True
        if not composed:
            return None
        if schema.get("properties") or schema.get("type") == "object":
            rest = {key: child for key, child in schema.items() if key not in ("oneOf", "anyOf", "allOf")}
            values.append(self._object(rest, depth))
        if all(isinstance(value, dict) for value in values):
            union: dict[str, Any] = {}
            for value in values:
                union.update(value)
            return union
        return values[-1] if not isinstance(values[-1], dict) or len(values) == 1 else values[0]

    def _typed(self, schema: Mapping[str, Any], depth: int) -> Any:
        listed = schema.get("type")
        kind = self._random.choice(listed) if isinstance(listed, list) and listed else listed
        if kind is None:
            kind = "object" if "properties" in schema else "array" if "items" in schema else None
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
        low = schema.get("minimum", schema.get("exclusiveMinimum"))
        high = schema.get("maximum", schema.get("exclusiveMaximum"))
        step = schema.get("multipleOf")
        choices: list[Any] = [bound for bound in (low, high) if bound is not None] or [0, 1, -1, 7, 2**31]
        choices += [low + 1] if low is not None else []
        value = self._random.choice(choices)
        if step:
            value = step * round(value / step)
        return int(value) if whole else value if self._random.random() < 0.5 or step else value + 0.5

    def _text(self, schema: Mapping[str, Any]) -> str:
        if schema.get("format") in _BY_FORMAT:
            return _BY_FORMAT[schema["format"]]
        texts = [text for text in _TEXTS if len(text) >= int(schema.get("minLength") or 0)]
        texts = [text[: int(schema["maxLength"])] for text in texts] if "maxLength" in schema else texts
        pattern = schema.get("pattern")
        if isinstance(pattern, str):
            texts = [text for text in (*texts, *_from_pattern(pattern)) if _matches(pattern, text)] or texts
        return self._random.choice(texts or ["x" * int(schema.get("minLength") or 0)])

    def _any(self) -> Any:
        return copy.deepcopy(self._random.choice([None, True, 0, 1.5, "text", [], {}, {"a": 1}, ["a"]]))


def _matches(pattern: str, text: str) -> bool:
    try:
        return re.search(pattern, text) is not None
    except re.error:
        return False


def _from_pattern(pattern: str) -> Iterator[str]:
    """Texts that simple patterns match: one sign of each class, repeated as little as allowed."""
    body = pattern.removeprefix("^").removesuffix("$")
    made = re.sub(r"\\d|\[0-9\]", "1", body)
    made = re.sub(r"\[([^\]\\^-])[^\]]*\]", r"\1", made)
    made = re.sub(r"(.)\{(\d+)(?:,\d*)?\}", lambda match: match[1] * min(int(match[2]), 100), made)
    yield re.sub(r"[+]", "", re.sub(r".[*?]", "", made))


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
