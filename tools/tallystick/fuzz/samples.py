"""A value that is right by a schema: what the description shows as an example, else the plainest that can be made."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Final

from tallystick.contract import MediaType, Operation, Parameter, Schema
from tallystick.fuzz.schemas import Schemas

__all__ = ["Samples", "Unsampled"]

_FORMATS: Final = {
    "date": "2026-03-14",
    "date-time": "2026-03-14T09:26:53Z",
    "duration": "PT1H",
    "email": "ann@example.com",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "time": "09:26:53Z",
    "uri": "https://example.com/a",
    "uri-reference": "/a",
    "uuid": "6f1c2f0e-6a55-4b5e-8d3f-0a4c1d2e3f40",
}
_DEPTH: Final = 12


class Unsampled(Exception):
    """No value could be made for a schema."""


class Samples:
    """Valid values for the schemas of one contract, the same ones each time."""

    def __init__(self, schemas: Schemas) -> None:
        self._schemas = schemas
        self._made: dict[str, Any] = {}

    def body(self, media: MediaType) -> Any:
        """A body: the first example that is valid. Raises Unsampled."""
        if media.schema is None:
            raise Unsampled(media.name)
        for example in media.examples:
            if example.external is None and self._schemas.is_valid(media.schema, example.value):
                return example.value
        return self.value(media.schema)

    def parameter(self, operation: Operation, parameter: Parameter) -> Any:
        """A value for a parameter. Raises Unsampled."""
        if parameter.schema is None:
            raise Unsampled(f"{operation.id} {parameter.name}")
        for example in parameter.examples:
            if self._schemas.is_valid(parameter.schema, example.value):
                return example.value
        return self.value(parameter.schema)

    def value(self, schema: Schema) -> Any:
        """A value that is right by the schema. Raises Unsampled."""
        pointer = schema.location.pointer
        if pointer not in self._made:
            self._made[pointer] = self._first_valid(schema, 0)
        return self._made[pointer]

    def _first_valid(self, schema: Schema, depth: int) -> Any:
        if depth > _DEPTH:
            raise Unsampled(schema.location.pointer)
        for candidate in self._candidates(self._schemas.resolved(schema), depth):
            if self._schemas.is_valid(schema, candidate):
                return candidate
        raise Unsampled(schema.location.pointer)

    def _candidates(self, schema: Schema, depth: int) -> Iterator[Any]:
        if isinstance(schema.value, bool):
            yield "x"
            return
        yield from schema.value.get("examples", ())
        for keyword in ("const", "default"):
            if keyword in schema.value:
                yield schema.value[keyword]
        yield from schema.value.get("enum", ())
        for keyword in ("oneOf", "anyOf", "allOf"):
            for index in range(len(schema.value.get(keyword, ()))):
                yield from self._attempt(schema.child(keyword, index), depth)
        yield from self._by_type(schema, depth)

    def _attempt(self, schema: Schema, depth: int) -> Iterator[Any]:
        try:
            yield self._first_valid(schema, depth + 1)
        except Unsampled:
            return

    def _by_type(self, schema: Schema, depth: int) -> Iterator[Any]:
        types = schema.types
        if "object" in types or schema.get("properties"):
            yield from self._objects(schema, depth)
        if "array" in types:
            yield from self._arrays(schema, depth)
        if types & {"integer", "number"}:
            yield from _numbers(schema)
        if "string" in types:
            yield from _texts(schema)
        if "boolean" in types:
            yield True
        if "null" in types:
            yield None
        if not types:
            yield "x"

    def _objects(self, schema: Schema, depth: int) -> Iterator[Any]:
        made: dict[str, Any] = {}
        for name, child in schema.properties.items():
            if child.get("readOnly") is True:
                continue
            for value in self._attempt(child, depth):
                made[name] = value
        yield made
        yield {name: value for name, value in made.items() if name in schema.required}

    def _arrays(self, schema: Schema, depth: int) -> Iterator[Any]:
        if isinstance(schema.get("items"), dict):
            for item in self._attempt(schema.child("items"), depth):
                yield [item] * max(1, int(schema.get("minItems", 1)))
        yield []


def _numbers(schema: Schema) -> Iterator[Any]:
    """1, the bounds themselves, multiples near them, and what lies just beyond exclusive ones."""
    step = schema.get("multipleOf", 1)
    yield 1
    for low in (schema.get("minimum"), schema.get("exclusiveMinimum")):
        if low is not None:
            first = math.ceil(low / step) * step
            yield from (low, first, first + step, low + 1 / 1024)
    for high in (schema.get("maximum"), schema.get("exclusiveMaximum")):
        if high is not None:
            last = math.floor(high / step) * step
            yield from (high, last, last - step, high - 1 / 1024)
    yield from (step, 0)


def _texts(schema: Schema) -> Iterator[Any]:
    if schema.get("format") in _FORMATS:
        yield _FORMATS[schema.get("format")]
    least = int(schema.get("minLength", 1))
    if least <= 10_000:
        yield "sample"[: int(schema.get("maxLength", 6))].ljust(least, "x")
    if isinstance(schema.get("pattern"), str):
        yield from _matching(schema)


def _matching(schema: Schema) -> Iterator[str]:
    """The plainest text that Hypothesis finds for a pattern."""
    import re

    from hypothesis import HealthCheck, find, settings
    from hypothesis import strategies as st
    from hypothesis.errors import HypothesisException

    least, most = int(schema.get("minLength", 0)), int(schema.get("maxLength", 1_000))
    quiet = settings(database=None, derandomize=True, max_examples=200, suppress_health_check=list(HealthCheck))
    try:
        strategy = st.from_regex(re.compile(schema.get("pattern"), re.ASCII))
        yield find(strategy, lambda text: least <= len(text) <= most and text == text.strip(), settings=quiet)
    except (HypothesisException, re.error, OverflowError):
        return  # a pattern of another dialect; the operation is reported as not tried
