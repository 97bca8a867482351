"""How two schemas differ, property by property: what the contract says against what an application says.

Both sides are canonical (see ``tallystick.contract``), so nullability, references and composition have one spelling.
Annotations (titles, descriptions, examples) make no difference; neither do spellings that mean the same, such as
``exclusiveMinimum: 0`` and ``minimum: 1`` of an integer.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from tallystick.contract import Contract, Schema
from tallystick.document import Location
from tallystick.findings import Level

__all__ = ["Difference", "Direction", "Side", "schema_differences"]

Direction = Literal["request", "reply"]

_BOUNDS: Final = {
    "minimum": "minimum",
    "maximum": "maximum",
    "exclusiveMinimum": "exclusive minimum",
    "exclusiveMaximum": "exclusive maximum",
    "multipleOf": "multipleOf",
    "minLength": "shortest length",
    "maxLength": "longest length",
    "pattern": "pattern",
    "minItems": "fewest items",
    "maxItems": "most items",
    "uniqueItems": "uniqueItems",
    "minProperties": "fewest members",
    "maxProperties": "most members",
}
# formats that say which texts are right; int64, password, binary and the like only describe
_FORMATS: Final = frozenset(
    ("date", "date-time", "duration", "email", "hostname", "ipv4", "ipv6", "time", "uri", "uri-reference", "uuid")
)
_MEANINGLESS: Final = {"minLength": 0, "minItems": 0, "minProperties": 0, "uniqueItems": False}
_DEPTH: Final = 24


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference. ``trail`` is the way from the outermost schema, ``items[].sku``; ``""`` is that schema itself.

    ``text`` says both sides: what the contract has and what the application has. ``location`` is in the contract.
    """

    kind: str
    level: Level
    trail: str
    text: str
    location: Location


@dataclass(frozen=True, slots=True)
class Side:
    """A schema with the contract that its references lead into."""

    contract: Contract
    schema: Schema


@dataclass(frozen=True, slots=True)
class _Shape:
    """A schema in the form that is compared."""

    schema: Schema
    name: str | None
    types: frozenset[str]
    nullable: bool
    members: tuple[Schema, ...]
    values: tuple[Any, ...] | None


def schema_differences(want: Side, have: Side, direction: Direction) -> Iterator[Difference]:
    """How the schema of an application (``have``) differs from the one of the contract (``want``)."""
    yield from _Comparison(want.contract, have.contract, direction, frozenset()).differences(
        want.schema, have.schema, ""
    )


