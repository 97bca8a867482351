"""A bundled description as OpenAPI 3.1 or 3.2 whose schemas are JSON Schema 2020-12 in one spelling.

What changes: the 3.0 spellings (``nullable``, boolean exclusive bounds, ``example``), one-element type lists, and keyword
values of the wrong shape, which are taken out with a finding so that they cost nothing but themselves. Pointers stay the
same, so places stay right.

Sources: OpenAPI 3.0.4 section 4.7.24, 3.1.1 section 4.8.24; "Migrating from OpenAPI 3.0 to 3.1".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from tallystick.contract.model import type_names
from tallystick.document import Location, field_of, join
from tallystick.findings import Finding, Level

__all__ = ["NormalForm", "normal_form"]

_Check = Callable[[Any], bool]
_ANNOTATIONS: Final = frozenset(
    (
        "description",
        "title",
        "deprecated",
        "readOnly",
        "writeOnly",
        "default",
        "example",
        "examples",
        "externalDocs",
        "xml",
    )
)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value


def _count(value: Any) -> bool:
    return _number(value) and value >= 0 and value == int(value)


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


def _mapping(value: Any) -> bool:
    return isinstance(value, dict)


def _list(value: Any) -> bool:
    return isinstance(value, list)


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _schema(value: Any) -> bool:
    return isinstance(value, dict | bool)


def _schemas(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_schema, value))


def _schema_map(value: Any) -> bool:
    return isinstance(value, dict) and all(map(_schema, value.values()))


def _bound(value: Any) -> bool:
    return _number(value) or _flag(value)


def _type(value: Any) -> bool:
    listed = value if isinstance(value, list) else [value]
    return bool(listed) and all(isinstance(name, str) and name in type_names for name in listed)


_SHAPES: Final[Mapping[str, tuple[_Check, str]]] = {
    **dict.fromkeys(("maximum", "minimum"), (_number, "a number")),
    **dict.fromkeys(("exclusiveMaximum", "exclusiveMinimum"), (_bound, "a number")),
    "multipleOf": (lambda value: _number(value) and value > 0, "a number above 0"),
    **dict.fromkeys(
        ("maxLength", "minLength", "maxItems", "minItems", "maxProperties", "minProperties", "minContains", "maxContains"),
        (_count, "a whole number, 0 or more"),
    ),
    **dict.fromkeys(("pattern", "format", "title", "description", "$ref", "contentMediaType", "contentEncoding"), (_text, "text")),
    **dict.fromkeys(("uniqueItems", "nullable", "readOnly", "writeOnly", "deprecated"), (_flag, "true or false")),
    "required": (_texts, "a list of property names, on the object that has the properties"),
    "enum": (_list, "a list of values"),
    "type": (_type, "one of " + ", ".join(type_names)),
    **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), (_schemas, "a list of schemas, not empty")),
    **dict.fromkeys(("properties", "patternProperties", "dependentSchemas", "$defs", "definitions"), (_schema_map, "a map of schemas")),
    **dict.fromkeys(
        ("not", "if", "then", "else", "items", "contains", "additionalProperties", "propertyNames", "unevaluatedItems",
         "unevaluatedProperties", "contentSchema"),
        (_schema, "a schema"),
    ),
    "discriminator": (lambda value: isinstance(value, dict) and isinstance(value.get("propertyName"), str), "a map with `propertyName`"),
    "dependentRequired": (lambda value: isinstance(value, dict) and all(map(_texts, value.values())), "a map of lists of names"),
}  # fmt: skip


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
            if isinstance(child, dict | list):
                spec = field_of(kind, key)
                if spec is not None:
                    new = self._field(child, spec.kind, spec.shape, join(pointer, key))
                    if new is not child:
                        changed[key] = new
        if changed:
            value = {**value, **changed}
        return self._schema(value, pointer) if kind == "schema" else value

    def _field(self, value: Any, kind: str, shape: str, pointer: str) -> Any:
        if shape == "one":
            return self.rewrite(value, kind, pointer)
        if shape == "list" and isinstance(value, list):
            items = [self.rewrite(item, kind, f"{pointer}/{index}") for index, item in enumerate(value)]
            return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
        if shape == "map" and isinstance(value, dict):
            entries = {key: self.rewrite(item, kind, join(pointer, key)) for key, item in value.items()}
            return entries if any(entries[key] is not old for key, old in value.items()) else value
        return value

    def _schema(self, value: dict[str, Any], pointer: str) -> Any:
        value = self._well_shaped(value, pointer)
        if self._is_30:
            value = self._from_30(value, pointer)
        listed = value.get("type")
        if isinstance(listed, list):
            unique = list(dict.fromkeys(listed))
            if len(unique) == 1:
                value = {**value, "type": unique[0]}
            elif unique != listed:
                value = {**value, "type": unique}
        return value

    def _well_shaped(self, value: dict[str, Any], pointer: str) -> dict[str, Any]:
        wrong = [key for key in value if key in _SHAPES and not _SHAPES[key][0](value[key])]
        if not wrong:
            return value
        for key in wrong:
            message = f"`{key}` must be {_SHAPES[key][1]}: it is passed over as it stands"
            self._report("schema-keyword", message, join(pointer, key), Level.ERROR)
        kept = {key: child for key, child in value.items() if key not in wrong}
        kept.update(_salvaged(value, wrong))
        return kept

    def _from_30(self, value: dict[str, Any], pointer: str) -> dict[str, Any]:
        if "$ref" in value:
            return self._reference_30(value, pointer)
        if not any(key in value for key in ("nullable", "exclusiveMinimum", "exclusiveMaximum", "example")):
            return value
        new = dict(value)
        for exclusive, inclusive in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
            flag = new.get(exclusive)
            if isinstance(flag, bool):
                del new[exclusive]
                if flag and inclusive in new:
                    new[exclusive] = new.pop(inclusive)
        if "example" in new:
            example = new.pop("example")
            new.setdefault("examples", [example])
        if new.pop("nullable", False):
            return self._nullable(new, pointer)
        return new

    def _reference_30(self, value: dict[str, Any], pointer: str) -> dict[str, Any]:
        """Siblings of a reference are ignored in 3.0; annotations among them do no harm and are kept."""
        new = {
            key: child for key, child in value.items() if key == "$ref" or key in _ANNOTATIONS or key.startswith("x-")
        }
        if "example" in new:
            new.setdefault("examples", [new.pop("example")])
        lost = [key for key in value if key not in new and key not in ("example", "nullable")]
        if lost:
            message = f"{', '.join(lost)} beside `$ref` mean nothing in OpenAPI 3.0: move them into an allOf with the reference"
            self._report("ref-siblings", message, join(pointer, lost[0]), Level.WARNING)
        if value.get("nullable") is True:
            message = "`nullable` beside `$ref` means nothing in OpenAPI 3.0: it is read as intended; write allOf with the reference"
            self._report("ref-siblings", message, join(pointer, "nullable"), Level.WARNING)
            return {"anyOf": [new, {"type": "null"}]}
        return new if len(new) != len(value) or "examples" in new else value

    def _nullable(self, value: dict[str, Any], pointer: str) -> dict[str, Any]:
        """``nullable: true`` (3.0.4, section 4.7.24.1): adds null to ``type``, and to nothing else.

        Where no ``type`` stands beside it, it has no effect by the letter; people mean that the value may be null.
        """
        listed = value.get("type")
        if listed is not None:
            types = [listed] if isinstance(listed, str) else listed
            new = {**value, "type": [*types, "null"]}
            enum = value.get("enum")
            if isinstance(enum, list) and None not in enum:
                new["enum"] = [*enum, None]
                message = (
                    "null is not in `enum`, so `nullable` allows nothing: it is read as intended; add null to the list"
                )
                self._report("nullable-enum", message, join(pointer, "enum"), Level.WARNING)
            return new
        composed = any(key in value for key in ("allOf", "anyOf", "oneOf", "enum", "not"))
        if not composed:
            return value
        message = "`nullable` needs a `type` beside it in OpenAPI 3.0: it is read as intended"
        self._report("nullable-without-type", message, join(pointer, "nullable"), Level.INFO)
        annotations = {key: child for key, child in value.items() if key in _ANNOTATIONS or key.startswith("x-")}
        core = {key: child for key, child in value.items() if key not in annotations}
        if set(core) == {"anyOf"} or set(core) == {"oneOf"}:
            (keyword,) = core
            return {**annotations, keyword: [*core[keyword], {"type": "null"}]}
        return {**annotations, "anyOf": [core, {"type": "null"}]}

    def _report(self, code: str, message: str, pointer: str, level: Level) -> None:
        self.findings.append(Finding(code, level, message, self._location.at(pointer).place))


def normal_form(document: Mapping[str, Any], location: Location) -> tuple[dict[str, Any], list[Finding]]:
    """The description in normal form, and what had to be taken out or read as intended."""
    rewriting = NormalForm(location, str(document.get("openapi", "")))
    value = rewriting.rewrite(dict(document), "openapi", "")
    return value, rewriting.findings


def _salvaged(value: dict[str, Any], wrong: list[str]) -> dict[str, Any]:
    """What remains of keyword values of the wrong shape."""
    kept: dict[str, Any] = {}
    for key in wrong:
        child = value[key]
        if key in ("properties", "patternProperties", "dependentSchemas", "$defs", "definitions") and isinstance(
            child, dict
        ):
            kept[key] = {name: schema if _schema(schema) else {} for name, schema in child.items()}
        elif key in ("allOf", "anyOf", "oneOf", "prefixItems") and isinstance(child, list):
            schemas = [schema for schema in child if _schema(schema)]
            if schemas:
                kept[key] = schemas
        elif key == "required" and isinstance(child, list):
            kept[key] = [name for name in child if isinstance(name, str)]
        elif key == "type" and isinstance(child, list):
            types = [name for name in child if isinstance(name, str) and name in type_names]
            if types:
                kept[key] = types
    return kept
