"""Which object stands where in an OpenAPI description: node types as data.

One table serves everything that walks a description (bundling, the normal form, lint). It covers OpenAPI 3.0 to 3.2 at
once: fields of a newer version do no harm in an older document, where the meta-schema refuses them.

Sources: OpenAPI Specification 3.0.4, 3.1.1 and 3.2.0, section 4; JSON Schema 2020-12 core, section 10.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

__all__ = ["COMPONENT_KINDS", "MAP_FIELDS", "METHODS", "Child", "children", "field_of", "is_reference", "kind_at"]

METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
"""Fixed operation fields of a Path Item Object (3.2 adds ``query``)."""


@dataclass(frozen=True, slots=True)
class Child:
    """What a field holds: one object of ``kind``, a list of them, a map of them, or a map of lists."""

    kind: str
    shape: Literal["one", "list", "map"] = "one"


def _one(kind: str) -> Child:
    return Child(kind)


def _list(kind: str) -> Child:
    return Child(kind, "list")


def _map(kind: str) -> Child:
    return Child(kind, "map")


COMPONENT_KINDS: Final[Mapping[str, str]] = {
    "schemas": "schema", "responses": "response", "parameters": "parameter", "examples": "example",
    "requestBodies": "requestBody", "headers": "header", "securitySchemes": "securityScheme", "links": "link",
    "callbacks": "callback", "pathItems": "pathItem", "mediaTypes": "mediaType",
}  # fmt: skip
"""Sections of the Components Object and the kind of object in each."""

_MEDIA: Final = {"schema": _one("schema"), "examples": _map("example"), "content": _map("mediaType")}

_FIELDS: Final[Mapping[str, Mapping[str, Child]]] = {
    "openapi": {
        "info": _one("info"), "servers": _list("server"), "paths": _map("pathItem"), "webhooks": _map("pathItem"),
        "components": _one("components"), "tags": _list("tag"), "security": _list("securityRequirement"),
        "externalDocs": _one("externalDocs"),
    },
    "components": {section: _map(kind) for section, kind in COMPONENT_KINDS.items()},
    "info": {"contact": _one("contact"), "license": _one("license")},
    "tag": {"externalDocs": _one("externalDocs")},
    "server": {"variables": _map("serverVariable")},
    "pathItem": {
        **{method: _one("operation") for method in METHODS}, "additionalOperations": _map("operation"),
        "parameters": _list("parameter"), "servers": _list("server"),
    },
    "operation": {
        "parameters": _list("parameter"), "requestBody": _one("requestBody"), "responses": _map("response"),
        "callbacks": _map("callback"), "servers": _list("server"), "security": _list("securityRequirement"),
        "externalDocs": _one("externalDocs"),
    },
    "parameter": _MEDIA,
    "header": _MEDIA,
    "requestBody": {"content": _map("mediaType")},
    "response": {"headers": _map("header"), "content": _map("mediaType"), "links": _map("link")},
    "mediaType": {
        "schema": _one("schema"), "itemSchema": _one("schema"), "examples": _map("example"),
        "encoding": _map("encoding"), "prefixEncoding": _list("encoding"), "itemEncoding": _one("encoding"),
    },
    "encoding": {
        "headers": _map("header"), "encoding": _map("encoding"), "prefixEncoding": _list("encoding"),
        "itemEncoding": _one("encoding"),
    },
    "link": {"server": _one("server")},
    "schema": {
        **{key: _one("schema") for key in (
            "not", "if", "then", "else", "items", "contains", "additionalProperties", "propertyNames",
            "unevaluatedItems", "unevaluatedProperties", "contentSchema",
        )},
        **{key: _list("schema") for key in ("allOf", "anyOf", "oneOf", "prefixItems")},
        **{key: _map("schema") for key in (
            "properties", "patternProperties", "dependentSchemas", "$defs", "definitions",
        )},
        "discriminator": _one("discriminator"), "externalDocs": _one("externalDocs"),
    },
}  # fmt: skip

MAP_FIELDS: Final = frozenset(
    key for fields in _FIELDS.values() for key, child in fields.items() if child.shape == "map"
)
"""Fields whose values have names of people's own as keys, such as ``properties``."""

_MAPS: Final = {"callback": "pathItem"}
"""Objects that are nothing but a map."""

_REFERENCEABLE: Final = frozenset(COMPONENT_KINDS.values())


def is_reference(kind: str, value: Any) -> bool:
    """Whether the value is a Reference Object, or a schema or path item that refers (sections 4.8.23, 4.8.9)."""
    return kind in _REFERENCEABLE and isinstance(value, dict) and isinstance(value.get("$ref"), str)


def field_of(kind: str, key: str) -> Child | None:
    """What the field ``key`` of an object of ``kind`` holds; None where it is plain data that nothing may enter."""
    inner = _MAPS.get(kind)
    if inner is not None:
        return None if key.startswith("x-") else Child(inner)
    spec = _FIELDS.get(kind, _NO_FIELDS).get(key)
    if spec is None and kind in _FIELDS and key in _PROSE:
        return _TEXT
    return spec


_NO_FIELDS: Final[Mapping[str, Child]] = {}
_PROSE: Final = frozenset(("description", "summary", "title", "url"))
_TEXT: Final = Child("text")
"""Prose, of which descriptions in several files make references."""


def children(kind: str, value: Any) -> Iterator[tuple[tuple[str | int, ...], str, Any]]:
    """The objects directly below an object of ``kind``: tokens from it, kind, value.

    Values of the wrong shape (a list where a map belongs) are passed over; extensions, examples and defaults are data
    and never entered.
    """
    if not isinstance(value, dict):
        return
    for key, child in value.items():
        spec = _FIELDS.get(kind, _NO_FIELDS).get(key) if kind not in _MAPS else field_of(kind, key)
        if spec is None:
            continue
        if spec.shape == "one":
            yield (key,), spec.kind, child
            continue
        for token, item in _entries(key, child, spec.shape):
            yield (key, token), spec.kind, item


def _entries(key: str, value: Any, shape: str) -> Iterable[tuple[str | int, Any]]:
    if shape == "list":
        return enumerate(value) if isinstance(value, list) else ()
    if not isinstance(value, dict):
        return ()
    return ((name, item) for name, item in value.items() if not name.startswith("x-") or key in _OPEN_KEYS)


_OPEN_KEYS: Final = frozenset((
    "properties", "patternProperties", "dependentSchemas", "$defs", "definitions", "headers", "content", "encoding",
    "variables", *COMPONENT_KINDS,
))  # fmt: skip
"""Maps whose keys are free, so that ``x-…`` is a name there and no extension."""


def kind_at(tokens: list[str], kind: str = "openapi") -> str | None:
    """The kind of object at the end of a path of tokens from an object of ``kind``, or None where it is plain data."""
    position = 0
    while position < len(tokens):
        if kind in _MAPS:
            kind, position = _MAPS[kind], position + 1
            continue
        spec = _FIELDS.get(kind, {}).get(tokens[position])
        if spec is None:
            return None
        position += 1 if spec.shape == "one" else 2
        if position > len(tokens):
            return None
        kind = spec.kind
    return kind