@dataclass(frozen=True, slots=True)
class _Comparison:
    want: Contract
    have: Contract
    direction: Direction
    entered: frozenset[tuple[str, str]]

    def differences(self, want: Schema, have: Schema, trail: str) -> Iterator[Difference]:
        ours, theirs = _shape(self.want, want), _shape(self.have, have)
        pair = (ours.name or "", theirs.name or "")
        if (all(pair) and pair in self.entered) or trail.count(".") + trail.count("[") > _DEPTH:
            return
        inner = replace(self, entered=self.entered | {pair}) if all(pair) else self
        yield from inner.compared(ours, theirs, trail)

    def compared(self, ours: _Shape, theirs: _Shape, trail: str) -> Iterator[Difference]:
        """Without another look at whether the pair has been entered."""
        at = ours.schema.location
        if _is_any(ours) and _is_any(theirs):
            return
        if ours.nullable != theirs.nullable and not _is_any(ours) and not _is_any(theirs):
            ours_says, theirs_says = (
                ("may be null", "is never null") if ours.nullable else ("is never null", "may be null")
            )
            yield Difference(
                "null", Level.ERROR, trail, f"it {ours_says} in the contract and {theirs_says} in the application", at
            )
        if ours.members or theirs.members:
            yield from self._unions(ours, theirs, trail)
            return
        if ours.types != theirs.types:
            text = f"the contract says {_typed(ours)}, the application {_typed(theirs)}"
            yield Difference("type", Level.ERROR, trail, text, at)
            return
        yield from self._values(ours, theirs, trail)
        yield from self._constraints(ours, theirs, trail)
        if "object" in ours.types:
            yield from self._objects(ours, theirs, trail)
        if "array" in ours.types:
            yield from self._items(ours, theirs, trail)

    def _values(self, ours: _Shape, theirs: _Shape, trail: str) -> Iterator[Difference]:
        if ours.values is None and theirs.values is None:
            return
        at = ours.schema.location
        if ours.values is None or theirs.values is None:
            listed = _listed(ours.values if ours.values is not None else theirs.values or ())
            side, other = ("contract", "application") if ours.values is not None else ("application", "contract")
            text = f"the {side} allows only {listed}, the {other} any {'/'.join(sorted(ours.types))}"
            yield Difference("values", Level.ERROR, trail, text, at)
            return
        missing = [value for value in ours.values if value not in theirs.values]
        extra = [value for value in theirs.values if value not in ours.values]
        if missing:
            yield Difference("values", Level.ERROR, trail, f"the application does not know {_listed(missing)}", at)
        if extra:
            text = f"the application has {_listed(extra)}, which the contract does not know"
            yield Difference("values", Level.ERROR, trail, text, at)

    def _constraints(self, ours: _Shape, theirs: _Shape, trail: str) -> Iterator[Difference]:
        mine, yours = _constraints(ours), _constraints(theirs)
        for keyword, words in (*_BOUNDS.items(), ("format", "format")):
            if mine.get(keyword) == yours.get(keyword) or (ours.values is not None and theirs.values is not None):
                continue
            at = ours.schema.location
            if isinstance(ours.schema.value, Mapping) and keyword in ours.schema.value:
                at = at.child(keyword)
            text = (
                f"{words}: {_said(mine.get(keyword))} in the contract, {_said(yours.get(keyword))} in the application"
            )
            level = Level.ERROR if keyword == "format" else self._constraint_level()
            yield Difference("constraint", level, trail, text, at)

    def _constraint_level(self) -> Level:
        """A reply may keep a bound that its model does not state; a request is checked by nothing but the model."""
        return Level.ERROR if self.direction == "request" else Level.WARNING

    def _objects(self, ours: _Shape, theirs: _Shape, trail: str) -> Iterator[Difference]:
        mine, yours = self._visible(ours.schema), self._visible(theirs.schema)
        missing = {name: schema for name, schema in mine.items() if name not in yours}
        extra = {name: schema for name, schema in yours.items() if name not in mine}
        for old, new in self._renamed(missing, extra):
            text = f"the contract calls it `{old}`, the application `{new}`"
            yield Difference("renamed", Level.ERROR, _under(trail, old), text, missing.pop(old).location)
            del extra[new]
        for name, schema in missing.items():
            text = "the application does not have it"
            yield Difference("missing", Level.ERROR, _under(trail, name), text, schema.location)
        for name in extra:
            yield Difference(
                "extra", Level.ERROR, _under(trail, name), "the contract does not know it", ours.schema.location
            )
        for name, schema in mine.items():
            if name in yours:
                yield from self._required(ours, theirs, name, schema, trail)
                yield from self.differences(schema, yours[name], _under(trail, name))
        yield from self._openness(ours, theirs, trail)

    def _visible(self, schema: Schema) -> dict[str, Schema]:
        """Without the properties that this direction never carries."""
        hidden = "readOnly" if self.direction == "request" else "writeOnly"
        return {name: child for name, child in schema.properties.items() if child.get(hidden) is not True}

    def _required(self, ours: _Shape, theirs: _Shape, name: str, schema: Schema, trail: str) -> Iterator[Difference]:
        mine, yours = name in ours.schema.required, name in theirs.schema.required
        if mine == yours:
            return
        where = _under(trail, name)
        if mine:
            yield Difference(
                "required", Level.ERROR, where, "the contract requires it, the application does not", schema.location
            )
        elif self.direction == "request":
            yield Difference(
                "required", Level.ERROR, where, "the application requires it, the contract does not", schema.location
            )
        else:
            yield Difference(
                "required",
                Level.INFO,
                where,
                "the application always sends it, though the contract does not require it",
                schema.location,
            )

    def _renamed(self, missing: Mapping[str, Schema], extra: Mapping[str, Schema]) -> list[tuple[str, str]]:
        """Pairs of a missing and an extra property that are one property under two names."""
        pairs: list[tuple[str, str]] = []
        left = dict(extra)
        for name, schema in missing.items():
            alike = [new for new, other in left.items() if self._alike(schema, other)]
            close = difflib.get_close_matches(name, alike, n=1, cutoff=0.5)
            if not close and len(missing) == len(extra) == 1:
                close = alike
            if close:
                pairs.append((name, close[0]))
                del left[close[0]]
        return pairs

    def _alike(self, want: Schema, have: Schema) -> bool:
        return not any(found.level is Level.ERROR for found in self.differences(want, have, ""))

    def _openness(self, ours: _Shape, theirs: _Shape, trail: str) -> Iterator[Difference]:
        mine, yours = (shape.schema.get("additionalProperties", True) for shape in (ours, theirs))
        at = ours.schema.location
        if isinstance(mine, Mapping) and isinstance(yours, Mapping):
            if mine and yours:
                want = ours.schema.child("additionalProperties")
                yield from self.differences(want, theirs.schema.child("additionalProperties"), f"{trail}.*".lstrip("."))
        elif self.direction == "request" and (mine is False) != (yours is False):
            text = (
                "the contract refuses unknown members, the application takes them"
                if mine is False
                else "the application refuses unknown members, the contract allows them"
            )
            yield Difference("open", Level.ERROR, trail, text, at)

    def _items(self, ours: _Shape, theirs: _Shape, trail: str) -> Iterator[Difference]:
        mine, yours = ours.schema.get("items"), theirs.schema.get("items")
        if isinstance(mine, Mapping) and isinstance(yours, Mapping):
            yield from self.differences(ours.schema.child("items"), theirs.schema.child("items"), f"{trail}[]")

    def _unions(self, ours: _Shape, theirs: _Shape, trail: str) -> Iterator[Difference]:
        left = list(theirs.members or (theirs.schema,))
        unmatched = []
        for member in ours.members or (ours.schema,):
            equal = next((other for other in left if self._alike(member, other)), None)
            if equal is None:
                unmatched.append(member)
            else:
                left.remove(equal)
        for member in unmatched:
            if left:
                other = min(left, key=lambda other: self._distance(member, other))
                left.remove(other)
                yield from self.differences(member, other, trail)
            else:
                text = f"the application does not know the alternative {_called(self.want, member)}"
                yield Difference("alternative", Level.ERROR, trail, text, member.location)
        for other in left:
            text = f"the application has the alternative {_called(self.have, other)}, which the contract does not know"
            yield Difference("alternative", Level.ERROR, trail, text, ours.schema.location)

    def _distance(self, want: Schema, have: Schema) -> int:
        return sum(1 for _ in self.differences(want, have, ""))


