"""What a schema says with its ``allOf`` and references taken in: one accumulator of keywords."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from tallystick.contract.model import type_names
from tallystick.document import join

__all__ = [
    "ANNOTATIONS", "CONFUSED", "JOIN", "KIND", "UNTYPED", "Flat", "Part", "Union", "is_json_equal", "source_pointer",
    "split",
]  # fmt: skip

CONFUSED: Final = "x-tally-confused"
"""Marks a union in which a listed 0 or 1 stands beside truth values: Pydantic takes the one for the other."""
UNTYPED: Final = "x-tally-untyped"
"""Marks a form whose type the description does not say: by the letter, values of every other type fit as well."""
JOIN: Final = "\x1f"
"""Joins the pointers of schemas that were merged; no pointer holds it."""
KIND: Final = "\x1e"
"""Stands between a pointer and the aspect of it that a component shows."""

ANNOTATIONS: Final = frozenset((
    "$anchor", "$comment", "$defs", "$dynamicAnchor", "$id", "$schema", "$vocabulary", "default", "definitions",
    "deprecated", "description", "example", "examples", "externalDocs", "readOnly", "title", "writeOnly", "xml",
))  # fmt: skip
"""Keywords that accept every value."""

_LOWER_BOUNDS: Final = frozenset(("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"))
_UPPER_BOUNDS: Final = frozenset(("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"))
_COUNTS: Final = frozenset(("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"))
_LABELS: Final = frozenset(("format", "contentMediaType", "contentEncoding", "contentSchema"))
_HIDDEN: Final = frozenset((
    "contains", "dependentRequired", "dependentSchemas", "maxContains", "minContains", "not", "patternProperties",
    "propertyNames", "unevaluatedItems",
))  # fmt: skip
"""Assertions that no engine turns into a type."""


@dataclass(frozen=True, slots=True)
class Part:
    """A schema value and the pointer it has in the description."""

    value: Any
    pointer: str

    def child(self, *tokens: str | int) -> Part:
        """The subschema at the tokens."""
        value = self.value
        for token in tokens:
            value = value[token]
        return Part(value, join(self.pointer, *tokens))


@dataclass(frozen=True, slots=True)
class Union:
    """One ``anyOf`` or ``oneOf``."""

    keyword: str
    members: tuple[Part, ...]
    discriminator: Mapping[str, Any] | None
    pointer: str
    """The schema that holds it."""

    def as_part(self) -> Part:
        """The union alone, as a schema."""
        return Part({self.keyword: [member.value for member in self.members]}, self.pointer)


_COMPARED: Final = (
    "types", "enum", "is_const", "checks", "additional", "additional_knows", "unevaluated", "items", "prefix", "unions",
    "hidden", "discriminator",
)  # fmt: skip


@dataclass(slots=True)
class Flat:
    """The keywords of several schemas that must all hold, merged.

    What cannot be merged goes to ``hidden``, as parts that must hold besides.
    """

    types: frozenset[str] | None = None
    enum: list[Any] | None = None
    is_const: bool = False
    checks: dict[str, Any] = field(default_factory=dict)
    properties: dict[str, tuple[Part, ...]] = field(default_factory=dict)
    required: list[str] = field(default_factory=list)
    additional: Part | None = None
    additional_knows: frozenset[str] = frozenset()
    """Properties declared beside ``additional``."""
    unevaluated: Part | None = None
    """The schema whose ``unevaluatedProperties`` is ``additional``."""
    items: tuple[Part, ...] = ()
    prefix: tuple[Part, ...] = ()
    unions: list[Union] = field(default_factory=list)
    hidden: list[Part] = field(default_factory=list)
    discriminator: Mapping[str, Any] | None = None
    contradictions: list[str] = field(default_factory=list)
    combinations: int = 1
    """How many such schemas the unions that were distributed so far have made of one."""

    def copy(self) -> Flat:
        """An independent accumulator with the same content."""
        return replace(
            self, checks=dict(self.checks), properties=dict(self.properties), required=list(self.required),
            unions=list(self.unions), hidden=list(self.hidden), contradictions=list(self.contradictions),
            enum=None if self.enum is None else list(self.enum),
        )  # fmt: skip

    def says_the_same_as(self, other: Flat) -> bool:
        """Whether both consist of the same keywords, in whatever order."""
        return (
            self.properties == other.properties
            and set(self.required) == set(other.required)
            and all(getattr(self, name) == getattr(other, name) for name in _COMPARED)
        )

    def take(self, part: Part) -> None:
        """Adds the own keywords of a schema; its references and ``allOf`` are the caller's business."""
        value = part.value
        if value is True:
            return
        if value is False:
            self.hidden.append(Part({"not": {}}, part.pointer))
            return
        hidden = {key: child for key, child in value.items() if key in _HIDDEN}
        takers = self._takers()
        for key, child in value.items():
            if (taker := takers.get(key)) is not None:
                taker(child, part)
            elif key not in ANNOTATIONS and key not in hidden and not key.startswith("x-"):
                self._take(key, child, part)
        self._take_conditional(value, part, hidden)
        if hidden:
            self.hidden.append(Part(hidden, part.pointer))

    def _take(self, key: str, child: Any, part: Part) -> None:
        if key in ("additionalProperties", "unevaluatedProperties"):
            if key[0] == "u" and self._is_evaluated(part):
                self.hidden.append(part)
                return
            self._take_additional(part.child(key), frozenset(part.value.get("properties", ())), deep=key[0] == "u")
            if self.additional == part.child(key):
                self.unevaluated = part if key[0] == "u" else None
        elif key in ("anyOf", "oneOf"):
            members = tuple(part.child(key, index) for index in range(len(child)))
            self.unions.append(Union(key, members, part.value.get("discriminator"), part.pointer))
        elif key in _LABELS:
            self.checks.setdefault(key, child)
        elif key in _LOWER_BOUNDS or key in _UPPER_BOUNDS or key in ("pattern", "multipleOf", "uniqueItems"):
            self._take_check(key, child, part)

    def put_off_unevaluated(self) -> Part | None:
        """Forgets ``unevaluatedProperties``, which rules what remains when all else is said; gives its schema back."""
        part = self.unevaluated
        if part is not None:
            self.additional, self.additional_knows, self.unevaluated = None, frozenset(), None
        return part

    def take_unevaluated(self, part: Part) -> None:
        """Adds the ``unevaluatedProperties`` that were put off."""
        self._take("unevaluatedProperties", part.value["unevaluatedProperties"], part)

    def _takers(self) -> Mapping[str, Callable[[Any, Part], None]]:
        return {
            "type": self._take_type, "enum": self._take_enum, "const": self._take_const, "items": self._take_items,
            "properties": self._take_properties, "required": self._take_required, "prefixItems": self._take_prefix,
            "discriminator": self._take_discriminator,
        }  # fmt: skip

    def _take_type(self, child: Any, _: Part) -> None:
        self._narrow_types(frozenset((child,) if isinstance(child, str) else child))

    def _take_enum(self, values: list[Any], _: Part) -> None:
        self.narrow_enum(values)

    def _take_const(self, value: Any, _: Part) -> None:
        self.is_const = True
        self.narrow_enum([value])

    def _take_properties(self, child: Mapping[str, Any], part: Part) -> None:
        for name in child:
            self.properties[name] = (*self.properties.get(name, ()), part.child("properties", name))

    def _take_required(self, names: Iterable[str], _: Part) -> None:
        self.required += [name for name in dict.fromkeys(names) if name not in self.required]

    def _take_items(self, _: Any, part: Part) -> None:
        self.items = (*self.items, part.child("items"))

    def _take_discriminator(self, child: Mapping[str, Any], _: Part) -> None:
        self.discriminator = child

    def _narrow_types(self, types: frozenset[str]) -> None:
        if self.types is None:
            self.types = types
            return
        both = self.types & types
        if "integer" in self.types ^ types and "number" in self.types ^ types:
            both |= {"integer"}
        if not both:
            self.contradictions.append(f"type {_listed(self.types)} and type {_listed(types)} exclude each other")
            return
        self.types = both

    def narrow_enum(self, values: list[Any]) -> None:
        """Adds a list of values of which one must be taken."""
        if self.enum is None:
            self.enum = list(values)
            return
        both = [value for value in self.enum if any(is_json_equal(value, other) for other in values)]
        if both:
            self.enum = both
        else:
            self.contradictions.append("the lists of values have none in common")

    def _take_additional(self, part: Part, knows: frozenset[str], *, deep: bool) -> None:
        """The stricter of several; an ``unevaluatedProperties`` sees the properties of all members."""
        known = self.additional
        if known is None or known.value in (True, {}) or part.value is False:
            if known is not None and known.value not in (True, {}, False):
                self._hide_additional(known, self.additional_knows)
            self.additional = part
            self.additional_knows = frozenset(self.properties) | knows if deep else knows
        elif part.value not in (True, {}):
            self._hide_additional(part, frozenset(self.properties) | knows if deep else knows)

    def _is_evaluated(self, part: Part) -> bool:
        """Whether an ``additionalProperties`` leaves nothing to the ``unevaluatedProperties`` of a schema."""
        return "additionalProperties" in part.value or (self.additional is not None and self.unevaluated is None)

    @property
    def leaves_members_open(self) -> bool:
        """Whether further members are ruled by more than ``additional``: a class has to take any."""
        looked_at = {"patternProperties"}
        if self.unevaluated is not None:
            looked_at |= {"if", "dependentSchemas", "anyOf", "oneOf"}
        return any(looked_at & part.value.keys() for part in self.hidden)

    def _hide_additional(self, part: Part, knows: frozenset[str]) -> None:
        if part.value is not False:
            exact = {"properties": dict.fromkeys(sorted(knows), True), "additionalProperties": part.value}
            self.hidden.append(Part(exact, part.pointer.rpartition("/")[0]))

    def _take_prefix(self, _: Any, part: Part) -> None:
        if self.prefix:
            self.hidden.append(Part({"prefixItems": part.value["prefixItems"]}, part.pointer))
            return
        self.prefix = tuple(part.child("prefixItems", index) for index in range(len(part.value["prefixItems"])))
        exact = {key: part.value[key] for key in ("prefixItems", "items") if key in part.value}
        self.hidden.append(Part(exact, part.pointer))

    def _take_check(self, key: str, child: Any, part: Part) -> None:
        if key in _COUNTS:
            child = int(child)  # 2.0 is an integer in JSON Schema
        known = self.checks.get(key)
        if known is None or known == child:
            self.checks[key] = child
        elif key in _LOWER_BOUNDS:
            self.checks[key] = max(known, child)
        elif key in _UPPER_BOUNDS:
            self.checks[key] = min(known, child)
        elif key == "uniqueItems":
            self.checks[key] = True
        else:
            self.hidden.append(Part({key: child}, part.pointer))

    def _take_conditional(self, value: Mapping[str, Any], part: Part, hidden: dict[str, Any]) -> None:
        """``if`` with what belongs to it. The form ``if: {}, then: …`` is how this package writes hidden parts."""
        if "if" not in value:
            return
        if value["if"] in ({}, True) and isinstance(then := value.get("then"), dict) and set(then) == {"allOf"}:
            self.hidden += [part.child("then", "allOf", index) for index in range(len(then["allOf"]))]
            return
        hidden.update({key: value[key] for key in ("if", "then", "else") if key in value})


