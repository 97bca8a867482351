"""Objects and lists of values as components."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from tallystick.contract.canonical.components import is_named
from tallystick.contract.canonical.enums import EnumForms, enum_forms
from tallystick.contract.canonical.flat import KIND, Flat, Part, json_type, split
from tallystick.contract.canonical.unions import union_form
from tallystick.findings import Level

if TYPE_CHECKING:
    from tallystick.contract.canonical.rewriter import SchemaRewriter

__all__ = ["ClassForms", "class_notes"]

_ANY_OBJECT: Final = KIND + "any-object"
_LABELS: Final = ("format", "contentMediaType", "contentEncoding")


class ClassForms:
    """What becomes a class. Works for one rewriter."""

    def __init__(self, rewriter: SchemaRewriter) -> None:
        self._rewriter = rewriter
        rewriter.components.claim(_ANY_OBJECT, ("AnyObject", "AnyJsonObject"))

    def object_form(self, flat: Flat, part: Part) -> dict[str, Any]:
        """A reference to the class of an object; objects that say nothing share one."""
        components = self._rewriter.components
        says_nothing = not (flat.properties or flat.required or flat.hidden or flat.checks)
        is_open = flat.additional is None or flat.additional.value in (True, {})
        if says_nothing and is_open and not is_named(part.pointer):
            return components.refer(_ANY_OBJECT, lambda: {"type": "object", "additionalProperties": True})
        return components.refer(part.pointer, lambda: self._class(flat, part))

    def _class(self, flat: Flat, part: Part) -> dict[str, Any]:
        self._check_closed(flat, part)
        form: dict[str, Any] = {"type": "object"}
        properties = self._properties(flat, part)
        if properties:
            form["properties"] = properties
        if required := [name for name in properties if name in flat.required]:
            form["required"] = required
        form.update({key: flat.checks[key] for key in ("minProperties", "maxProperties") if key in flat.checks})
        if flat.additional is not None:
            form["additionalProperties"] = self._additional(flat, flat.additional)
        elif not flat.properties or flat.hidden or "minProperties" in form:
            form["additionalProperties"] = True  # what is not declared matters as well
        return self._rewriter.noted(self._rewriter.with_hidden(form, flat), class_notes(part), part)

    def _additional(self, flat: Flat, additional: Part) -> Any:
        if additional.value is not True and flat.leaves_members_open:
            flat.hidden.append(flat.unevaluated or _beside_patterns(flat, additional))
            return True
        return additional.value if isinstance(additional.value, bool) else self._rewriter.use(additional) or True

    def _properties(self, flat: Flat, part: Part) -> dict[str, Any]:
        """Declared properties, then required ones that are declared nowhere. Forbidden ones go to the hidden parts."""
        properties: dict[str, Any] = {}
        forbidden = {}
        for name, parts in flat.properties.items():
            if any(item.value is False for item in parts):
                forbidden[name] = False
            else:
                properties[name] = self._rewriter.merged(parts, part, name)
        if forbidden:
            flat.hidden.append(Part({"properties": forbidden}, part.pointer))
            self._check_forbidden([name for name in flat.required if name in forbidden], flat, part)
        for name in flat.required:
            if name not in properties and name not in forbidden:
                properties[name] = self._undeclared(name, flat, part)
        return properties

    def _check_forbidden(self, names: list[str], flat: Flat, part: Part) -> None:
        if names:
            flat.hidden.append(Part({"required": names}, part.pointer))
            message = f"{', '.join(names)} is required, but its schema is `false`: no value fits"
            self._rewriter.report("schema-satisfiable", message, part.pointer)

    def _undeclared(self, name: str, flat: Flat, part: Part) -> dict[str, Any]:
        if flat.additional is None:
            return {}
        if flat.additional.value is False:
            message = (
                f"{name!r} is required, but `additionalProperties: false` forbids it: declare it, or do not require it"
            )
            self._rewriter.report("schema-satisfiable", message, part.pointer, Level.ERROR)
            return {}
        return self._rewriter.use(flat.additional)

    def _check_closed(self, flat: Flat, part: Part) -> None:
        if flat.additional is None or flat.additional.value in (True, {}):
            return
        strangers = sorted(name for name in flat.properties if name not in flat.additional_knows)
        if strangers:
            message = (
                f"`additionalProperties` in a member of allOf rules, by the letter, {', '.join(strangers[:5])} of the"
                " other members as well: the merged object is generated; write `unevaluatedProperties` instead"
            )
            self._rewriter.report("canonical-closed-allof", message, part.pointer)

    # -- lists of values -------------------------------------------------------------------------------------------

    def enum_form(self, flat: Flat, part: Part) -> dict[str, Any]:
        """A list of values: a constant, or one class per type of value."""
        values = [value for value in flat.enum or () if _satisfies(value, flat.checks)]
        forms = enum_forms(values, flat.types)
        if forms.misfits:
            listed = ", ".join(map(repr, forms.misfits[:5]))
            message = f"values that do not fit `type` can never occur: {listed}; correct the type or the values"
            self._rewriter.report("enum-type", message, part.pointer)
        if forms.booleans and ("integer" in forms.groups or any(isinstance(each, float) for each in forms.others)):
            return self._rewriter.with_hidden({}, flat, {"enum": forms.fitting})  # engines hold 1 and true for the same
        made = [*self._groups(flat, forms, part), *_odd_forms(forms)]
        if not made and not forms.nullable:
            self._rewriter.report(
                "schema-satisfiable", "`enum` has no value that fits: it is passed over", part.pointer
            )
            flat.enum = None
            return self._rewriter.emit(flat, part)
        made = [self._rewriter.with_hidden(form, flat) for form in made]
        return union_form("anyOf", made, nullable=forms.nullable)

    def _groups(self, flat: Flat, forms: EnumForms, part: Part) -> list[dict[str, Any]]:
        size = sum(map(len, forms.groups.values())) + len(forms.booleans) + len(forms.others)
        if size == 1 and (flat.is_const or not is_named(part.pointer)):
            return [{"type": kind, "const": members[0]} for kind, members in forms.groups.items()]
        alone = len(forms.groups) == 1
        return [self._enum_class(kind, members, part, alone=alone) for kind, members in forms.groups.items()]

    def _enum_class(self, kind: str, members: list[Any], part: Part, *, alone: bool) -> dict[str, Any]:
        components = self._rewriter.components
        key = part.pointer
        if not alone:
            key = part.pointer + KIND + kind
            components.claim_within(key, part.pointer, {"string": "Text", "integer": "Number"}[kind])
        form = {"type": kind, "enum": members}
        return components.refer(key, lambda: self._rewriter.noted(form, class_notes(part), part))


def _beside_patterns(flat: Flat, additional: Part) -> Part:
    """What ``additionalProperties`` says of members that neither a name nor a pattern covers."""
    patterns = [pattern for part in flat.hidden for pattern in part.value.get("patternProperties", ())]
    exact = {
        "properties": dict.fromkeys(sorted(flat.additional_knows), True),
        "patternProperties": dict.fromkeys(patterns, True),
        "additionalProperties": additional.value,
    }
    return Part(exact, additional.pointer.rpartition("/")[0])


def class_notes(part: Part) -> dict[str, Any]:
    """The annotations of a class: its own, else those of the inline members of its ``allOf``."""
    value = part.value if isinstance(part.value, dict) else {}
    notes: dict[str, Any] = {}
    for member in reversed(value.get("allOf", ())):
        if isinstance(member, dict) and "$ref" not in member:
            notes.update(split(member)[1])
    notes.update(split(value)[1])
    return {key: child for key, child in notes.items() if key not in ("default", "readOnly", "writeOnly")}


def _odd_forms(forms: EnumForms) -> list[dict[str, Any]]:
    """Booleans, and values that no enum class can hold."""
    made: list[dict[str, Any]] = []
    if forms.booleans:
        made.append(
            {"type": "boolean", "const": forms.booleans[0]} if len(forms.booleans) == 1 else {"type": "boolean"}
        )
    if forms.others:
        kinds = set(map(json_type, forms.others))
        typed = next(({"type": kind} for kind in ("integer", "number") if kinds <= {"integer", kind}), {})
        made.append({**typed, "if": {}, "then": {"allOf": [{"enum": forms.others}]}})
    return made


def _satisfies(value: Any, checks: Mapping[str, Any]) -> bool:
    """Whether a listed value fits the assertions beside the list."""
    return all(_holds(value, key, bound) for key, bound in checks.items() if key not in _LABELS)


def _holds(value: Any, key: str, bound: Any) -> bool:
    if isinstance(value, str):
        if key == "pattern":
            return _matches(bound, value)
        return len(value) >= bound if key == "minLength" else len(value) <= bound if key == "maxLength" else True
    if isinstance(value, int | float) and not isinstance(value, bool):
        compare = {
            "minimum": value >= bound, "maximum": value <= bound, "exclusiveMinimum": value > bound,
            "exclusiveMaximum": value < bound,
        } if isinstance(bound, int | float) else {}  # fmt: skip
        return compare.get(key, True)
    return True


def _matches(pattern: str, text: str) -> bool:
    """A pattern that Python cannot compile is given the benefit of the doubt."""
    try:
        return re.search(pattern, text) is not None
    except re.error:
        return True
