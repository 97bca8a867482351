"""Schemas drawn at random for parameters, each with the types that its texts may be read as."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

__all__ = ["Drawn", "draw"]

TEXT = frozenset(("string",))
Types = frozenset[str]


@dataclass
class Drawn:
    """A schema; ``types_at`` gives the types of the scalar at ``None``, an index or a property's name."""

    schema: Any
    structures: frozenset[str]
    types_at: Callable[[Any], Types]
    names: tuple[str, ...] = ()
    """Declared properties."""
    invites: Callable[[str], bool] = lambda _name: False
    """Whether a further property is asked for."""
    inner: Mapping[str, Drawn] = field(default_factory=dict)
    """Properties that are arrays or objects themselves, for deep objects."""

    def kept(self, value: Any) -> Any:
        """What a handler gets: models hold the properties that the schema names or asks for."""
        if not isinstance(value, dict) or not self.names:
            return value
        kept = {name: each for name, each in value.items() if name in self.names or self.invites(name)}
        return {name: self.inner[name].kept(each) if name in self.inner else each for name, each in kept.items()}


def draw(rng: Random, structure: str | None = None) -> Drawn:
    """A schema of a scalar, an array, an object, or of several of them."""
    if structure == "nested":
        return _nested(rng)
    wanted = structure or rng.choice(("scalar", "scalar", "array", "array", "object", "object", "mixed"))
    return {"scalar": _scalar, "array": _array, "object": _object, "mixed": _mixed}[wanted](rng)


def _maybe(rng: Random, schema: dict[str, Any], **keywords: list[Any]) -> dict[str, Any]:
    chosen = {name: rng.choice(values) for name, values in keywords.items() if rng.random() < 0.3}
    return {**schema, **chosen}


NUMBERS = {"minimum": [0, 1, 2], "maximum": [3, 5, 10], "exclusiveMinimum": [0, 1], "multipleOf": [2, 3, 1]}
FRACTIONS = {"minimum": [0.5, 1], "maximum": [3, 4.5], "exclusiveMaximum": [5, 2.5], "multipleOf": [0.1, 0.5, 1]}
PATTERNS = ["^[a-z]+$", "b", "^[0-9]+$", "^$|^a", "\\d", "^é$", "^.{2,3}$", "^\\w+$", "[+/, ]"]
TEXTS = {"minLength": [1, 2], "maxLength": [1, 2, 4], "pattern": PATTERNS}
FORMATS = ["date", "date-time", "uuid", "email", "ipv4"]


def _integer(rng: Random) -> tuple[Any, Types]:
    return _maybe(rng, {"type": "integer"}, **NUMBERS, format=["int32", "int64"]), frozenset(("integer",))


def _number(rng: Random) -> tuple[Any, Types]:
    return _maybe(rng, {"type": "number"}, **FRACTIONS), frozenset(("number",))


def _string(rng: Random) -> tuple[Any, Types]:
    return _maybe(rng, {"type": "string"}, **TEXTS), TEXT


def _formatted(rng: Random) -> tuple[Any, Types]:
    return {"type": "string", "format": rng.choice(FORMATS)}, TEXT


def _boolean(rng: Random) -> tuple[Any, Types]:
    return _maybe(rng, {"type": "boolean"}, const=[True, False]), frozenset(("boolean",))


def _typed_enum(rng: Random) -> tuple[Any, Types]:
    return rng.choice([
        ({"type": "integer", "enum": [1, 2, 5]}, frozenset(("integer",))),
        ({"type": "number", "enum": [1, 1.5, 2.0]}, frozenset(("number",))),
        ({"type": "string", "enum": ["1", "a", "true", "", "é", "a b"]}, TEXT),
        ({"type": "string", "const": "5"}, TEXT),
        ({"type": "integer", "const": 5}, frozenset(("integer",))),
    ])  # fmt: skip


def _free_enum(rng: Random) -> tuple[Any, Types]:
    return rng.choice([
        ({"enum": [1, "1", True, None]}, frozenset(("integer", "number", "string", "boolean", "null"))),
        ({"enum": ["a", "b"]}, TEXT),
        ({"enum": [1, 2.5, "b"]}, frozenset(("integer", "number", "string"))),
        ({"const": 1}, frozenset(("integer", "number"))),
        ({"const": "a"}, TEXT),
        ({"const": True}, frozenset(("boolean",))),
        ({"const": 1.5}, frozenset(("number",))),
    ])  # fmt: skip


