"""The description against the JSON Schema of its OpenAPI version, Schema Objects included.

The schemas are those that openapi-spec-validator and openapi-schema-validator ship. The 3.1 and 3.2 document schemas
leave Schema Objects open by a dynamic anchor; the dialect of the version is bound to it here, as the published
``schema-base`` documents do. Source: https://spec.openapis.org/#openapi-specification-schemas.
"""

from __future__ import annotations

import functools
import importlib.util
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import jsonschema_rs

__all__ = ["Fault", "explained", "fault_of", "faults", "faults_of"]

_DOCUMENT_SCHEMAS: Final = {
    "3.0": "openapi_spec_validator/resources/schemas/v3.0/schema.json",
    "3.1": "openapi_spec_validator/resources/schemas/v3.1/schema.json",
    "3.2": "openapi_spec_validator/resources/schemas/v3.2/schema.json",
}
_DIALECTS: Final = {
    "3.1": ("openapi_schema_validator/schemas/oas3.1/metaschema.json", "openapi_schema_validator/schemas/oas3.1/vocabularies/base"),
    "3.2": ("openapi_schema_validator/schemas/oas3.2/dialect/2025-09-17.json", "openapi_schema_validator/schemas/oas3.2/meta/2025-09-17.json"),
}  # fmt: skip
_KNOWN_DIALECT_PREFIXES: Final = ("https://spec.openapis.org/oas/3.", "https://json-schema.org/draft/2020-12/schema")
_MOST: Final = 500
"""Faults shown per description; a description with more is broken in a way that more lines do not explain."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A value that the specification does not allow. ``tokens`` lead to it, ``at_key`` to the key itself."""

    tokens: tuple[str | int, ...]
    message: str
    at_key: bool = False


def faults(document: Mapping[str, Any]) -> list[Fault]:
    """What the schema of the document's version refuses, each fault at the deepest value that explains it."""
    version = str(document.get("openapi", ""))[:3]
    return faults_of(_validator(version, checks_schemas=_uses_known_dialect(document)), document)


def faults_of(validator: jsonschema_rs.Validator, value: Any) -> list[Fault]:
    """What a validator refuses about a value, explained."""
    found: dict[tuple[tuple[str | int, ...], str], Fault] = {}
    for error in validator.iter_errors(value):
        for fault in explained(error):
            found.setdefault((fault.tokens, fault.message), fault)
        if len(found) >= _MOST:
            break
    return list(found.values())


def _uses_known_dialect(document: Mapping[str, Any]) -> bool:
    dialect = document.get("jsonSchemaDialect")
    return not isinstance(dialect, str) or dialect.startswith(_KNOWN_DIALECT_PREFIXES)


@functools.cache
def _validator(version: str, *, checks_schemas: bool) -> Any:
    document_schema = _resource(_DOCUMENT_SCHEMAS[version])
    if version == "3.0" or not checks_schemas:
        return jsonschema_rs.validator_for(document_schema, offline=True)
    dialect, vocabulary = (_resource(path) for path in _DIALECTS[version])
    registry = jsonschema_rs.Registry([(part["$id"], part) for part in (document_schema, dialect, vocabulary)])
    with_dialect = {
        "$id": f"https://spec.openapis.org/oas/{version}/schema-base",
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$ref": document_schema["$id"],
        "$defs": {"schema": {"$dynamicAnchor": "meta", "$ref": dialect["$id"]}},
    }
    return jsonschema_rs.validator_for(with_dialect, registry=registry, offline=True)


def _resource(path: str) -> dict[str, Any]:
    """A JSON file inside an installed package, found without importing the package."""
    package, _, rest = path.partition("/")
    spec = importlib.util.find_spec(package)
    assert spec is not None  # a dependency of this package
    assert spec.submodule_search_locations
    value: dict[str, Any] = json.loads((Path(spec.submodule_search_locations[0]) / rest).read_text(encoding="utf-8"))
    return value


def explained(error: jsonschema_rs.ValidationError) -> Iterator[Fault]:
    """The faults behind an error: of alternatives, those of the one that the value is closest to."""
    kind = error.kind
    if isinstance(kind, jsonschema_rs.ValidationErrorKind.OneOfNotValid | jsonschema_rs.ValidationErrorKind.AnyOf):
        branch = _closest(kind.context, error)
        if branch:
            for inner in branch:
                yield from explained(inner)
            return
    yield fault_of(error)


def _closest(branches: list[list[jsonschema_rs.ValidationError]], error: jsonschema_rs.ValidationError) -> list[Any]:
    """The alternative that fails deepest; a value without ``$ref`` was not meant as a reference."""
    refers = isinstance(error.instance, dict) and "$ref" in error.instance
    here = len(error.instance_path)
    candidates = [branch for branch in branches if branch and refers == _wants_reference(branch)] or [
        branch for branch in branches if branch
    ]
    if not candidates or _only_types(candidates, here):
        return []
    return max(candidates, key=lambda branch: (max(_depth(e) for e in branch), -len(branch)))


