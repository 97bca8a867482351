"""A bundled description as OpenAPI 3.1 or 3.2 whose schemas are JSON Schema 2020-12 in one spelling.

What changes: the 3.0 spellings (``nullable``, boolean exclusive bounds, ``example``), one-element type lists, and
keyword values of the wrong shape, which are taken out with a finding so that they cost nothing but themselves. Pointers
stay the same, so places stay right, except below an ``anyOf`` that had to be put around a nullable composition.

Sources: OpenAPI 3.0.4 section 4.7.24, 3.1.1 section 4.8.24; "Migrating from OpenAPI 3.0 to 3.1".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tallystick.contract.keyword_shapes import expected_shape, is_schema, salvaged
from tallystick.document import Child, Location, field_of, join
from tallystick.findings import Finding, Level

__all__ = ["NormalForm", "normal_form"]

_ANNOTATIONS: Final = frozenset((
    "description", "title", "deprecated", "readOnly", "writeOnly", "default", "example", "examples", "externalDocs",
    "xml",
))  # fmt: skip


class NormalForm:
    """The rewriting of one description; ``findings`` fills while it runs."""

    def __init__(self, location: Location, version: str) -> None:
        self._location = location
        self._is_30 = version.startswith("3.0")
        self.findings: list[Finding] = []

    def rewrite(self, value: Any, kind: str, pointer: str) -> Any:
        """The normal form of an object of ``kind``; the object itself where it is normal already."""
        if not isinstance(value, dict):
            return value
        changed: dict[str, Any] = {}
        for key, child in value.items():
            spec = field_of(kind, key)
            if spec is not None and (spec.kind == "schema" or isinstance(child, dict | list)):
                new = self._field(child, spec, join(pointer, key), inside_schema=kind == "schema")
                if new is not child:
                    changed[key] = new
        if changed:
            value = {key: child for key, child in {**value, **changed}.items() if child is not _NOTHING}
        return self._schema(value, pointer) if kind == "schema" else value

    def _field(self, value: Any, spec: Child, pointer: str, *, inside_schema: bool) -> Any:
        checked = spec.kind == "schema" and not inside_schema  # keywords of schemas are checked by `_well_shaped`
        if spec.shape == "one":
            return self._entry(value, pointer) if checked else self.rewrite(value, spec.kind, pointer)
        if spec.shape == "list" and isinstance(value, list):
            items = [self.rewrite(item, spec.kind, f"{pointer}/{index}") for index, item in enumerate(value)]
            return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
        if spec.shape == "map" and isinstance(value, dict):
            entries = {
                key: self._entry(item, join(pointer, key), named=True)
                if checked
                else self.rewrite(item, spec.kind, join(pointer, key))
                for key, item in value.items()
            }
            return entries if any(entries[key] is not old for key, old in value.items()) else value
        return value

    def _entry(self, value: Any, pointer: str, *, named: bool = False) -> Any:
        """A schema in a field of another object. What is no schema is left out; a component stays as "any"."""
        if is_schema(value):
            return self.rewrite(value, "schema", pointer)
        self._report("wrong-shape", "this must be a schema: a map of keywords, or true or false", pointer, Level.ERROR)
        return {} if named else _NOTHING

    def _schema(self, value: dict[str, Any], pointer: str) -> Any:
        value = self._well_shaped(value, pointer)
        value = self._references_30(value, pointer) if self._is_30 and "$ref" in value else value
        if not _REWRITTEN.isdisjoint(value):
            value = self._spelled(value, pointer)
        listed = value.get("type")
        if isinstance(listed, list):
            unique = list(dict.fromkeys(listed))
            if len(unique) == 1:
                value = {**value, "type": unique[0]}
            elif unique != listed:
                value = {**value, "type": unique}
        return value

    def _well_shaped(self, value: dict[str, Any], pointer: str) -> dict[str, Any]:
        wrong = {key: shape for key, child in value.items() if (shape := expected_shape(key, child)) is not None}
        if not wrong:
            return value
        for key, shape in wrong.items():
            message = f"`{key}` must be {shape}: it is passed over as it stands"
            self._report("schema-keyword", message, join(pointer, key), Level.ERROR)
        kept = {key: salvaged(key, child) if key in wrong else child for key, child in value.items()}
        return {key: child for key, child in kept.items() if key not in wrong or child is not None}

    def _spelled(self, value: dict[str, Any], pointer: str) -> dict[str, Any]:
        """The spellings of 3.0 in those of JSON Schema."""
        new = dict(value)
        for exclusive, inclusive in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
            self._bound(new, exclusive, inclusive, pointer)
        if "example" in new:
            example = new.pop("example")
            new.setdefault("examples", [example])
        nullable = new.pop("nullable", False)
        if nullable and not self._is_30:
            message = "`nullable` means nothing in OpenAPI 3.1: null stays forbidden; list null in `type`"
            self._report("nullable-in-31", message, join(pointer, "nullable"), Level.WARNING)
        return self._nullable(new, pointer) if nullable and self._is_30 else new

    def _bound(self, value: dict[str, Any], exclusive: str, inclusive: str, pointer: str) -> None:
        flag = value.get(exclusive)
        if not isinstance(flag, bool):
            return
        del value[exclusive]
        if flag and inclusive in value:
            value[exclusive] = value.pop(inclusive)
        if not self._is_30:
            message = f"`{exclusive}` is a number since OpenAPI 3.1: it is read as in 3.0; write the bound itself"
            self._report("schema-keyword", message, join(pointer, exclusive), Level.ERROR)

    def _references_30(self, value: dict[str, Any], pointer: str) -> dict[str, Any]:
        """Siblings of a reference are ignored in 3.0; annotations among them do no harm and are kept."""
        new = {key: child for key, child in value.items() if key == "$ref" or _annotates(key)}
        lost = [key for key in value if key not in new and key != "nullable"]
        if lost:
            message = (
                f"{', '.join(lost)} beside `$ref` mean nothing in OpenAPI 3.0:"
                " move them into an allOf with the reference"
            )
            self._report("ref-siblings", message, join(pointer, lost[0]), Level.WARNING)
        if value.get("nullable") is True:
            message = (
                "`nullable` beside `$ref` means nothing in OpenAPI 3.0: it is read as intended;"
                " write allOf with the reference"
            )
            self._report("ref-siblings", message, join(pointer, "nullable"), Level.WARNING)
            return {"anyOf": [new, {"type": "null"}]}
        return new if len(new) != len(value) else value

    def _nullable(self, value: dict[str, Any], pointer: str) -> dict[str, Any]:
        """``nullable: true`` (3.0.4, section 4.7.24.1): adds null to ``type``, and to nothing else.

        Where no ``type`` stands beside it, it has no effect by the letter; people mean that the value may be null.
        """
        listed = value.get("type")
        if listed is not None:
            return self._nullable_type(value, [listed] if isinstance(listed, str) else listed, pointer)
        if not any(key in value for key in ("allOf", "anyOf", "oneOf", "enum", "not")):
            return value
        message = "`nullable` needs a `type` beside it in OpenAPI 3.0: it is read as intended"
        self._report("nullable-without-type", message, join(pointer, "nullable"), Level.INFO)
        annotations = {key: child for key, child in value.items() if _annotates(key)}
        core = {key: child for key, child in value.items() if key not in annotations}
        if set(core) == {"anyOf"} or set(core) == {"oneOf"}:
            (keyword,) = core
            return {**annotations, keyword: [*core[keyword], {"type": "null"}]}
        return {**annotations, "anyOf": [core, {"type": "null"}]}

    def _nullable_type(self, value: dict[str, Any], types: list[str], pointer: str) -> dict[str, Any]:
        new = {**value, "type": [*types, "null"]}
        enum = value.get("enum")
        if isinstance(enum, list) and None not in enum:
            new["enum"] = [*enum, None]
            message = (
                "null is not in `enum`, so `nullable` allows nothing: it is read as intended; add null to the list"
            )
            self._report("nullable-enum", message, join(pointer, "enum"), Level.WARNING)
        return new

    def _report(self, code: str, message: str, pointer: str, level: Level) -> None:
        self.findings.append(Finding(code, level, message, self._location.at(pointer).place))


_NOTHING: Final = object()
_REWRITTEN: Final = frozenset(("nullable", "exclusiveMinimum", "exclusiveMaximum", "example"))


def _annotates(keyword: str) -> bool:
    return keyword in _ANNOTATIONS or keyword.startswith("x-")


def normal_form(document: Mapping[str, Any], location: Location) -> tuple[dict[str, Any], list[Finding]]:
    """The description in normal form, and what had to be taken out or read as intended."""
    rewriting = NormalForm(location, str(document.get("openapi", "")))
    value = rewriting.rewrite(dict(document), "openapi", "")
    return value, rewriting.findings