def _several_types(rng: Random) -> tuple[Any, Types]:
    types = rng.sample(["integer", "number", "boolean", "null", "string"], rng.choice((2, 2, 3)))
    schema = _maybe(rng, {"type": types}, minimum=[1, 2], maxLength=[1, 3], pattern=PATTERNS)
    return schema, frozenset(types)


def _anything(rng: Random) -> tuple[Any, Types]:
    return rng.choice([{}, {"description": "Anything."}, True]), TEXT


def _union(rng: Random) -> tuple[Any, Types]:
    parts = [_leaf(rng, plain=True) for _ in range(rng.choice((2, 2, 3)))]
    types = frozenset[str]().union(*(types for _, types in parts))
    return {rng.choice(("anyOf", "oneOf")): [schema for schema, _ in parts]}, types


def _conjunction(rng: Random) -> tuple[Any, Types]:
    schema, types = rng.choice((_integer, _string, _number, _several_types))(rng)
    more = rng.choice([
        {"not": {"const": "a"}}, {"not": {"enum": [1, "1"]}}, {"minimum": 1}, {"maxLength": 2},
        {"if": {"minimum": 3}, "then": {"multipleOf": 2}}, {"if": {"const": 5}, "then": False, "else": {"maximum": 4}},
    ])  # fmt: skip
    return rng.choice(
        [{"allOf": [schema, more]}, {**schema, **more} if not schema.keys() & more.keys() else schema]
    ), types


def _leaf(rng: Random, *, plain: bool = False) -> tuple[Any, Types]:
    simple = (_integer, _integer, _number, _string, _string, _formatted, _boolean, _typed_enum, _free_enum)
    complex_ = (_several_types, _union, _union, _nullable, _conjunction, _anything)
    return rng.choice(simple if plain or rng.random() < 0.5 else complex_)(rng)


def _scalar(rng: Random) -> Drawn:
    schema, types = _leaf(rng)
    return Drawn(schema, frozenset(("scalar",)), lambda _at: types)


def _array(rng: Random) -> Drawn:
    if rng.random() < 0.2:
        return _array_union(rng)
    items, types = _leaf(rng)
    schema: dict[str, Any] = {"type": "array", "items": items}
    prefix: list[tuple[Any, Types]] = []
    if rng.random() < 0.2:
        prefix = [_leaf(rng) for _ in range(rng.choice((1, 2)))]
        schema["prefixItems"] = [each for each, _ in prefix]
        if rng.random() < 0.5:
            schema["items"] = False
    schema = _maybe(rng, schema, minItems=[1, 2], maxItems=[2, 3], uniqueItems=[True])
    if rng.random() < 0.2:
        contained, more = _leaf(rng, plain=True)
        schema = _maybe(rng, {**schema, "contains": contained}, minContains=[0, 2], maxContains=[1, 2])
        if types == TEXT:
            types |= more
        prefix = [(each, own | more if own == TEXT else own) for each, own in prefix]
    elif rng.random() < 0.1 and not prefix:
        schema = {"type": "array", **_maybe(rng, {}, minItems=[1], maxItems=[2], uniqueItems=[True])}
        types = TEXT
    beginnings = [each for _, each in prefix]
    return Drawn(
        schema, frozenset(("array",)), lambda at: beginnings[at] if at is not None and at < len(beginnings) else types
    )


def _array_union(rng: Random) -> Drawn:
    parts = [_leaf(rng, plain=True) for _ in range(2)]
    types = parts[0][1] | parts[1][1]
    arrays = [_maybe(rng, {"type": "array", "items": each}, minItems=[2], maxItems=[1, 3]) for each, _ in parts]
    return Drawn({rng.choice(("anyOf", "oneOf")): arrays}, frozenset(("array",)), lambda _at: types)


NAMES = ("a", "b", "x-y", "é", "class", "p_1", "long name")


