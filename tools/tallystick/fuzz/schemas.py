"""The schemas of a contract as validators of jsonschema-rs, compiled when first used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import jsonschema_rs

from tallystick.contract import Contract, Schema
from tallystick.document import as_fragment
from tallystick.findings import InputError

__all__ = ["Schemas"]

_DEPTH: Final = 8
_ADDRESS: Final = "urn:tally:description"


class Schemas:
    """Validates values against schemas of one contract. Formats are asserted."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._registry = jsonschema_rs.Registry([(_ADDRESS, dict(contract.document))], draft=jsonschema_rs.Draft202012)
        self._validators: dict[str, Any] = {}

    def is_valid(self, schema: Schema, value: Any) -> bool:
        """Whether the value is right by the schema.

        Raises:
            InputError: the schema cannot be compiled.
        """
        found: bool = self._validator(schema).is_valid(value)
        return found

    def _validator(self, schema: Schema) -> Any:
        pointer = schema.location.pointer
        if pointer not in self._validators:
            self._validators[pointer] = self._compiled(schema)
        return self._validators[pointer]

    def _compiled(self, schema: Schema) -> Any:
        reference = {"$ref": f"{_ADDRESS}{as_fragment(schema.location.pointer)}"}
        try:
            return jsonschema_rs.Draft202012Validator(reference, registry=self._registry, validate_formats=True)
        except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError) as error:
            reason = str(error).partition("\n")[0]
            message = f"no value can be judged by this schema: {reason}; correct it, `tally lint` shows more"
            raise InputError.of("fuzz-schema", message, schema.location.place) from error

    def types(self, schema: Schema) -> frozenset[str]:
        """The JSON types that the schema allows on the face of it; empty when it does not say."""
        return frozenset(name for part in self.parts(schema) for name in part.types)

    def resolved(self, schema: Schema) -> Schema:
        """The schema at the end of its references."""
        return self._contract.resolve(schema)

    def parts(self, schema: Schema, depth: int = 0) -> Iterator[Schema]:
        """The schema without its references, and those it is composed of."""
        resolved = self._contract.resolve(schema)
        yield resolved
        for keyword in ("anyOf", "oneOf", "allOf"):
            for index in range(len(resolved.get(keyword, ())) if depth < _DEPTH else 0):
                yield from self.parts(resolved.child(keyword, index), depth + 1)

    def keyword(self, schema: Schema, name: str) -> list[Any]:
        """The values of a keyword in the schema and its parts, each once."""
        return list(dict.fromkeys(part.get(name) for part in self.parts(schema) if part.get(name) is not None))

    def values(self, schema: Schema) -> list[Any]:
        """The values that ``enum`` and ``const`` allow."""
        found = [value for part in self.parts(schema) for value in part.get("enum", ())]
        return found + [part.get("const") for part in self.parts(schema) if part.get("const") is not None]

    def property(self, schema: Schema, name: str) -> Schema | None:
        """The schema of a property, None where it is not declared."""
        return next((part.properties[name] for part in self.parts(schema) if name in part.properties), None)

    def items(self, schema: Schema) -> Schema | None:
        """The schema of the items of an array."""
        return next((part.child("items") for part in self.parts(schema) if isinstance(part.get("items"), dict)), None)