def source_pointer(key: str) -> str:
    """The pointer in the description that a key of a component leads to."""
    return key.rpartition(JOIN)[2].partition(KIND)[0]


def split(value: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The assertions and the annotations (extensions among them) of a schema."""
    core: dict[str, Any] = {}
    notes: dict[str, Any] = {}
    for key, child in value.items():
        (notes if key in ANNOTATIONS or key.startswith("x-") else core)[key] = child
    return core, notes


def is_json_equal(left: Any, right: Any) -> bool:
    """Equality of JSON values (JSON Schema core, section 4.2.2): 1 equals 1.0, but not true."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(is_json_equal, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(is_json_equal(left[key], right[key]) for key in left)
    return bool(left == right)


def json_type(value: Any) -> str:
    """The narrowest JSON Schema type of a value; numbers without a fraction are integers."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
        return "integer"
    return {float: "number", str: "string", list: "array"}.get(type(value), "object")


def unique(values: Iterable[Any]) -> list[Any]:
    """The values, each once by JSON equality, in their order."""
    found: list[Any] = []
    seen: set[tuple[str, Any]] = set()
    for value in values:
        if isinstance(value, list | dict):
            if not any(is_json_equal(value, other) for other in found):
                found.append(value)
            continue
        key = (json_type(value), value)
        if key not in seen:
            seen.add(key)
            found.append(value)
    return found


def _listed(types: Iterable[str]) -> str:
    return " or ".join(name for name in type_names if name in types)