def _object(rng: Random) -> Drawn:
    if rng.random() < 0.2:
        return _object_union(rng)
    names = tuple(rng.sample(NAMES, rng.choice((0, 1, 2, 3))))
    leaves = {name: _leaf(rng) for name in names}
    schema: dict[str, Any] = {"type": "object", **_of_names(rng, names)}
    if names:
        schema["properties"] = {name: each for name, (each, _) in leaves.items()}
    patterns = _leaf(rng) if rng.random() < 0.2 else None
    if patterns is not None:
        schema["patternProperties"] = {"^p_": patterns[0]}
    choice = rng.choice(("none", "false", "true", "leaf"))
    rest = {"none": None, "leaf": _leaf(rng)}.get(choice, (choice == "true", TEXT))
    if rest is not None:
        schema["additionalProperties"] = rest[0]

    def types_at(at: Any) -> Types:
        found = [leaves[at][1]] if at in leaves else []
        if patterns is not None and at.startswith("p_"):
            found.append(patterns[1])
        if found:
            return frozenset[str]().union(*found)
        return rest[1] if rest is not None else TEXT

    def invites(name: str) -> bool:
        if patterns is not None and name.startswith("p_"):
            return True
        return choice in ("true", "leaf") or not names

    return Drawn(schema, frozenset(("object",)), types_at, names, invites)


def _nested(rng: Random) -> Drawn:
    inner = {"in": _object(rng), "list": _array(rng)}
    leaf, types = _leaf(rng)
    schema = {
        "type": "object",
        "properties": {"a": leaf, **{name: each.schema for name, each in inner.items()}},
        **_of_names(rng, ("a", "in", "list")),
        **rng.choice([{}, {"additionalProperties": False}, {"not": {"required": ["a", "list"]}}]),
    }
    found = {"a": types}
    return Drawn(schema, frozenset(("object",)), lambda at: found.get(at, TEXT), ("a", *inner), inner=inner)


def _nullable(rng: Random) -> tuple[Any, Types]:
    schema, types = _leaf(rng, plain=True)
    return {rng.choice(("anyOf", "oneOf")): [schema, {"type": "null"}]}, types | {"null"}


def _of_names(rng: Random, names: tuple[str, ...]) -> dict[str, Any]:
    """What a schema says about its properties beside their values."""
    found = _maybe(rng, {}, minProperties=[1, 2], maxProperties=[1, 2], propertyNames=[{"maxLength": 3}])
    if names and rng.random() < 0.5:
        found["required"] = rng.sample(names, rng.randint(1, len(names)))
    if len(names) > 1 and rng.random() < 0.2:
        found["dependentRequired"] = {names[0]: [names[1]]}
    if len(names) > 1 and rng.random() < 0.1:
        found["if"] = {"properties": {names[0]: {"const": "1"}}, "required": [names[0]]}
        found["then"] = {"required": [names[1]]}
    return found


def _object_union(rng: Random) -> Drawn:
    branches, types = [], {"a": frozenset[str](), "b": frozenset[str]()}
    for kind in ("x", "1"):
        a, b = _leaf(rng, plain=True), _leaf(rng, plain=True)
        branches.append({
            "type": "object",
            "required": ["kind", "a"],
            "properties": {"kind": {"const": kind}, "a": a[0], "b": b[0]},
            **rng.choice([{}, {"additionalProperties": False}]),
        })  # fmt: skip
        types["a"] |= a[1]
        types["b"] |= b[1]
    schema = {rng.choice(("anyOf", "oneOf")): branches}
    return Drawn(schema, frozenset(("object",)), lambda at: types.get(at, TEXT), ("kind", "a", "b"))


def _mixed(rng: Random) -> Drawn:
    scalar, array = _leaf(rng, plain=True), _array(rng)
    members, kinds = [scalar[0], array.schema], {"scalar", "array"}
    names: tuple[str, ...] = ()
    types_in = array.types_at
    if rng.random() < 0.4:
        other = _object(rng)
        members, kinds, names = [scalar[0], other.schema], {"scalar", "object"}, other.names
        types_in = other.types_at
    schema = {rng.choice(("anyOf", "oneOf")): members}
    return Drawn(schema, frozenset(kinds), lambda at: scalar[1] if at is None else types_in(at), names)
