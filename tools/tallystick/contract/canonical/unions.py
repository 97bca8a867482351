"""Unions in one spelling, and which of them can be told apart by a discriminator."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tallystick.contract.canonical.flat import Part, Union

__all__ = ["NULL", "Discriminators", "members_of", "union_form", "unique_forms"]

NULL: Mapping[str, Any] = {"type": "null"}
_SCHEMAS = "#/components/schemas/"


def members_of(part: Part, keyword: str) -> Union:
    """The union that a schema consists of."""
    members = tuple(part.child(keyword, index) for index in range(len(part.value[keyword])))
    return Union(keyword, members, part.value.get("discriminator"), part.pointer)


def unique_forms(forms: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The forms, each once, in their order."""
    found: list[dict[str, Any]] = []
    for form in forms:
        if form not in found:
            found.append(form)
    return found


def union_form(
    keyword: str, forms: Sequence[dict[str, Any]], discriminator: Mapping[str, Any] | None = None, *, nullable: bool
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
        return _or_null(flat, nullable)
    if keyword == "anyOf" and discriminator is None:
        return {"anyOf": [*flat, dict(NULL)] if nullable else flat}
    union: dict[str, Any] = {keyword: flat}
    if discriminator is not None:
        union["discriminator"] = dict(discriminator)
    return _or_null([union], nullable)


def _or_null(forms: list[dict[str, Any]], nullable: bool) -> dict[str, Any]:
    (form,) = forms
    if not nullable or form == {}:
        return form
    if set(form) == {"anyOf"}:
        return {"anyOf": [*form["anyOf"], dict(NULL)]}
    return {"anyOf": [form, dict(NULL)]}


class Discriminators:
    """Makes implicit mappings explicit (OpenAPI 3.1.1, section 4.8.25)."""

    def __init__(self, report: Callable[[str, str, str], None]) -> None:
        self._report = report

    def of(
        self, union: Union, named: Sequence[tuple[Part, str]], forms: Sequence[dict[str, Any]], pointer: str
    ) -> dict[str, Any] | None:
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
        mapping: dict[str, Any] = {}
        stated = union.discriminator.get("mapping")
        for tag, value in (stated if isinstance(stated, dict) else {}).items():
            target = _mapped_pointer(value)
            if target in targets:
                mapping[tag] = targets[target]
            else:
                message = (
                    f"the discriminator maps {tag!r} to {value!r}, which is no member of the union: correct the mapping"
                )
                self._report("discriminator-sound", message, pointer)
        covered = set(mapping.values())
        for target, reference in targets.items():
            if reference not in covered:
                mapping[target.rpartition("/")[2]] = reference
        return {"propertyName": union.discriminator["propertyName"], "mapping": mapping, "x-implicit": sorted(
            target.rpartition("/")[2] for target, reference in targets.items() if reference not in covered
        )}  # fmt: skip


def _mapped_pointer(value: Any) -> str:
    """A mapping value is a component name or a reference."""
    text = str(value)
    if text.startswith("#"):
        return text[1:]
    return f"/components/schemas/{text}"
