"""Example calls: a value for every argument, from the examples of the contract, else from the schema."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tallystick.contract import property_names
from tallystick.contract.model import MediaType, Schema
from tallystick.generate.client.components import Models, flags_of_property
from tallystick.generate.client.engine_types import (
    DateProperty,
    DateTimeProperty,
    ListProperty,
    ModelProperty,
    PropertyProtocol,
    UnionProperty,
)
from tallystick.generate.client.heights import height
from tallystick.generate.client.literal import literal
from tallystick.generate.client.slots import body_key, parameter_key
from tallystick.generate.client.surface import Argument, Surface, media_kind

__all__ = ["example_arguments", "sample"]

_DEPTH = 6
_TEXTS = {
    "date-time": "2026-01-31T12:00:00Z",
    "date": "2026-01-31",
    "time": "12:00:00Z",
    "email": "jane@example.com",
    "uri": "https://example.com/",
    "url": "https://example.com/",
    "uuid": "7b0e1f6a-3c52-4f0e-9d58-0e4f2a6c1d3b",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "byte": "aGVsbG8=",
    "hostname": "example.com",
}


def sample(models: Models, schema: Schema, depth: int = 0) -> Any:
    """A small value that the schema allows, as far as its type, constants, bounds and formats say."""
    found = _stated(schema)
    if found is not None:
        return found[0]
    if schema.ref:
        return sample(models, models.contract.resolve(schema), depth + 1)
    for keyword in ("oneOf", "anyOf"):
        if schema.get(keyword):
            return sample(models, _member(models, schema, keyword, depth), depth + 1)
    kind = schema.get("type")
    if kind == "object" or schema.get("properties"):
        return _object(models, schema, depth)
    if kind == "array":
        count = max(schema.get("minItems", 1), 1) if depth < _DEPTH else schema.get("minItems", 0)
        return [sample(models, schema.child("items"), depth + 1) for _ in range(min(count, 3))]
    return _scalar(schema, kind)


def _stated(schema: Schema) -> tuple[Any] | None:
    """A value that the schema names itself."""
    if schema.get("const") is not None:
        return (schema.get("const"),)
    for keyword in ("example", "default"):
        if schema.get(keyword) is not None:
            return (schema.get(keyword),)
    for keyword in ("examples", "enum"):
        listed = schema.get(keyword)
        if isinstance(listed, list) and listed:
            return (listed[0],)
    return None


def _member(models: Models, schema: Schema, keyword: str, depth: int) -> Schema:
    """The first member of a union; deep within a value the one that ends soonest."""
    members = [schema.child(keyword, index) for index in range(len(schema.get(keyword)))]
    return members[0] if depth < _DEPTH else min(members, key=lambda each: height(each, models.heights))


def _object(models: Models, schema: Schema, depth: int) -> dict[str, Any]:
    return {wire: sample(models, one, depth + 1) for wire, one in _needed(models, schema)}


def _needed(models: Models, schema: Schema) -> Iterator[tuple[str, Schema]]:
    """The required properties that a request can have."""
    for wire, one in schema.properties.items():
        is_needed = wire in schema.required and "readOnly" not in flags_of_property(models.contract, one)
        if is_needed and height(one, models.heights) < math.inf:
            yield wire, one


def _scalar(schema: Schema, kind: Any) -> Any:
    if kind in {"integer", "number"}:
        return _number(schema, kind)
    if kind == "boolean":
        return True
    if kind == "null":
        return None
    text = _TEXTS.get(schema.get("format") or "", "text")
    return text.ljust(schema.get("minLength", 0), "x")[: max(schema.get("maxLength", 10_000), 0)]


def _number(schema: Schema, kind: str) -> float:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is None and isinstance(schema.get("exclusiveMinimum"), int | float):
        low = schema.get("exclusiveMinimum") + 1
    value = low if low is not None else 1 if high is None or high >= 1 else high
    step = schema.get("multipleOf")
    if isinstance(step, int) and step > 0:
        value = -(-value // step) * step
    return int(value) if kind == "integer" else value


def example_arguments(models: Models, surface: Surface) -> list[tuple[str, str, bool]]:
    """Name, Python expression and whether it goes without its name, for what an example call passes."""
    by_name = {one.python_name: one for one in surface.operation.parameters}
    found: list[tuple[str, str, bool]] = []
    for argument in surface.arguments:
        python_name = surface.parameters.get(argument.name)
        if python_name is None:
            continue
        parameter = by_name[python_name]
        if parameter.place != "path" and (not parameter.required or argument.name == _key_argument(surface)):
            continue
        schema = parameter.content[0].schema if parameter.content else parameter.schema
        value = parameter.examples[0].value if parameter.examples else None
        value = value if value is not None else sample(models, schema) if schema is not None else "text"
        prop = models.engine.slots[surface.operation.python_name][parameter_key(parameter)]
        found.append((argument.name, expression(models, prop, value), parameter.place == "path"))
    return found + _body_arguments(models, surface)


def _key_argument(surface: Surface) -> str | None:
    stated = surface.operation.extensions.get("x-tally-idempotency")
    header = str(stated.get("header", "")).lower() if isinstance(stated, Mapping) else ""
    names = {one.python_name: one.name.lower() for one in surface.operation.parameters}
    return next((name for name, python in surface.parameters.items() if names[python] == header and header), None)


def _body_arguments(models: Models, surface: Surface) -> list[tuple[str, str, bool]]:
    if not surface.media:
        return []
    media = surface.media[0]
    value = _body_value(models, media)
    by_name = {one.name: one for one in surface.arguments}
    if surface.spread:
        assert media.schema is not None
        given = completed(models, models.contract.resolve(media.schema), value if isinstance(value, Mapping) else {})
        return [
            (name, _field(models, by_name[name], given[wire]), False)
            for wire, name in surface.spread.items()
            if wire in given and by_name[name].default is None
        ]
    if not by_name["body"].required:
        return []
    return [("body", _whole(models, surface, media, value), False)]


def _body_value(models: Models, media: MediaType) -> Any:
    if media.examples and media.examples[0].value is not None:
        return media.examples[0].value
    return sample(models, media.schema) if media.schema is not None else {}


def completed(models: Models, schema: Schema, value: Mapping[str, Any]) -> Mapping[str, Any]:
    """The value with everything that is required: examples of a description do not always have it."""
    missing = {wire: sample(models, one) for wire, one in _needed(models, schema) if wire not in value}
    return {**value, **missing}


def _field(models: Models, argument: Argument, value: Any) -> str:
    if argument.file:
        content = literal(str(value)[:200])
        return f"{content}.encode()" if argument.file == "one" else f"[{content}.encode()]"
    assert argument.prop is not None
    return expression(models, argument.prop, value)


def _whole(models: Models, surface: Surface, media: MediaType, value: Any) -> str:
    prop = models.engine.slots[surface.operation.python_name][body_key(media)]
    kind = media_kind(media)
    if kind == "json":
        return expression(models, prop, value)
    if kind == "lines":
        return f"[{expression(models, prop, value)}]"
    if kind in {"form", "multipart"}:
        return literal(value if isinstance(value, dict) else {})
    return 'b"..."' if kind == "bytes" else literal(value if isinstance(value, str) else "text")


def expression(models: Models, prop: PropertyProtocol, value: Any) -> str:
    """A Python expression that makes the typed value of a JSON value."""
    if value is None:
        return "None"
    if isinstance(prop, UnionProperty):
        return expression(models, _fitting(models, prop, value), value)
    if isinstance(prop, ListProperty) and isinstance(value, list):
        return "[" + ", ".join(expression(models, prop.inner_property, one) for one in value) + "]"
    if isinstance(prop, DateTimeProperty | DateProperty) and isinstance(value, str | dt.date):
        return _time(prop, str(value))
    if isinstance(prop, ModelProperty):
        return _component(models, str(prop.class_info.name), value)
    return literal(_plain(value))


def _plain(value: Any) -> Any:
    """YAML may hold dates; JSON does not."""
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _time(prop: PropertyProtocol, text: str) -> str:
    kind = "datetime" if isinstance(prop, DateTimeProperty) else "date"
    return f"dt.{kind}.fromisoformat({literal(text)})"


def _fitting(models: Models, prop: UnionProperty, value: Any) -> PropertyProtocol:
    members = [one for one in prop.inner_properties if type(one).__name__ != "NoneProperty"]
    if isinstance(value, dict):
        objects = [one for one in members if isinstance(one, ModelProperty) and models.speller.is_object(one)]
        return _closest(models, objects, value) if objects else members[0]
    if isinstance(value, list):
        return next((one for one in members if isinstance(one, ListProperty)), members[0])
    plain = [one for one in members if not isinstance(one, ListProperty) and not _is_object(models, one)]
    return plain[0] if plain else members[0]


def _closest(models: Models, members: Sequence[PropertyProtocol], value: Mapping[str, Any]) -> PropertyProtocol:
    return max(members, key=lambda one: _overlap(models, one, value) if isinstance(one, ModelProperty) else (0, 0))


def _is_object(models: Models, prop: PropertyProtocol) -> bool:
    return isinstance(prop, ModelProperty) and models.speller.is_object(prop)


def _overlap(models: Models, prop: ModelProperty, value: Mapping[str, Any]) -> tuple[int, int]:
    schema = models.contract.schemas[str(prop.class_info.name)]
    properties = schema.properties
    constants = sum(
        (models.contract.resolve(one) if one.ref else one).get("const") == value.get(wire)
        for wire, one in properties.items()
        if (models.contract.resolve(one) if one.ref else one).get("const") is not None
    )
    return constants, len(properties.keys() & value.keys()) - len(value.keys() - properties.keys())


def _component(models: Models, name: str, value: Any) -> str:  # noqa: PLR0911 # one line per kind
    kind, component = models.kinds[name], models.engine.components.get(name)
    if component is None or kind == "enum":
        return literal(_plain(value))
    if kind == "union":
        objects = [one for one in component.slots.values() if _is_object(models, one)]
        if isinstance(value, dict) and objects:
            best = max(
                objects, key=lambda one: _overlap(models, one, value) if isinstance(one, ModelProperty) else (0, 0)
            )
            return expression(models, best, value)
        others = [one for one in component.slots.values() if not _is_object(models, one)]
        return expression(models, others[0], value) if others else literal(_plain(value))
    if kind == "map" and isinstance(value, dict) and component.additional is not None:
        inner = component.additional
        return "{" + ", ".join(f"{literal(key)}: {expression(models, inner, one)}" for key, one in value.items()) + "}"
    if kind == "alias":
        return expression(models, component.slots["value"], value)
    if kind != "model" or not isinstance(value, dict):
        return literal(_plain(value))
    return _model(models, name, component.slots, value)


def _model(models: Models, name: str, slots: Mapping[str, PropertyProtocol], value: Mapping[str, Any]) -> str:
    schema = models.contract.schemas[name]
    value = completed(models, schema, value)
    names = property_names(schema.properties)
    known = [
        f"{names[wire]}={expression(models, slots[wire], value[wire])}"
        for wire in schema.properties
        if wire in value and (schema.properties[wire].get("const") is None or wire not in schema.required)
    ]
    extra = {key: item for key, item in value.items() if key not in schema.properties}
    if extra:
        known.append(f"additional_properties={literal(_plain(extra))}")
    return f"models.{name}({', '.join(known)})"
