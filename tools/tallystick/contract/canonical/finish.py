"""The last pass over a canonical document: names in place of keys, discriminators and defaults that hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tallystick.contract.canonical.components import Key
from tallystick.contract.canonical.defaults import as_integer, fits
from tallystick.contract.canonical.flat import CONFUSED, UNTYPED, json_type, source_pointer, split
from tallystick.contract.canonical.rewriter import SchemaRewriter
from tallystick.contract.canonical.unions import Tagging, tags_by_class
from tallystick.document import Child, Location, field_of
from tallystick.findings import Finding, Level, quoted

__all__ = ["Finisher"]


class Finisher:
    """Copies written objects with every :class:`Key` replaced. One use per document."""

    def __init__(self, rewriter: SchemaRewriter, names: Mapping[str, str], location: Location) -> None:
        self._components = rewriter.components.forms
        self._names = names
        self._location = location
        self._before = rewriter.origins
        self._tags = tags_by_class(rewriter.components.forms.values())
        self.origins: dict[int, str] = {}
        self.findings: list[Finding] = []

    def finished(self, value: Any, kind: str = "schema") -> Any:
        """An object of ``kind`` with names for keys. What is plain data in it (extensions, examples) stays as it is."""
        if not isinstance(value, dict):
            return value
        origin = self._before.get(id(value))
        if kind == "schema":
            value = self._sound(self._apart(value), origin)
        copy = {key: self._field(kind, key, child) for key, child in value.items()}
        if origin is not None:
            self.origins[id(copy)] = origin
        return copy

    def _field(self, kind: str, key: str, child: Any) -> Any:
        if isinstance(child, Key):
            return self._reference(child)
        spec = field_of(kind, key)
        return child if spec is None or spec.kind == "text" else self._inside(spec, child)

    def _inside(self, spec: Child, child: Any) -> Any:
        if spec.shape == "list" and isinstance(child, list):
            return [self.finished(item, spec.kind) for item in child]
        if spec.shape == "map" and isinstance(child, dict):
            return {name: self.finished(item, spec.kind) for name, item in child.items()}
        return self.finished(child, spec.kind) if spec.shape == "one" else child

    def _reference(self, key: Key) -> str:
        return "#/components/schemas/" + self._names[key]

    def _sound(self, schema: dict[str, Any], origin: str | None) -> dict[str, Any]:
        """The schema with a discriminator and a default that generators can rely on, or without."""
        if isinstance(schema.get("discriminator"), Tagging):
            schema = self._discriminated(schema, origin)
        if "default" not in schema:
            return schema
        if not fits(schema["default"], schema, self._components):
            return self._without_default(schema, origin)
        return {**schema, "default": as_integer(schema["default"], schema, self._components)}

    # -- numbers and truth values ---------------------------------------------------------------------------------

    def _apart(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The schema, marked where it is a union that confuses 1 and true."""
        core, _ = split(schema)
        members = next((core[each] for each in ("anyOf", "oneOf") if each in core), ())
        is_confused = set(self._sorts(members, set())) >= {"boolean", "listed"}
        return {**schema, CONFUSED: True} if is_confused else schema

    def _sorts(self, members: Iterable[Any], seen: set[Key]) -> Iterator[str]:
        """Which of the two there are among the members of a union, those of inner unions included."""
        for member in members:
            if isinstance(member, bool):  # among what engines pass by
                continue
            key = member.get("$ref")
            if isinstance(key, Key) and key not in seen:
                seen.add(key)
                yield from self._sorts([self._components.get(key, {})], seen)
            listed = member.get("enum", [member["const"]] if "const" in member else [])
            if any(json_type(each) == "integer" and each in (0, 1) for each in listed):
                yield "listed"
            if member.get("type") == "boolean" or UNTYPED in member or not split(member)[0].keys() - {"if", "then"}:
                yield "boolean"
            yield from self._sorts((*member.get("anyOf", ()), *member.get("oneOf", ())), seen)

    # -- discriminators --------------------------------------------------------------------------------------------

    def _discriminated(self, schema: dict[str, Any], origin: str | None) -> dict[str, Any]:
        tagging: Tagging = schema["discriminator"]
        mapping, reason = self._sound_mapping(tagging)
        others = {key: child for key, child in schema.items() if key != "discriminator"}
        if reason:
            message = f"the discriminator {tagging.property_name!r} is not used to tell the members apart: {reason}"
            self._report("discriminator-sound", message, origin, Level.WARNING)
            return others
        return {**others, "discriminator": {"propertyName": tagging.property_name, "mapping": mapping}}

    def _sound_mapping(self, tagging: Tagging) -> tuple[dict[str, str], str]:
        """The mapping with constant values in place of implicit names, or why there is none."""
        mapping: dict[str, str] = {}
        for stated, key in tagging.mapping.items():
            tag, reason = self._sound_tag(stated, key, tagging)
            if not reason and tag in mapping:
                reason = f"{tag!r} stands for two members"
            if reason:
                return {}, reason
            mapping[tag] = self._reference(key)
        return mapping, ""

    def _sound_tag(self, tag: str, key: Key, tagging: Tagging) -> tuple[str, str]:
        """The value that stands for a member, and why it cannot."""
        form, name = self._components.get(key, {}), tagging.property_name
        declared = form.get("properties", {}).get(name)
        if declared is None or name not in form.get("required", ()):
            return tag, f"{self._names[key]} does not require it as a property"
        constant = declared.get("const")
        if constant is not None and not isinstance(constant, str):
            return tag, f"{self._names[key]} has {quoted(constant)} there, which is no text"
        if constant is not None and tag in tagging.implicit:
            tag = constant
        elif constant is not None and constant != tag:
            return tag, f"{self._names[key]} allows only {constant!r} there, not {tag!r}"
        if len(self._tags.get((key, name), ())) > 1:
            return tag, f"{self._names[key]} has different values for it in different unions"
        return tag, ""

    # -- defaults --------------------------------------------------------------------------------------------------

    def _without_default(self, schema: dict[str, Any], origin: str | None) -> dict[str, Any]:
        message = f"the default {quoted(schema['default'])} does not fit its schema: it is not generated; correct it"
        self._report("default-valid", message, origin, Level.ERROR)
        return {key: child for key, child in schema.items() if key != "default"}

    def _report(self, code: str, message: str, origin: str | None, level: Level) -> None:
        pointer = source_pointer(origin or "")
        self.findings.append(Finding(code, level, message, self._location.at(pointer).place))