def _wants_reference(branch: list[jsonschema_rs.ValidationError]) -> bool:
    return any(
        isinstance(e.kind, jsonschema_rs.ValidationErrorKind.Required) and e.kind.property == "$ref"
        or "Reference" in [str(step) for step in e.schema_path]
        for e in branch
    )  # fmt: skip


def _only_types(branches: list[list[jsonschema_rs.ValidationError]], here: int) -> bool:
    """Whether every alternative wants another type of this very value: then the alternatives are best told together."""
    return len(branches) > 1 and all(
        isinstance(e.kind, jsonschema_rs.ValidationErrorKind.Type) and len(e.instance_path) == here
        for branch in branches
        for e in branch
    )


def _depth(error: jsonschema_rs.ValidationError) -> int:
    kind = error.kind
    nested = [len(error.instance_path)]
    if isinstance(kind, jsonschema_rs.ValidationErrorKind.OneOfNotValid | jsonschema_rs.ValidationErrorKind.AnyOf):
        nested += [_depth(inner) for branch in kind.context for inner in branch]
    return max(nested)


def fault_of(error: jsonschema_rs.ValidationError) -> Fault:
    """An error as a fault at the value that it is about."""
    tokens = tuple(error.instance_path)
    kinds = jsonschema_rs.ValidationErrorKind
    kind = error.kind
    name = str(tokens[-1]) if tokens else ""
    where = f"`{name}`" if name and not name.isdigit() else "this"
    if isinstance(kind, kinds.Required) and (name, kind.property) == ("responses", "default"):
        return Fault(tokens, "`responses` is empty: describe at least one status, or `default`", at_key=True)
    if isinstance(kind, kinds.Required):
        return Fault(tokens, f"{where} needs the field `{kind.property}`", at_key=True)
    if isinstance(kind, kinds.AdditionalProperties | kinds.UnevaluatedProperties) and kind.unexpected:
        return _unexpected(tokens, kind.unexpected[0], kind.unexpected)
    if isinstance(kind, kinds.Type):
        return Fault(tokens, f"{where} must be {_types(kind.types)}, not {_shown(error.instance)}")
    if isinstance(kind, kinds.Enum):
        options = ", ".join(map(_shown, kind.options))
        return Fault(tokens, f"{where} must be one of {options}, not {_shown(error.instance)}")
    if isinstance(kind, kinds.Constant):
        return Fault(tokens, f"{where} must be {_shown(kind.expected_value)}, not {_shown(error.instance)}")
    if isinstance(kind, kinds.Pattern):
        return Fault(tokens, f"{where} is {_shown(error.instance)}, which does not fit the pattern {kind.pattern}")
    if isinstance(kind, kinds.PropertyNames):
        return Fault((*tokens, str(error.instance)), f"the name {_shown(kind.error.instance)} is not allowed here")
    if isinstance(kind, kinds.FalseSchema):
        return Fault(tokens, f"{where} is not allowed here", at_key=True)
    if isinstance(kind, kinds.AnyOf | kinds.OneOfNotValid):
        return Fault(tokens, f"{where} is {_shown(error.instance)}, which fits none of the allowed forms")
    if isinstance(kind, kinds.UniqueItems):
        return Fault(tokens, f"{where} lists a value twice: remove one")
    if isinstance(kind, kinds.Format):
        return Fault(tokens, f"{where} is {_shown(error.instance)}, which is no {kind.format}")
    if isinstance(kind, kinds.Not | kinds.OneOfMultipleValid):
        return Fault(tokens, f"{where} mixes fields that exclude each other", at_key=True)
    return Fault(tokens, f"{where}: {_clipped(error.message)}")


def _unexpected(tokens: tuple[str | int, ...], first: str, every: list[str]) -> Fault:
    more = f" (nor {', '.join(repr(name) for name in every[1:4])})" if len(every) > 1 else ""
    message = f"the field {first!r} is not allowed here{more}: remove it, correct its name, or begin it with x-"
    return Fault((*tokens, first), message, at_key=True)


def _types(types: list[str]) -> str:
    names = {"object": "a map", "array": "a list", "string": "text", "boolean": "true or false", "integer": "a whole number", "number": "a number", "null": "null"}  # fmt: skip
    return " or ".join(names[name] for name in types)


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "a map"
    return "a list" if isinstance(value, list) else _clipped(json.dumps(value, ensure_ascii=False))


def _clipped(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:77]}…"
