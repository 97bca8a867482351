"""Defaults of parameters, as the server applies them."""

from __future__ import annotations

from typing import Any

import jsonschema_rs

from tallystick.contract import Contract, Schema

__all__ = ["default_of", "has_usable_default"]

_ABSENT = object()


def default_of(contract: Contract, schema: Schema) -> Any:
    """The ``default`` at the schema or along its references; a private mark where there is none."""
    seen: set[str] = set()
    while True:
        if not isinstance(schema.value, bool) and "default" in schema.value:
            return schema.value["default"]
        ref = schema.ref
        if ref is None or ref in seen:
            return _ABSENT
        seen.add(ref)
        try:
            schema = contract.at(ref)
        except KeyError:
            return _ABSENT


def has_usable_default(contract: Contract, schema: Schema) -> bool:
    """Whether an absent value has a default, and its own schema accepts it."""
    value = default_of(contract, schema)
    if value is _ABSENT:
        return False
    try:
        plain = _without_references(contract, schema)
        if plain is not None:
            return jsonschema_rs.Draft202012Validator(plain, validate_formats=True).is_valid(value)
        registry = jsonschema_rs.Registry([("tally:check", {"components": contract.document.get("components", {})})])
        own = _anchored(schema.value)
        return jsonschema_rs.Draft202012Validator(own, registry=registry, validate_formats=True).is_valid(value)
    except (KeyError, ValueError, jsonschema_rs.ReferencingError):
        return False


def _without_references(contract: Contract, schema: Schema) -> Any:
    """The schema at the end of its references, None where that one refers to others; it spares a large registry."""
    resolved = contract.resolve(schema).value
    return None if "'$ref'" in repr(resolved) else resolved


def _anchored(value: Any) -> Any:
    """The schema with references into the contract's document."""
    if isinstance(value, dict):
        return {
            key: f"tally:check{item}"
            if key == "$ref" and isinstance(item, str) and item.startswith("#")
            else _anchored(item)
            for key, item in value.items()
        }
    return [_anchored(item) for item in value] if isinstance(value, list) else value
