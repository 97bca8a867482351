"""The description against the JSON Schema of its OpenAPI version, Schema Objects included.

The schemas are those that openapi-spec-validator and openapi-schema-validator ship. The 3.1 and 3.2 document schemas
leave Schema Objects open by a dynamic anchor; the dialect of the version is bound to it here, as the published
``schema-base`` documents do. Source: https://spec.openapis.org/#openapi-specification-schemas.
"""

from __future__ import annotations

import functools
import importlib.util
import json
from collections.abc import Callable, Iterator, Mapping
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
    "3.1": ("oas3.1/metaschema.json", "oas3.1/vocabularies/base"),
    "3.2": ("oas3.2/dialect/2025-09-17.json", "oas3.2/meta/2025-09-17.json"),
}
_DIALECT_FOLDER: Final = "openapi_schema_validator/schemas/"
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
    dialect, vocabulary = (_resource(_DIALECT_FOLDER + path) for path in _DIALECTS[version])
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
        (isinstance(e.kind, jsonschema_rs.ValidationErrorKind.Required) and e.kind.property == "$ref")
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
    name = str(tokens[-1]) if tokens else ""
    where = f"`{name}`" if name and not name.isdigit() else "this"
    explain = _EXPLAINED.get(type(error.kind), _otherwise)
    return explain(error.kind, error, tokens, where)


_Tokens = tuple[str | int, ...]
_Error = jsonschema_rs.ValidationError
_Kinds = jsonschema_rs.ValidationErrorKind


def _required(kind: Any, _error: _Error, tokens: _Tokens, where: str) -> Fault:
    if (where, kind.property) == ("`responses`", "default"):
        return Fault(tokens, "`responses` is empty: describe at least one status, or `default`", at_key=True)
    return Fault(tokens, f"{where} needs the field `{kind.property}`", at_key=True)


def _surplus(kind: Any, error: _Error, tokens: _Tokens, where: str) -> Fault:
    return (
        _unexpected(tokens, kind.unexpected[0], kind.unexpected)
        if kind.unexpected
        else _otherwise(kind, error, tokens, where)
    )


def _type(kind: Any, error: _Error, tokens: _Tokens, where: str) -> Fault:
    return Fault(tokens, f"{where} must be {_types(kind.types)}, not {_shown(error.instance)}")


def _enum(kind: Any, error: _Error, tokens: _Tokens, where: str) -> Fault:
    options = ", ".join(map(_shown, kind.options))
    return Fault(tokens, f"{where} must be one of {_clipped(options)}, not {_shown(error.instance)}")


def _constant(kind: Any, error: _Error, tokens: _Tokens, where: str) -> Fault:
    return Fault(tokens, f"{where} must be {_shown(kind.expected_value)}, not {_shown(error.instance)}")


def _pattern(kind: Any, error: _Error, tokens: _Tokens, where: str) -> Fault:
    shown = _shown(error.instance)
    return Fault(tokens, f"{where} is {shown}, which does not fit the pattern {_clipped(kind.pattern)}")


def _property_name(kind: Any, _error: _Error, tokens: _Tokens, _where: str) -> Fault:
    name = kind.error.instance
    return Fault((*tokens, str(name)), f"the name {_shown(name)} is not allowed here", at_key=True)


def _forbidden(_kind: Any, _error: _Error, tokens: _Tokens, where: str) -> Fault:
    return Fault(tokens, f"{where} is not allowed here", at_key=True)


def _no_form(_kind: Any, error: _Error, tokens: _Tokens, where: str) -> Fault:
    return Fault(tokens, f"{where} is {_shown(error.instance)}, which fits none of the allowed forms")


def _mixed(_kind: Any, _error: _Error, tokens: _Tokens, where: str) -> Fault:
    return Fault(tokens, f"{where} mixes fields that exclude each other", at_key=True)


def _several(_kind: Any, error: _Error, tokens: _Tokens, where: str) -> Fault:
    return Fault(
        tokens, f"{where} is {_shown(error.instance)}, which fits several members of `oneOf`, and only one may"
    )


def _twice(_kind: Any, _error: _Error, tokens: _Tokens, where: str) -> Fault:
    return Fault(tokens, f"{where} lists a value twice: remove one")


def _format(kind: Any, error: _Error, tokens: _Tokens, where: str) -> Fault:
    return Fault(tokens, f"{where} is {_shown(error.instance)}, which is no {kind.format}")


def _otherwise(_kind: Any, error: _Error, tokens: _Tokens, where: str) -> Fault:
    return Fault(tokens, f"{where}: {_clipped(error.message)}")


_EXPLAINED: Final[Mapping[type, Callable[[Any, _Error, _Tokens, str], Fault]]] = {
    _Kinds.Required: _required,
    _Kinds.AdditionalProperties: _surplus,
    _Kinds.UnevaluatedProperties: _surplus,
    _Kinds.Type: _type,
    _Kinds.Enum: _enum,
    _Kinds.Constant: _constant,
    _Kinds.Pattern: _pattern,
    _Kinds.PropertyNames: _property_name,
    _Kinds.FalseSchema: _forbidden,
    _Kinds.AnyOf: _no_form,
    _Kinds.OneOfNotValid: _no_form,
    _Kinds.OneOfMultipleValid: _several,
    _Kinds.Not: _mixed,
    _Kinds.UniqueItems: _twice,
    _Kinds.Format: _format,
}


def _unexpected(tokens: tuple[str | int, ...], first: str, every: list[str]) -> Fault:
    more = f" (nor {', '.join(repr(name) for name in every[1:4])})" if len(every) > 1 else ""
    message = f"the field {first!r} is not allowed here{more}: remove it, correct its name, or begin it with x-"
    return Fault((*tokens, first), message, at_key=True)


_TYPE_WORDS: Final = {
    "object": "a map",
    "array": "a list",
    "string": "text",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "null": "null",
}


def _types(types: list[str]) -> str:
    return " or ".join(_TYPE_WORDS[name] for name in types)


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "a map"
    return "a list" if isinstance(value, list) else _clipped(json.dumps(value, ensure_ascii=False))


def _clipped(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:77]}…"
