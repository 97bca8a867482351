"""Schemas into the forms that engines handle faithfully (the guarantees are in :mod:`tallystick.contract.canonical`).

``use`` gives the form of a schema where it is used; whatever becomes a class goes to the components, once, and is
referred to. Names are decided at the end, when all claims are known; until then a reference holds a :class:`Key`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from tallystick.contract.canonical.enums import enum_forms
from tallystick.contract.canonical.flat import JOIN, KIND, Flat, Part, Union, is_json_equal, source_pointer, split
from tallystick.contract.canonical.inheritance import Inheritance
from tallystick.contract.canonical.naming import Naming, constant_of
from tallystick.contract.canonical.unions import Discriminators, members_of, union_form, unique_forms
from tallystick.contract.model import Contract, Schema
from tallystick.document import children, fragment_tokens, join
from tallystick.findings import Finding, Level

__all__ = ["Key", "SchemaRewriter"]

_COMPONENT: Final = "/components/schemas/"
_ANY_OBJECT: Final = KIND + "any-object"
_MOST_VARIANTS: Final = 64
_ORDER: Final = ("string", "integer", "number", "boolean", "array", "object")
_BY_TYPE: Final[Mapping[str, tuple[str, ...]]] = {
    "string": ("minLength", "maxLength", "pattern", "format", "contentMediaType", "contentEncoding"),
    "integer": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "format"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "format"),
    "boolean": (), "null": (), "array": ("minItems", "maxItems", "uniqueItems"), "object": ("minProperties", "maxProperties"),
}  # fmt: skip
_KEPT_NOTES: Final = ("description", "default", "deprecated", "readOnly", "writeOnly", "examples", "externalDocs")


class Key(str):
    """A component before it has its name."""

    __slots__ = ()


class SchemaRewriter:
    """Rewrites the schemas of one contract. ``findings`` and ``components`` fill while it runs."""

    def __init__(self, contract: Contract, naming: Naming) -> None:
        self._contract = contract
        self._naming = naming
        self._inheritance = Inheritance(contract)
        self._inlining: list[str] = []
        self._pending: deque[tuple[Key, Callable[[], dict[str, Any]]]] = deque()
        self.components: dict[Key, dict[str, Any]] = {}
        self.candidates: dict[Key, tuple[str, ...]] = {}
        self.own: set[Key] = set()
        self._claimed: dict[Key, tuple[str, ...]] = {}
        self.findings: list[Finding] = []
        self.origins: dict[int, str] = {}
        self.discriminators = Discriminators(self._report)

    def use_schema(self, schema: Schema) -> dict[str, Any]:
        """The form of a schema of the contract where it is used."""
        result = self.use(Part(schema.value, schema.location.pointer))
        self._drain()
        return result

    def use_component(self, name: str, schema: Schema) -> None:
        """Makes sure that a component schema that becomes a class is among the components."""
        self._target(Part(schema.value, join("/components/schemas", name)))
        self._drain()

    def _drain(self) -> None:
        while self._pending:
            key, build = self._pending.popleft()
            self.components[key] = build()

    # -- where a schema is used ------------------------------------------------------------------------------------

    def use(self, part: Part) -> dict[str, Any]:
        """The form of a schema at one place of use."""
        value = part.value
        if value is True:
            return {}
        if value is False:
            self._report(
                "canonical-never", "nothing fits the schema `false`: it is generated as any value", part.pointer
            )
            return {"not": {}}
        core, notes = split(value)
        if not core:
            return self._noted({}, notes, part)
        return self._noted(self._form(core, part), notes, part)

    def _form(self, core: dict[str, Any], part: Part) -> dict[str, Any]:
        if set(core) == {"$ref"}:
            return self._reference(part)
        if set(core) == {"allOf"} and len(core["allOf"]) == 1:
            return self.use(part.child("allOf", 0))
        for keyword in ("anyOf", "oneOf"):
            if keyword in core and set(core) <= {keyword, "discriminator"}:
                return self._union(members_of(part, keyword), part)
        return self._emit(self.flatten(part), part)

    def _noted(self, form: dict[str, Any], notes: Mapping[str, Any], part: Part) -> dict[str, Any]:
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
        target = self.target_of(part)
        if target is None:
            return {}
        form = self._target(target)
        return {"$ref": form["$ref"]} if "$ref" in form else dict(form)

    def target_of(self, part: Part) -> Part | None:
        """The schema at the end of a chain of plain references; None where it is broken."""
        seen: set[str] = set()
        while isinstance(part.value, dict) and isinstance(ref := part.value.get("$ref"), str):
            if seen and len(split(part.value)[0]) > 1:
                break
            if ref in seen:
                self._report(
                    "ref-cycle-usable",
                    "the reference leads back to itself: no value can exist",
                    part.pointer,
                    Level.ERROR,
                )
                return None
            seen.add(ref)
            try:
                found = self._contract.at(ref)
            except (KeyError, ValueError):
                return None  # reported as a dangling reference when the description was bundled
            if not isinstance(found.value, dict | bool):
                self._report(
                    "ref-unresolved",
                    f"the reference {ref!r} leads to something that is no schema",
                    part.pointer,
                    Level.ERROR,
                )
                return None
            part = Part(found.value, join("", *fragment_tokens(ref)))
        return part

    def _target(self, target: Part) -> dict[str, Any]:
        """The form of a schema that others refer to."""
        if target.pointer in self._inlining:
            return self._component(target.pointer, target, lambda: self._recursive(target))
        subtypes = self._inheritance.subtypes(target.pointer)
        if subtypes:
            return self._polymorphic(target, subtypes)
        self._inlining.append(target.pointer)
        try:
            return self.use(target)
        finally:
            self._inlining.pop()

    def _recursive(self, target: Part) -> dict[str, Any]:
        """A list or union that contains itself has to be a component of its own."""
        self._inlining.append(target.pointer)
        try:
            form = self.use(target)
        finally:
            self._inlining.pop()
        if form.get("$ref") == Key(target.pointer):
            self._report(
                "ref-cycle-usable", "the schema is nothing but itself: no value can exist", target.pointer, Level.ERROR
            )
            return {}
        return form

    # -- merged schemas --------------------------------------------------------------------------------------------

    def flatten(self, part: Part) -> Flat:
        """The schema with its references and ``allOf`` merged in."""
        flat = Flat()
        self.absorb(flat, part, (), part)
        return flat

    def absorb(self, flat: Flat, part: Part, path: tuple[str, ...], top: Part) -> None:
        """Adds a schema and what it includes to an accumulator. ``path`` holds the pointers being absorbed."""
        if part.pointer in path:
            self._report("ref-cycle-usable", "allOf leads back to itself: no value can exist", top.pointer, Level.ERROR)
            return
        path = (*path, part.pointer)
        value = part.value
        if isinstance(value, dict):
            if "$ref" in value:
                target = self.target_of(Part({"$ref": value["$ref"]}, part.pointer))
                if target is not None:
                    self.absorb(flat, self._inheritance.without_own_union(target, path), path, top)
            for index in range(len(value.get("allOf", ()))):
                self.absorb(flat, part.child("allOf", index), path, top)
        flat.take(part)

    def _emit(self, flat: Flat, part: Part) -> dict[str, Any]:
        """The form of merged keywords."""
        for contradiction in flat.contradictions:
            self._report("schema-satisfiable", f"{contradiction}: no value fits; the first is generated", part.pointer)
        if flat.enum is not None:
            return self._enum(flat, part)
        types = flat.types if flat.types is not None else self._inferred(flat, part)
        distributable = next((union for union in flat.unions if not self._only_constrains(union)), None)
        if distributable is not None:
            return self._distributed(flat, distributable, part)
        flat.hidden += [Part({union.keyword: [m.value for m in union.members]}, union.pointer) for union in flat.unions]
        flat.unions.clear()
        if not types:
            return self._with_hidden({}, flat)
        if types == {"null"}:
            return {"type": "null"}
        names = [name for name in _ORDER if name in types and not (name == "integer" and "number" in types)]
        forms = [self._of_type(name, flat, part) for name in names]
        return union_form("anyOf", forms, nullable="null" in types)

    def _inferred(self, flat: Flat, part: Part) -> frozenset[str]:
        """The type that other keywords speak of, where ``type`` is missing."""
        found = None
        if flat.properties or flat.required or flat.additional is not None or "minProperties" in flat.checks:
            found = "object"
        elif flat.items or flat.prefix or flat.checks.keys() & {"minItems", "maxItems", "uniqueItems"}:
            found = "array"
        elif flat.checks.keys() & {"minLength", "maxLength", "pattern", "contentMediaType", "contentEncoding"}:
            found = "string"
        elif flat.checks.keys() & {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}:
            found = "number"
        if found is None or (flat.unions and not flat.properties):
            return frozenset()
        message = f"the schema says no `type`: it is generated as {found}; add `type: {found}`"
        self._report("canonical-type-inferred", message, part.pointer, Level.INFO)
        return frozenset((found,))

    def _of_type(self, name: str, flat: Flat, part: Part) -> dict[str, Any]:
        if name == "object":
            return self._object(flat, part)
        checks = {key: flat.checks[key] for key in _BY_TYPE[name] if key in flat.checks}
        form: dict[str, Any] = {"type": name, **checks}
        if name == "array":
            form["items"] = self._items(flat, part)
        return self._with_hidden(form, flat)

    def _items(self, flat: Flat, part: Part) -> dict[str, Any]:
        if flat.prefix:
            rest = [item for item in flat.items if item.value is not False]
            forms = [self.use(item) for item in (*flat.prefix, *rest)]
            return union_form("anyOf", forms, nullable=False)
        if not flat.items:
            return {}
        return self._merged(flat.items, part)

    def _with_hidden(self, form: dict[str, Any], flat: Flat) -> dict[str, Any]:
        """Parts that no engine understands, where validators still see them and engines pass them by."""
        hidden = [rewritten for item in flat.hidden if (rewritten := self.raw(item)) not in ({}, True)]
        return {**form, "if": {}, "then": {"allOf": hidden}} if hidden else form

    def raw(self, part: Part) -> Any:
        """A schema as it is, but for its references, which lead to canonical components."""
        value = part.value
        if not isinstance(value, dict):
            return value
        if isinstance(value.get("$ref"), str):
            form = self._reference(part)
            others = {key: child for key, child in value.items() if key != "$ref"}
            return {"allOf": [form, self.raw(Part(others, part.pointer))]} if split(others)[0] else form
        new = {key: child for key, child in split(value)[0].items() if key != "discriminator"}
        for tokens, _, child in children("schema", value):
            if isinstance(child, dict) and tokens[0] in new:
                rewritten = self.raw(part.child(*tokens))
                if len(tokens) == 1:
                    new[tokens[0]] = rewritten
                else:
                    holder = new[tokens[0]]
                    holder = list(holder) if isinstance(holder, list) else dict(holder)
                    holder[tokens[1]] = rewritten
                    new[tokens[0]] = holder
        return new

    def _merged(self, parts: Iterable[Part], context: Part) -> dict[str, Any]:
        """The form of one property (or of the items) that several members of an ``allOf`` declare."""
        distinct: list[Part] = []
        for part in parts:
            if part.value is not True and not any(_same(part.value, other.value) for other in distinct):
                distinct.append(part)
        asserting = [part for part in distinct if part.value is False or split(part.value)[0]]
        if len(asserting) <= 1:
            chosen = (asserting or distinct or [Part(True, context.pointer)])[0]
            form = self.use(chosen)
            return self._noted(form, split(distinct[-1].value)[1], chosen) if len(distinct) > 1 else form
        flat = Flat()
        for part in asserting:
            self.absorb(flat, part, (), context)
        key = JOIN.join(part.pointer for part in asserting)
        merged = Part(asserting[-1].value, key)
        return self._noted(self._emit(flat, merged), _all_notes(distinct), asserting[-1])

    # -- classes ---------------------------------------------------------------------------------------------------

    def _component(
        self, key: str, part: Part, build: Callable[[], dict[str, Any]], suffix: str = "", names: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        """A reference to the component of that key, which is built later if it is new."""
        identity = Key(key)
        if identity not in self.candidates:
            pointer = source_pointer(key) or part.pointer
            self.candidates[identity] = names or self._claimed.get(identity) or self._naming.candidates(pointer, suffix)
            if key.startswith(_COMPONENT) and "/" not in key[len(_COMPONENT) :]:
                self.own.add(identity)
            self._pending.append((identity, build))
        return {"$ref": identity}

    def _object(self, flat: Flat, part: Part) -> dict[str, Any]:
        if not (flat.properties or flat.required or flat.hidden or flat.checks) and (
            flat.additional is None or flat.additional.value in (True, {})
        ):
            if not (part.pointer.startswith(_COMPONENT) and "/" not in part.pointer[len(_COMPONENT) :]):
                return self._component(
                    _ANY_OBJECT, part, lambda: {"type": "object"}, names=("AnyObject", "AnyJsonObject")
                )
        return self._component(part.pointer, part, lambda: self._class(flat, part))

    def _class(self, flat: Flat, part: Part) -> dict[str, Any]:
        self._check_closed(flat, part)
        properties: dict[str, Any] = {}
        forbidden = {}
        for name, parts in flat.properties.items():
            if any(item.value is False for item in parts):
                forbidden[name] = False
            else:
                properties[name] = self._merged(parts, part)
        required = list(dict.fromkeys(flat.required))
        for name in required:
            if name not in properties and name not in forbidden:
                properties[name] = self._undeclared(name, flat, part)
        if forbidden:
            flat.hidden.append(Part({"properties": forbidden}, part.pointer))
        form: dict[str, Any] = {"type": "object"}
        if properties:
            form["properties"] = properties
        if required := [name for name in properties if name in required]:
            form["required"] = required
        form.update({key: flat.checks[key] for key in _BY_TYPE["object"] if key in flat.checks})
        if flat.additional is not None and flat.additional.value is not True:
            additional = flat.additional
            form["additionalProperties"] = False if additional.value is False else self.use(additional)
        return self._noted(self._with_hidden(form, flat), self._class_notes(part), part)

    def _class_notes(self, part: Part) -> dict[str, Any]:
        """The annotations of a class: its own, else those of the inline members of its ``allOf``."""
        value = part.value if isinstance(part.value, dict) else {}
        notes = split(value)[1]
        for member in value.get("allOf", ()):
            if isinstance(member, dict) and "$ref" not in member:
                notes = {**split(member)[1], **notes}
        notes.pop("default", None)
        return {key: child for key, child in notes.items() if key not in ("readOnly", "writeOnly")}

    def _undeclared(self, name: str, flat: Flat, part: Part) -> dict[str, Any]:
        """A property that is required but declared nowhere."""
        if flat.additional is not None and flat.additional.value is False:
            message = f"{name!r} is required, but `additionalProperties: false` forbids it: declare it or drop it from `required`"
            self._report("schema-satisfiable", message, part.pointer, Level.ERROR)
            return {}
        return self.use(flat.additional) if flat.additional is not None else {}

    def _check_closed(self, flat: Flat, part: Part) -> None:
        if flat.additional is None or flat.additional.value is not False:
            return
        strangers = [name for name in flat.properties if name not in flat.additional_knows]
        if strangers:
            message = (
                f"a member of allOf closes the object (`additionalProperties: false`), which by the letter forbids"
                f" {', '.join(sorted(strangers)[:5])} of the other members: the merged object is generated; use `unevaluatedProperties`"
            )
            self._report("canonical-closed-allof", message, part.pointer)

    def _enum(self, flat: Flat, part: Part) -> dict[str, Any]:
        forms = enum_forms(flat.enum or (), flat.types)
        if forms.misfits:
            listed = ", ".join(map(repr, forms.misfits[:5]))
            message = f"values that do not fit `type` can never occur: {listed}; correct the type or the values"
            self._report("enum-type", message, part.pointer, Level.WARNING)
        single = sum(map(len, forms.groups.values())) + len(forms.booleans) + len(forms.others) == 1
        made: list[dict[str, Any]] = []
        for kind, members in forms.groups.items():
            if single and (
                flat.is_const or not part.pointer.startswith(_COMPONENT) or "/" in part.pointer[len(_COMPONENT) :]
            ):
                made.append({"type": kind, "const": members[0]})
            else:
                made.append(self._enum_class(kind, members, part, alone=len(forms.groups) == 1))
        if forms.booleans:
            made.append(
                {"type": "boolean", "const": forms.booleans[0]} if len(forms.booleans) == 1 else {"type": "boolean"}
            )
        if forms.others:
            kinds = {type(value) for value in forms.others}
            made.append(
                {
                    **({"type": "number"} if kinds == {float} else {}),
                    "if": {},
                    "then": {"allOf": [{"enum": forms.others}]},
                }
            )
        if not made and not forms.nullable:
            self._report("schema-satisfiable", "`enum` has no value that fits: it is passed over", part.pointer)
            flat.enum = None
            return self._emit(flat, part)
        rest = {
            key: flat.checks[key] for key in flat.checks if key not in ("format", "contentMediaType", "contentEncoding")
        }
        if rest or flat.hidden or flat.unions:
            made = [self._guarded(form, flat, rest) for form in made]
        return union_form("anyOf", made, nullable=forms.nullable) if made else {"type": "null"}

    def _guarded(self, form: dict[str, Any], flat: Flat, checks: dict[str, Any]) -> dict[str, Any]:
        """An enum with further assertions: they stay beside it for validators."""
        extra = Flat(hidden=[*([Part(checks, "")] if checks else []), *flat.hidden])
        extra.hidden += [
            Part({union.keyword: [m.value for m in union.members]}, union.pointer) for union in flat.unions
        ]
        if "$ref" in form or "if" in form:
            inner = extra.hidden
            return (
                {"anyOf": [form], "if": {}, "then": {"allOf": [self.raw(item) for item in inner]}}
                if "if" in form
                else form
            )
        return self._with_hidden(form, extra)

    def _enum_class(self, kind: str, members: list[Any], part: Part, *, alone: bool) -> dict[str, Any]:
        suffix = "" if alone else {"string": "Text", "integer": "Number"}[kind]
        key = part.pointer if alone else part.pointer + KIND + kind
        form = {"type": kind, "enum": members}
        return self._component(key, part, lambda: self._noted(form, self._class_notes(part), part), suffix)

    # -- unions ----------------------------------------------------------------------------------------------------

    def _union(self, union: Union, part: Part) -> dict[str, Any]:
        """A union without a base. One that the description names is a component."""
        is_own = part.pointer.startswith(_COMPONENT) and "/" not in part.pointer[len(_COMPONENT) :]
        members = [member for member in union.members if not self._is_null(member)]
        nullable = len(members) < len(union.members)
        if not members:
            return {"type": "null"}
        if not is_own or len(members) == 1:
            return union_form(union.keyword, *self._members(union, members, part), nullable=nullable)
        probe = [self.use(member) for member in members]
        if len(unique_forms(probe)) == 1:
            return union_form(union.keyword, probe[:1], nullable=nullable)
        reference = self._component(part.pointer, part, lambda: self._union_class(union, members, part))
        return union_form("anyOf", [reference], nullable=nullable)

    def _union_class(self, union: Union, members: list[Part], part: Part) -> dict[str, Any]:
        form = union_form(union.keyword, *self._members(union, members, part), nullable=False)
        return self._noted(form, self._class_notes(part), part)

    def _members(
        self, union: Union, members: list[Part], part: Part
    ) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
        forms = unique_forms([self.use(member) for member in members])
        named = [(member, target.pointer if (target := self.target_of(member)) else "") for member in members]
        return forms, self.discriminators.of(union, named, [self.use(member) for member in members], part.pointer)

    def _is_null(self, member: Part) -> bool:
        target = self.target_of(member)
        return (
            target is not None
            and isinstance(target.value, dict)
            and (
                target.value.get("type") == "null"
                or constant_of(target.value) is None
                and target.value.get("enum") == [None]
            )
        )

    def _only_constrains(self, union: Union) -> bool:
        """Whether the members say nothing that a class could show: lists of required names, negations, …"""
        return all(self._is_constraint(member) for member in union.members)

    def _is_constraint(self, member: Part) -> bool:
        if isinstance(member.value, bool):
            return True
        target = self.target_of(member)
        if target is None or target.pointer != member.pointer or isinstance(target.value, bool):
            return False
        flat = self.flatten(member)
        return not (
            flat.properties or flat.enum or flat.items or flat.prefix or flat.unions or flat.additional
            or (flat.types or frozenset()) - {"object"} or flat.checks
        )  # fmt: skip

    def _distributed(self, flat: Flat, union: Union, part: Part) -> dict[str, Any]:
        """A union beside other keywords: each member merged with them."""
        flat.unions.remove(union)
        if len(union.members) > _MOST_VARIANTS:
            self._report(
                "canonical-union",
                f"a union of {len(union.members)} beside other keywords: only these are generated",
                part.pointer,
            )
            flat.hidden.append(Part({union.keyword: [m.value for m in union.members]}, union.pointer))
            return self._emit(flat, part)
        forms = []
        named = []
        for index, member in enumerate(union.members):
            variant = flat.copy()
            self.absorb(variant, member, (), part)
            if variant.contradictions and not flat.contradictions:
                continue  # a member that no value of the base fits
            key = part.pointer + JOIN + member.pointer
            forms.append(self._emit(variant, self._variant(key, member, index, union, part)))
            named.append((member, target.pointer if (target := self.target_of(member)) else ""))
        if not forms:
            self._report(
                "schema-satisfiable", f"no member of {union.keyword} fits the keywords beside it", part.pointer
            )
            return self._emit(flat, part)
        discriminator = (
            self.discriminators.of(union, named, forms, part.pointer)
            if len(unique_forms(forms)) == len(forms)
            else None
        )
        return union_form(union.keyword, unique_forms(forms), discriminator, nullable=False)

    def _variant(self, key: str, member: Part, index: int, union: Union, part: Part) -> Part:
        """The merged member as a part of its own; claims its class name: base and member."""
        target = self.target_of(member)
        if target is not None and target.pointer != member.pointer:
            word = self._naming.candidates(target.pointer)[0]
        else:
            word = self._naming.variant(index, [other.value for other in union.members])
        context = source_pointer(part.pointer)
        identity = Key(key)
        if identity not in self.candidates:
            self._claimed[identity] = self._naming.candidates(context, word)
        return Part({**(member.value if isinstance(member.value, dict) else {})}, key)

    def _polymorphic(self, target: Part, subtypes: Mapping[str, str]) -> dict[str, Any]:
        """A schema with a discriminator that others inherit from (OpenAPI 3.1.1, section 4.8.25.4): any of them."""
        key = target.pointer + KIND + "any"
        names = tuple("Any" + name for name in self._naming.candidates(target.pointer))
        return self._component(key, target, lambda: self._any_of_family(target, subtypes), names=names)

    def _any_of_family(self, target: Part, subtypes: Mapping[str, str]) -> dict[str, Any]:
        self._inlining.append(target.pointer)
        parent = self._emit(self.flatten(target), target)
        self._inlining.pop()
        forms: dict[str, dict[str, Any]] = {}
        for tag, pointer in subtypes.items():
            found = self._contract.at("#" + pointer)
            forms[tag] = self._emit(self.flatten(Part(found.value, pointer)), Part(found.value, pointer))
        property_name = self._inheritance.property_name(target.pointer)
        discriminator = {
            "propertyName": property_name,
            "mapping": {tag: form["$ref"] for tag, form in forms.items() if "$ref" in form},
        }
        family = union_form("oneOf", unique_forms(list(forms.values())), discriminator, nullable=False)
        message = "the schema stands for all that inherit from it: it is generated as a union of them, and itself for unknown ones"
        self._report("canonical-inheritance", message, target.pointer, Level.INFO)
        return self._noted({"anyOf": [family, parent]}, self._class_notes(target), target)

    def _report(self, code: str, message: str, pointer: str, level: Level = Level.WARNING) -> None:
        place = self._contract.location.at(source_pointer(pointer)).place
        self.findings.append(Finding(code, level, message, place))


def _same(left: Any, right: Any) -> bool:
    return is_json_equal(left, right)


def _all_notes(parts: Iterable[Part]) -> dict[str, Any]:
    notes: dict[str, Any] = {}
    for part in parts:
        if isinstance(part.value, dict):
            notes.update(split(part.value)[1])
    return notes
