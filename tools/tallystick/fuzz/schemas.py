"""The schemas of a contract as validators of jsonschema-rs, compiled when first used."""

from __future__ import annotations

from typing import Any, Final

import jsonschema_rs

from tallystick.contract import Contract, Schema

__all__ = ["Schemas"]

_ADDRESS: Final = "urn:tally:description"


class Schemas:
    """Validates values against schemas of one contract. Formats are asserted."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._registry = jsonschema_rs.Registry([(_ADDRESS, dict(contract.document))], draft=jsonschema_rs.Draft202012)
        self._validators: dict[str, Any] = {}

    def is_valid(self, schema: Schema, value: Any) -> bool:
        """Whether the value is right by the schema."""
        found: bool = self._validator(schema).is_valid(value)
        return found

    def _validator(self, schema: Schema) -> Any:
        pointer = schema.location.pointer
        if pointer not in self._validators:
            self._validators[pointer] = jsonschema_rs.Draft202012Validator(
                {"$ref": f"{_ADDRESS}#{pointer}"}, registry=self._registry, validate_formats=True
            )
        return self._validators[pointer]

    def types(self, schema: Schema) -> frozenset[str]:
        """The JSON types that the schema allows on the face of it; empty when it does not say."""
        resolved = self._contract.resolve(schema)
        if resolved.types:
            return resolved.types
        found: frozenset[str] = frozenset()
        for keyword in ("anyOf", "oneOf", "allOf"):
            for index in range(len(resolved.get(keyword, ()))):
                found |= self.types(resolved.child(keyword, index))
        return found

    def property(self, schema: Schema, name: str) -> Schema | None:
        """The schema of a property, None where it is not declared."""
        resolved = self._contract.resolve(schema)
        if name in resolved.properties:
            return resolved.properties[name]
        for keyword in ("anyOf", "oneOf", "allOf"):
            for index in range(len(resolved.get(keyword, ()))):
                found = self.property(resolved.child(keyword, index), name)
                if found is not None:
                    return found
        return None

    def items(self, schema: Schema) -> Schema | None:
        """The schema of the items of an array."""
        resolved = self._contract.resolve(schema)
        if isinstance(resolved.get("items"), dict):
            return resolved.child("items")
        for keyword in ("anyOf", "oneOf", "allOf"):
            for index in range(len(resolved.get(keyword, ()))):
                found = self.items(resolved.child(keyword, index))
                if found is not None:
                    return found
        return None
