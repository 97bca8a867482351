"""Unions in one spelling, and which of them can be told apart by a discriminator."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from tallystick.contract.canonical.components import Key
from tallystick.contract.canonical.enums import enum_forms
from tallystick.contract.canonical.flat import Part, Union, json_type, split, unique
from tallystick.document import fragment_pointer, join

__all__ = [
    "NULL",
    "Discriminators",
    "Tagging",
    "described",
    "listed_values",
    "members_of",
    "tags_by_class",
    "union_form",
    "unique_forms",
]

NULL: Mapping[str, Any] = {"type": "null"}
_SCHEMAS = "#/components/schemas/"


def members_of(part: Part, keyword: str) -> Union:
    """The union that a schema consists of."""
    members = tuple(part.child(keyword, index) for index in range(len(part.value[keyword])))
    return Union(keyword, members, part.value.get("discriminator"), part.pointer)


def listed_values(union: Union) -> list[Any] | None:
    """The values of a union whose members are nothing but constants; None for any other.

    This is how JSON Schema describes the values of an enum one by one.
    """
    values: list[Any] = []
    for member in union.members:
        own = _constants(member.value)
        if own is None:
            return None
        values += own
    if union.keyword == "oneOf" and len(unique(values)) < len(values):
        return None  # a value that several members allow is none of oneOf
    one_type = len({json_type(value) for value in values if value is not None}) == 1
    return values if one_type and len(values) > 1 else None


def _constants(value: Any) -> list[Any] | None:
    core = split(value)[0] if isinstance(value, dict) else {}
    if core == {"type": "null"}:
        return [None]
    if len({"const", "enum"} & set(core)) != 1 or set(core) - {"type", "const", "enum"}:
        return None
    listed = [core["const"]] if "const" in core else core["enum"]
    types = core.get("type", ())
    return list(enum_forms(listed, frozenset((types,) if isinstance(types, str) else types) or None).fitting)


def described(part: Part, union: Union) -> Part:
    """The schema with what its members say about each value, as ``x-enum-descriptions``."""
    texts = [
        text
        for member in union.members
        if (own := _constants(member.value)) not in (None, [None])
        for text in [str(member.value.get("description") or member.value.get("title") or "")] * len(own or ())
    ]
    values = [value for value in listed_values(union) or () if value is not None]
    if (
        not any(texts)
        or len(unique(values)) < len(texts)
        or not isinstance(part.value, dict)
        or "x-enum-descriptions" in part.value
    ):
        return part
    return Part({**part.value, "x-enum-descriptions": texts}, part.pointer)


def unique_forms(forms: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The forms, each once, in their order."""
    found: list[dict[str, Any]] = []
    for form in forms:
        if form not in found:
            found.append(form)
    return found


def union_form(
    keyword: str, forms: Sequence[dict[str, Any]], discriminator: Tagging | None = None, *, nullable: bool
) -> dict[str, Any]:
    """One or several forms, and perhaps null, as one.

    Null stands last in an ``anyOf``; an ``anyOf`` inside an ``anyOf`` is spread; anything beside others is anything.
    """
    flat: list[dict[str, Any]] = []
    for form in forms:
        inner = form["anyOf"] if keyword == "anyOf" and set(form) == {"anyOf"} else [form]
        for member in inner:
            if member == NULL:
                nullable = True
            else:
                flat.append(member)
    flat = unique_forms(flat)
    if keyword == "anyOf" and {} in flat:
        return {}
    if not flat:
        return dict(NULL) if nullable else {}
    if len(flat) == 1:
        return _or_null(flat, nullable=nullable)
    if keyword == "anyOf" and discriminator is None:
        return {"anyOf": [*flat, dict(NULL)] if nullable else flat}
    union: dict[str, Any] = {keyword: flat}
    if discriminator is not None:
        union["discriminator"] = discriminator
    return _or_null([union], nullable=nullable)


def _or_null(forms: list[dict[str, Any]], *, nullable: bool) -> dict[str, Any]:
    (form,) = forms
    if not nullable or form == {}:
        return form
    if set(form) == {"anyOf"}:
        return {"anyOf": [*form["anyOf"], dict(NULL)]}
    return {"anyOf": [form, dict(NULL)]}


class Tagging:
    """A discriminator while the classes that it leads to have no names yet."""

    __slots__ = ("implicit", "mapping", "property_name")

    def __init__(self, property_name: str, mapping: Mapping[str, Key], implicit: Iterable[str] = ()) -> None:
        self.property_name = property_name
        self.mapping = mapping
        self.implicit = frozenset(implicit)
        """Tags that nobody stated: the names of the members."""


def tags_by_class(forms: Iterable[Mapping[str, Any]]) -> dict[tuple[Key, str], set[frozenset[str]]]:
    """The sets of tags that each class has, by class and property, in the unions it is a member of."""
    found: dict[tuple[Key, str], set[frozenset[str]]] = {}
    stack: list[Any] = list(forms)
    while stack:
        value = stack.pop()
        if isinstance(value, list):
            stack += value
        elif isinstance(value, dict):
            stack += value.values()
        elif isinstance(value, Tagging):
            for key in set(value.mapping.values()):
                tags = frozenset(tag for tag, other in value.mapping.items() if other == key)
                found.setdefault((key, value.property_name), set()).add(tags)
    return found


class Discriminators:
    """Makes implicit mappings explicit (OpenAPI 3.1.1, section 4.8.25)."""

    def __init__(self, report: Callable[[str, str, str], None]) -> None:
        self._report = report

    def of(
        self, union: Union, named: Sequence[tuple[Part, str]], forms: Sequence[dict[str, Any]], pointer: str
    ) -> Tagging | None:
        """The discriminator of a union with a mapping for every member, or None where it cannot tell them apart.

        Args:
            union: the union as the description has it.
            named: its members with the pointer that each leads to (empty where it leads nowhere).
            forms: the canonical forms of the members, in the same order.
            pointer: where a loss is reported.
        """
        if union.discriminator is None:
            return None
        if any("$ref" not in form for form in forms):
            message = "the discriminator needs members that are named objects: it is not used to tell them apart"
            self._report("discriminator-sound", message, pointer)
            return None
        targets = {target: form["$ref"] for (_, target), form in zip(named, forms, strict=True)}
        mapping = self._stated(union.discriminator, targets, pointer)
        covered = set(mapping.values())
        implicit = {target.rpartition("/")[2]: key for target, key in targets.items() if key not in covered}
        return Tagging(union.discriminator["propertyName"], {**mapping, **implicit}, implicit)

    def _stated(self, discriminator: Mapping[str, Any], targets: Mapping[str, Key], pointer: str) -> dict[str, Key]:
        """The mapping as the description has it, as far as it leads to members."""
        mapping: dict[str, Key] = {}
        stated = discriminator.get("mapping")
        for tag, value in (stated if isinstance(stated, dict) else {}).items():
            target = _mapped_pointer(value)
            if target in targets:
                mapping[tag] = targets[target]
            else:
                message = f"the discriminator maps {tag!r} to {value!r}, which is no member of the union: correct it"
                self._report("discriminator-sound", message, pointer)
        return mapping


def _mapped_pointer(value: Any) -> str:
    """A mapping value is a component name or a reference."""
    text = str(value)
    return fragment_pointer(text) if text.startswith("#") else join("/components/schemas", text)