def _shape(contract: Contract, schema: Schema) -> _Shape:
    name = None
    nullable = False
    while True:
        if schema.ref is not None:
            name = schema.ref.rsplit("/", 1)[-1]
            schema = contract.resolve(schema)
            continue
        members = _members(schema)
        rest = [member for member in members if member.types != frozenset(("null",))]
        nullable |= len(rest) < len(members)
        if len(rest) != 1:
            break
        schema = rest[0]
    types = schema.types or _implied(schema)
    nullable |= "null" in types or None in (schema.get("enum") or ())
    return _Shape(schema, name, types - {"null"}, nullable, tuple(rest), _values(schema))


def _members(schema: Schema) -> list[Schema]:
    for keyword in ("anyOf", "oneOf"):
        if isinstance(schema.get(keyword), list):
            return [schema.child(keyword, index) for index in range(len(schema.get(keyword)))]
    if isinstance(schema.get("allOf"), list) and len(schema.get("allOf")) == 1 and not schema.types:
        return [schema.child("allOf", 0)]
    return []


def _implied(schema: Schema) -> frozenset[str]:
    """The types of a schema that does not name them: those of its values, or of the keywords it has."""
    values = _values(schema)
    if values:
        return frozenset(_type_of(value) for value in values)
    if schema.get("properties"):
        return frozenset(("object",))
    return frozenset(("array",)) if schema.get("items") else frozenset()


def _type_of(value: Any) -> str:
    names = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array", dict: "object"}
    return names.get(type(value), "null")


def _values(schema: Schema) -> tuple[Any, ...] | None:
    if isinstance(schema.value, Mapping) and "const" in schema.value:
        return (schema.value["const"],)
    values = schema.get("enum")
    return tuple(value for value in values if value is not None) if isinstance(values, list) else None


def _is_any(shape: _Shape) -> bool:
    return not shape.types and not shape.members and shape.values is None and shape.schema.value is not False


def _constraints(shape: _Shape) -> dict[str, Any]:
    value = shape.schema.value
    if isinstance(value, bool):
        return {}
    found = {key: value[key] for key in _BOUNDS if key in value and value[key] != _MEANINGLESS.get(key)}
    if shape.types == frozenset(("integer",)):
        if "exclusiveMinimum" in found:
            found["minimum"] = found.pop("exclusiveMinimum") + 1
        if "exclusiveMaximum" in found:
            found["maximum"] = found.pop("exclusiveMaximum") - 1
    if value.get("format") in _FORMATS:
        found["format"] = value["format"]
    return found


def _said(value: Any) -> str:
    return "none" if value is None else json.dumps(value, ensure_ascii=False)


def _listed(values: Any) -> str:
    shown = [json.dumps(value, ensure_ascii=False) for value in values]
    return ", ".join(shown[:6]) + (f" and {len(shown) - 6} more" if len(shown) > 6 else "")


def _typed(shape: _Shape) -> str:
    return " or ".join(sorted(shape.types)) or "any type"


def _called(contract: Contract, schema: Schema) -> str:
    shape = _shape(contract, schema)
    return f"`{shape.name}`" if shape.name else _typed(shape)


def _under(trail: str, name: str) -> str:
    return f"{trail}.{name}" if trail else name
