"""The last pass over a canonical document: names in place of keys, discriminators and defaults that hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tallystick.contract.canonical.flat import is_json_equal, json_type, source_pointer
from tallystick.contract.canonical.components import Key
from tallystick.contract.canonical.rewriter import SchemaRewriter
from tallystick.document import Location
from tallystick.findings import Finding, Level

__all__ = ["Finisher"]


class Finisher:
    """Copies written objects with every :class:`Key` replaced. One use per document."""

    def __init__(self, rewriter: SchemaRewriter, names: Mapping[str, str], location: Location) -> None:
        self._components = rewriter.components.forms
        self._names = names
        self._location = location
        self._before = rewriter.origins
        self._tags = self._class_tags(rewriter.components.forms.values())
        self.origins: dict[int, str] = {}
        self.findings: list[Finding] = []

    def finished(self, value: Any) -> Any:
        """The value with names for keys."""
        if isinstance(value, list):
            return [self.finished(item) if isinstance(item, dict | list) else item for item in value]
        if not isinstance(value, dict):
            return value
        origin = self._before.get(id(value))
        if (
            "discriminator" in value
            and isinstance(value["discriminator"], dict)
            and "x-implicit" in value["discriminator"]
        ):
            value = self._discriminated(value, origin)
        if "default" in value and not self._fits(value["default"], value):
            value = self._without_default(value, origin)
        copy = {key: self._entry(key, child) for key, child in value.items()}
        if origin is not None:
            self.origins[id(copy)] = origin
        return copy

    def _entry(self, key: str, child: Any) -> Any:
        if isinstance(child, Key):
            return "#/components/schemas/" + self._names[child]
        return (
            self.finished(child)
            if isinstance(child, dict | list) and key not in ("examples", "x-tally-default")
            else child
        )

    # -- discriminators --------------------------------------------------------------------------------------------

    def _discriminated(self, value: dict[str, Any], origin: str | None) -> dict[str, Any]:
        discriminator = value["discriminator"]
        mapping, reason = self._sound_mapping(discriminator)
        others = {key: child for key, child in value.items() if key != "discriminator"}
        if reason:
            message = (
                f"the discriminator {discriminator['propertyName']!r} is not used to tell the members apart: {reason}"
            )
            self._report("discriminator-sound", message, origin, Level.WARNING)
            return others
        return {**others, "discriminator": {"propertyName": discriminator["propertyName"], "mapping": mapping}}

    def _sound_mapping(self, discriminator: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
        """The mapping with constant values in place of implicit names, or why there is none."""
        name = discriminator["propertyName"]
        mapping: dict[str, Any] = {}
        for tag, key in discriminator["mapping"].items():
            form = self._components.get(key, {})
            declared = form.get("properties", {}).get(name)
            if declared is None or name not in form.get("required", ()):
                return {}, f"{self._names[key]} does not require it as a property"
            constant = declared.get("const")
            if constant is not None and tag in discriminator["x-implicit"]:
                tag = constant
            elif constant is not None and constant != tag:
                return {}, f"{self._names[key]} allows only {constant!r} there, not {tag!r}"
            if tag in mapping:
                return {}, f"{tag!r} stands for two members"
            if len(self._tags.get((key, name), ())) > 1:
                return {}, f"{self._names[key]} has different values for it in different unions"
            mapping[str(tag)] = key
        return mapping, ""

    @staticmethod
    def _class_tags(forms: Any) -> dict[tuple[Key, str], set[frozenset[str]]]:
        """The sets of tags that each class has in the unions it is a member of."""
        found: dict[tuple[Key, str], set[frozenset[str]]] = {}
        stack = list(forms)
        while stack:
            value = stack.pop()
            if isinstance(value, list):
                stack += value
            elif isinstance(value, dict):
                stack += value.values()
                discriminator = value.get("discriminator")
                if isinstance(discriminator, dict) and "x-implicit" in discriminator:
                    by_class: dict[Key, set[str]] = {}
                    for tag, key in discriminator["mapping"].items():
                        by_class.setdefault(key, set()).add(tag)
                    for key, tags in by_class.items():
                        found.setdefault((key, discriminator["propertyName"]), set()).add(frozenset(tags))
        return found

    # -- defaults --------------------------------------------------------------------------------------------------

    def _fits(self, default: Any, form: Mapping[str, Any]) -> bool:
        """Whether a scalar default can be a value of the form (its type and its list of values)."""
        if isinstance(default, list | dict):
            return False
        if isinstance(key := form.get("$ref"), Key):
            form = self._components.get(key, {})
        for keyword in ("anyOf", "oneOf"):
            if keyword in form:
                return any(self._fits(default, member) for member in form[keyword])
        if "const" in form:
            return is_json_equal(form["const"], default)
        if "enum" in form:
            return any(is_json_equal(default, member) for member in form["enum"])
        kind = form.get("type")
        return kind is None or json_type(default) == kind or (kind == "number" and json_type(default) == "integer")

    def _without_default(self, value: dict[str, Any], origin: str | None) -> dict[str, Any]:
        if not ("type" in value or "$ref" in value or "anyOf" in value or "oneOf" in value):
            return value  # no schema: an object of examples or extensions that has such a key
        if not isinstance(value["default"], list | dict):
            message = f"the default {value['default']!r} does not fit its schema: it is not generated; correct it"
            self._report("default-valid", message, origin, Level.ERROR)
        return {key: child for key, child in value.items() if key != "default"}

    def _report(self, code: str, message: str, origin: str | None, level: Level) -> None:
        pointer = source_pointer(origin or "")
        self.findings.append(Finding(code, level, message, self._location.at(pointer).place))
