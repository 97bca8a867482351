"""Unions: named ones as components, those beside other keywords spread over them, families by inheritance."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from tallystick.contract.canonical.classes import class_notes
from tallystick.contract.canonical.components import is_named
from tallystick.contract.canonical.flat import JOIN, KIND, Flat, Part, Union
from tallystick.contract.canonical.naming import Naming
from tallystick.contract.canonical.unions import (
    NULL,
    Discriminators,
    Tagging,
    described,
    listed_values,
    union_form,
    unique_forms,
)
from tallystick.contract.canonical.variant_words import constant_of, variant_words
from tallystick.findings import Level

if TYPE_CHECKING:
    from tallystick.contract.canonical.rewriter import SchemaRewriter

__all__ = ["UnionForms"]

_MOST_VARIANTS: Final = 64
"""How many members of one union are merged with what stands beside it."""
_MOST_COMBINATIONS: Final = 128
"""How many combinations of members of several unions are."""


class UnionForms:
    """What becomes a union. Works for one rewriter."""

    def __init__(self, rewriter: SchemaRewriter, naming: Naming) -> None:
        self._rewriter = rewriter
        self._merger = rewriter.merger
        self._naming = naming
        self._discriminators = Discriminators(rewriter.report)
        self._reported: set[str] = set()

    def plain(self, union: Union, part: Part) -> dict[str, Any]:
        """A union without a base. One that the description names is a component."""
        listed = listed_values(union)
        if listed is not None:
            flat = Flat()
            flat.narrow_enum(listed)
            return self._rewriter.emit(flat, described(part, union))
        members = [member for member in union.members if not self._is_null(member)]
        nullable = len(members) < len(union.members)
        forms = [self._rewriter.use(member) for member in members]
        if is_named(part.pointer) and len(unique_forms(forms)) > 1 and {} not in forms:
            inside = nullable and part.pointer in self._rewriter.recurring
            build = functools.partial(self._class, union, members, forms, part, nullable=inside)
            reference = self._rewriter.components.define(part.pointer, build)
            return union_form("anyOf", [reference], nullable=nullable and not inside)
        return union_form(union.keyword, forms, self._discriminator(union, members, forms, part), nullable=nullable)

    def _class(
        self, union: Union, members: Sequence[Part], forms: Sequence[dict[str, Any]], part: Part, *, nullable: bool
    ) -> dict[str, Any]:
        """The class of a named union. It holds null itself only if it refers to itself as it is."""
        discriminator = self._discriminator(union, members, forms, part)
        form = union_form(union.keyword, forms, discriminator, nullable=nullable)
        return self._rewriter.noted(form, class_notes(part), part)

    def _discriminator(
        self, union: Union, members: Sequence[Part], forms: Sequence[dict[str, Any]], part: Part
    ) -> Tagging | None:
        named = [(member, self._merger.target_pointer(member)) for member in members]
        return self._discriminators.of(union, named, forms, part.pointer)

    def _is_null(self, member: Part) -> bool:
        target = self._merger.target_of(member)
        if target is None or not isinstance(target.value, dict):
            return False
        return target.value.get("type") == "null" or (
            constant_of(target.value) is None and target.value.get("enum") == [None]
        )

    # -- beside other keywords -------------------------------------------------------------------------------------

    def only_constrains(self, union: Union) -> bool:
        """Whether the members say nothing that a class could show: lists of required names, negations, …"""
        return all(self._is_constraint(member) for member in union.members)

    def _is_constraint(self, member: Part) -> bool:
        if isinstance(member.value, bool):
            return True
        if self._merger.target_pointer(member) != member.pointer:
            return False
        flat = self._merger.flatten(member)
        shown = (flat.properties, flat.enum, flat.items, flat.prefix, flat.unions, flat.additional, flat.checks)
        return not any(shown) and not (flat.types or frozenset()) - {"object"}

    def distributed(self, flat: Flat, union: Union, part: Part) -> dict[str, Any]:
        """A union beside other keywords: each member merged with them."""
        flat.unions.remove(union)
        listed = listed_values(union)
        if listed is not None:
            flat.narrow_enum(listed)
            return self._rewriter.emit(flat, described(part, union))
        if len(union.members) > _MOST_VARIANTS:
            message = (
                f"a union of {len(union.members)} members beside other keywords: only those keywords are generated"
            )
            self._rewriter.report("canonical-union", message, part.pointer)
            flat.hidden.append(union.as_part())
            return self._rewriter.emit(flat, part)
        if flat.combinations * len(union.members) > _MOST_COMBINATIONS:
            self._report_combinations(union, flat.combinations * len(union.members))
            flat.hidden.append(union.as_part())
            return self._rewriter.emit(flat, part)
        flat.combinations *= len(union.members)
        members, forms = self._variants(flat, union, part)
        if not forms:
            message = f"no member of {union.keyword} fits the keywords beside it: only those are generated"
            self._rewriter.report("schema-satisfiable", message, part.pointer)
            return self._rewriter.emit(flat, part)
        if is_named(part.pointer) and len(unique_forms(forms)) > 1 and not any(_is_open(form) for form in forms):
            build = functools.partial(self._class, union, members, forms, part, nullable=False)
            return self._rewriter.components.define(part.pointer, build)
        discriminator = self._discriminator(union, members, forms, part)
        return union_form(union.keyword, forms, discriminator, nullable=False)

    def _report_combinations(self, union: Union, count: int) -> None:
        """Once for each union, though it is met in every combination of the others."""
        if union.pointer not in self._reported:
            self._reported.add(union.pointer)
            message = (
                f"with this union, the unions of one schema have {count} combinations: it is checked, but not "
                "generated; combine fewer of them"
            )
            self._rewriter.report("canonical-union", message, union.pointer)

    def _variants(self, flat: Flat, union: Union, part: Part) -> tuple[list[Part], list[dict[str, Any]]]:
        members, forms = [], []
        words = variant_words([member.value for member in union.members])
        for member, word in zip(union.members, words, strict=True):
            variant = flat.copy()
            unevaluated = variant.put_off_unevaluated()
            self._merger.absorb(variant, member, (), part)
            if unevaluated is not None:
                variant.take_unevaluated(unevaluated)
            if variant.contradictions and not flat.contradictions:
                continue  # a member that no value of the base fits
            if union.keyword == "anyOf" and variant.unevaluated is not None and union.discriminator is None:
                variant.hidden.append(union.as_part())  # several may fit, and each evaluates what it declares
            members.append(member)
            if variant.says_the_same_as(self._merger.flatten(member)):
                forms.append(self._rewriter.use(member))  # what stands beside the union adds nothing to it
            else:
                forms.append(self._rewriter.emit(variant, self._variant(member, word, part)))
        return members, forms

    def _variant(self, member: Part, word: str, part: Part) -> Part:
        """The merged member as a part of its own, named after what holds the union and what tells the member apart."""
        key = part.pointer + JOIN + member.pointer
        self._rewriter.components.claim_within(key, part.pointer, word)
        return Part(dict(member.value) if isinstance(member.value, dict) else {}, key)

    # -- families --------------------------------------------------------------------------------------------------

    def family(self, target: Part, subtypes: Mapping[str, str]) -> dict[str, Any]:
        """A schema with a discriminator that others inherit from (OpenAPI 3.1.1, section 4.8.25.4): any of them."""
        key = target.pointer + KIND + "any"
        names = tuple("Any" + name for name in self._naming.candidates(target.pointer))
        self._rewriter.components.claim(key, names)
        return self._rewriter.components.refer(key, lambda: self._family(target, subtypes))

    def _family(self, target: Part, subtypes: Mapping[str, str]) -> dict[str, Any]:
        """The subtypes by discriminator, then the schema itself for values of a kind that nobody knows yet."""
        parent = self._rewriter.emit(self._merger.flatten(target), target)
        mapping = {}
        forms = []
        for tag, pointer in subtypes.items():
            heir = self._merger.part(pointer)
            form = self._rewriter.emit(self._merger.flatten(heir), heir)
            forms.append(form)
            if "$ref" in form:
                mapping[tag] = form["$ref"]
        tagging = Tagging(self._merger.inheritance.property_name(target.pointer), mapping)
        family = union_form("oneOf", unique_forms(forms), tagging, nullable=False)
        message = (
            "the schema stands for all that inherit from it: generated as their union, and itself for unknown ones"
        )
        self._rewriter.report("canonical-inheritance", message, target.pointer, Level.INFO)
        return self._rewriter.noted(
            {"anyOf": [member for member in (family, parent) if member != NULL]}, class_notes(target), target
        )


def _is_open(form: dict[str, Any]) -> bool:
    """Whether a form takes any value, or null, so that its union is not one of classes."""
    return form in ({}, NULL) or any(member == NULL for member in form.get("anyOf", ()))
