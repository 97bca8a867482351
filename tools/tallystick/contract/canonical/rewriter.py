"""Schemas into the forms that engines handle faithfully (the guarantees are in :mod:`tallystick.contract.canonical`).

``use`` gives the form of a schema where it is used; whatever becomes a class goes to the components, once, and is
referred to. Names are decided at the end, when all claims are known; until then a reference holds a ``Key``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from tallystick.contract.canonical.classes import ClassForms
from tallystick.contract.canonical.components import Components, Key
from tallystick.contract.canonical.flat import JOIN, UNTYPED, Flat, Part, is_json_equal, split
from tallystick.contract.canonical.merging import Merger
from tallystick.contract.canonical.naming import Naming
from tallystick.contract.canonical.unions import members_of, union_form
from tallystick.contract.canonical.variant_words import class_word
from tallystick.contract.canonical.variants import UnionForms
from tallystick.contract.model import Contract, Schema
from tallystick.document import field_of, join
from tallystick.findings import Level

__all__ = ["SchemaRewriter"]

_ORDER: Final = ("string", "integer", "number", "boolean", "array", "object")
_BY_TYPE: Final[Mapping[str, tuple[str, ...]]] = {
    "string": ("minLength", "maxLength", "pattern", "format", "contentMediaType", "contentEncoding"),
    "integer": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "format"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "format"),
    "boolean": (),
    "array": ("minItems", "maxItems", "uniqueItems"),
}
_KEPT_NOTES: Final = ("description", "default", "deprecated", "readOnly", "writeOnly", "examples", "externalDocs")
_SPOKEN_OF: Final[Mapping[str, frozenset[str]]] = {
    "object": frozenset(("minProperties", "maxProperties")),
    "array": frozenset(("minItems", "maxItems", "uniqueItems")),
    "string": frozenset(("minLength", "maxLength", "pattern", "contentMediaType", "contentEncoding")),
    "number": frozenset(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")),
}


class SchemaRewriter:
    """Rewrites the schemas of one contract; ``components`` and the findings of ``merger`` fill while it runs."""

    def __init__(self, contract: Contract, naming: Naming) -> None:
        self.merger = Merger(contract)
        self.components = Components(naming)
        self.report = self.merger.report
        self.origins: dict[int, str] = {}
        self.classes = ClassForms(self)
        self.unions = UnionForms(self, naming)
        self.recurring: set[str] = set()
        """Pointers of schemas that contain themselves, other than through the properties of a class."""
        self._inlining: list[str] = []
        self._forms: dict[str, dict[str, Any]] = {}

    def use_schema(self, schema: Schema) -> dict[str, Any]:
        """The form of a schema of the contract where it is used."""
        form = self.use(Part(schema.value, schema.location.pointer))
        self.components.build_pending()
        return form

    def use_component(self, name: str, schema: Schema) -> None:
        """Makes sure that a component schema that becomes a class is among the components."""
        self.target(Part(schema.value, join("/components/schemas", name)))
        self.components.build_pending()

    def use(self, part: Part) -> dict[str, Any]:
        """The form of a schema at one place of use."""
        value = part.value
        if value is True:
            return {}
        if value is False:
            self.report(
                "canonical-never", "nothing fits the schema `false`: it is generated as any value", part.pointer
            )
            return {"if": {}, "then": {"allOf": [{"not": {}}]}}
        core, notes = split(value)
        if not core:
            return self.noted({}, notes, part)
        return self.noted(self._form(core, part), notes, part)

    def _form(self, core: dict[str, Any], part: Part) -> dict[str, Any]:
        if set(core) == {"$ref"}:
            return self._reference(part)
        if set(core) == {"allOf"} and len(core["allOf"]) == 1:
            return self.use(part.child("allOf", 0))
        for keyword in ("anyOf", "oneOf"):
            if keyword in core and set(core) <= {keyword, "discriminator"}:
                return self.unions.plain(members_of(part, keyword), part)
        return self.emit(self.merger.flatten(part), part)

    def noted(self, form: dict[str, Any], notes: Mapping[str, Any], part: Part) -> dict[str, Any]:
        """The form with the annotations of its place of use."""
        kept = {key: notes[key] for key in _KEPT_NOTES if key in notes}
        kept.update({key: child for key, child in notes.items() if key.startswith("x-") and key != "x-tally-ignore"})
        if isinstance(kept.get("default"), list | dict):
            kept["x-tally-default"] = kept.pop("default")
        if not isinstance(kept.get("examples", []), list):
            del kept["examples"]
        result = {**form, **kept}
        self.origins[id(result)] = part.pointer
        return result

    def _reference(self, part: Part) -> dict[str, Any]:
        target = self.merger.target_of(part)
        if target is None:
            return {}
        form = self.target(target)
        return {key: form[key] for key in ("$ref", UNTYPED) if key in form} if "$ref" in form else dict(form)

    def target(self, target: Part) -> dict[str, Any]:
        """The form of a schema that others refer to."""
        if target.pointer in self._inlining:
            self.recurring.add(target.pointer)
            return self.components.refer(target.pointer, lambda: self._recursive(target))
        subtypes = self.merger.inheritance.subtypes(target.pointer)
        if subtypes:
            return self.unions.family(target, subtypes)
        if target.pointer not in self._forms:
            self._forms[target.pointer] = self._inlined(target)
        return self._forms[target.pointer]

    def _inlined(self, target: Part) -> dict[str, Any]:
        """The form of a schema in place of references to it; a reference after all if it contains itself."""
        form = self._used(target)
        if "$ref" not in form and target.pointer in self.recurring:
            return self.components.refer(target.pointer, lambda: form)
        return form

    def _used(self, target: Part) -> dict[str, Any]:
        self._inlining.append(target.pointer)
        try:
            return self.use(target)
        finally:
            self._inlining.pop()

    def _recursive(self, target: Part) -> dict[str, Any]:
        """A list or union that contains itself has to be a component of its own."""
        form = self._used(target)
        if form.get("$ref") == Key(target.pointer):
            self.report(
                "ref-cycle-usable", "the schema is nothing but itself: no value can exist", target.pointer, Level.ERROR
            )
            return {}
        return form

    def emit(self, flat: Flat, part: Part) -> dict[str, Any]:
        """The form of merged keywords."""
        for contradiction in flat.contradictions:
            self.report("schema-satisfiable", f"{contradiction}: no value fits; the first is generated", part.pointer)
        if flat.enum is not None:
            self._hide_unions(flat)
            return self.classes.enum_form(flat, part)
        types = flat.types if flat.types is not None else self._inferred(flat, part)
        distributable = next((union for union in flat.unions if not self.unions.only_constrains(union)), None)
        if distributable is not None:
            return self.unions.distributed(flat, distributable, part)
        self._hide_unions(flat)
        if not types:
            return self.with_hidden({}, flat)
        if types == {"null"}:
            return {"type": "null"}
        names = [name for name in _ORDER if name in types and not (name == "integer" and "number" in types)]
        forms = [self._of_type(name, flat, part) for name in names]
        form = union_form("anyOf", forms, nullable="null" in types)
        return form if flat.types is not None else {**form, UNTYPED: True}

    @staticmethod
    def _hide_unions(flat: Flat) -> None:
        flat.hidden += [union.as_part() for union in flat.unions]
        flat.unions.clear()

    def _inferred(self, flat: Flat, part: Part) -> frozenset[str]:
        """The type that other keywords speak of, where ``type`` is missing."""
        found = _spoken_of(flat)
        if found is None or (flat.unions and not flat.properties):
            return frozenset()
        message = f"the schema says no `type`: it is generated as {found}; add `type: {found}`"
        self.report("canonical-type-inferred", message, part.pointer, Level.INFO)
        return frozenset((found,))

    def _of_type(self, name: str, flat: Flat, part: Part) -> dict[str, Any]:
        if name == "object":
            return self.classes.object_form(flat, part)
        checks = {key: flat.checks[key] for key in _BY_TYPE[name] if key in flat.checks}
        form: dict[str, Any] = {"type": name, **checks}
        if name == "array":
            form["items"] = self._items(flat, part)
        return self.with_hidden(form, flat)

    def _items(self, flat: Flat, part: Part) -> dict[str, Any]:
        if flat.prefix:
            rest = [item for item in flat.items if item.value is not False]
            if not flat.items and flat.checks.get("maxItems", len(flat.prefix) + 1) > len(flat.prefix):
                return {}  # further items may be anything
            forms = [self.use(item) for item in (*flat.prefix, *rest)]
            return union_form("anyOf", forms, nullable=False)
        if not flat.items:
            return {}
        return self.merged(flat.items, part, "item")

    def with_hidden(self, form: dict[str, Any], flat: Flat, *more: dict[str, Any]) -> dict[str, Any]:
        """Parts that no engine understands, where validators still see them and engines pass them by."""
        hidden = [rewritten for item in flat.hidden if (rewritten := self.raw(item)) not in ({}, True)]
        hidden += more
        return {**form, "if": {}, "then": {"allOf": hidden}} if hidden else form

    def raw(self, part: Part) -> Any:
        """A schema as it is, but for its references, which lead to canonical components."""
        value = part.value
        if not isinstance(value, dict):
            return value
        if isinstance(value.get("$ref"), str):
            form = {key: child for key, child in self._reference(part).items() if key != UNTYPED}
            others = {key: child for key, child in value.items() if key != "$ref"}
            return {"allOf": [form, self.raw(Part(others, part.pointer))]} if split(others)[0] else form
        new = {key: child for key, child in split(value)[0].items() if key != "discriminator"}
        for key in new:
            new[key] = self._raw_field(key, part)
        return new

    def _raw_field(self, key: str, part: Part) -> Any:
        child, spec = part.value[key], field_of("schema", key)
        if spec is None or spec.kind != "schema":
            return child
        if isinstance(child, dict) and spec.shape == "map":
            return {name: self.raw(part.child(key, name)) for name in child}
        if isinstance(child, list) and spec.shape == "list":
            return [self.raw(part.child(key, index)) for index in range(len(child))]
        return self.raw(part.child(key))

    def merged(self, parts: Sequence[Part], context: Part, name: str) -> dict[str, Any]:
        """The form of one property (or of the items) that several members of an ``allOf`` declare.

        If it becomes a class, that is named after the context and ``name``.
        """
        if len(parts) == 1:
            return self.use(parts[0])
        distinct: list[Part] = []
        for part in parts:
            if part.value is not True and not any(is_json_equal(part.value, other.value) for other in distinct):
                distinct.append(part)
        asserting = [part for part in distinct if part.value is False or split(part.value)[0]]
        if len(asserting) <= 1:
            chosen = (asserting or distinct or [Part({}, context.pointer)])[0]
            form = self.use(chosen)
            return self.noted(form, split(distinct[-1].value)[1], chosen) if len(distinct) > 1 else form
        flat = Flat()
        for part in asserting:
            self.merger.absorb(flat, part, (), context)
        key = JOIN.join(part.pointer for part in asserting)
        merged = Part(asserting[-1].value, key)
        self.components.claim_within(key, context.pointer, class_word(name))
        return self.noted(self.emit(flat, merged), _all_notes(distinct), asserting[-1])


def _spoken_of(flat: Flat) -> str | None:
    """The type to which the keywords of a schema belong."""
    if flat.properties or flat.required or flat.additional is not None:
        return "object"
    if flat.items or flat.prefix:
        return "array"
    return next((name for name, keywords in _SPOKEN_OF.items() if flat.checks.keys() & keywords), None)


def _all_notes(parts: Iterable[Part]) -> dict[str, Any]:
    notes: dict[str, Any] = {}
    for part in parts:
        if isinstance(part.value, dict):
            notes.update(split(part.value)[1])
    return notes
