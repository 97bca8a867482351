"""Schemas with a discriminator from which others inherit by ``allOf`` (OpenAPI 3.1.1, section 4.8.25.4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from tallystick.contract.canonical.flat import Part
from tallystick.contract.model import Contract

__all__ = ["Inheritance"]

_PREFIX: Final = "#/components/schemas/"


class Inheritance:
    """Which component schemas inherit from which."""

    def __init__(self, contract: Contract) -> None:
        self._schemas = {name: schema.value for name, schema in contract.schemas.items()}
        self._children: dict[str, list[str]] = {}
        for name, value in self._schemas.items():
            for base in _bases(value):
                self._children.setdefault(base, []).append(name)

    def subtypes(self, pointer: str) -> Mapping[str, str]:
        """Discriminator value and pointer of each schema that inherits from the one at ``pointer``.

        Empty where the schema has no discriminator of its own, or says by ``oneOf`` what the members are.
        """
        name = pointer.removeprefix("/components/schemas/")
        value = self._schemas.get(name)
        if (
            pointer == name
            or not isinstance(value, dict)
            or "discriminator" not in value
            or {"oneOf", "anyOf"} & set(value)
        ):
            return {}
        heirs = list(dict.fromkeys(self._heirs(name, {name})))
        mapping = value["discriminator"].get("mapping")
        stated = {tag: _name(target) for tag, target in mapping.items()} if isinstance(mapping, dict) else {}
        found = {tag: heir for tag, heir in stated.items() if heir in heirs}
        found.update({heir: heir for heir in heirs if heir not in found.values()})
        return {tag: f"/components/schemas/{heir}" for tag, heir in found.items()}

    def property_name(self, pointer: str) -> str:
        """The property that tells the subtypes apart."""
        value: Any = self._schemas[pointer.removeprefix("/components/schemas/")]
        return str(value["discriminator"]["propertyName"])

    @staticmethod
    def without_own_union(target: Part, path: tuple[str, ...]) -> Part:
        """The target as a base: a union in it that leads back to the schema being built is left out."""
        if not isinstance(target.value, dict):
            return target
        for keyword in ("oneOf", "anyOf"):
            members = target.value.get(keyword, ())
            if any(isinstance(m, dict) and str(m.get("$ref", ""))[1:] in path for m in members):
                value = {key: child for key, child in target.value.items() if key not in (keyword, "discriminator")}
                return Part(value, target.pointer)
        return target

    def _heirs(self, name: str, seen: set[str]) -> Iterator[str]:
        for child in self._children.get(name, ()):
            if child not in seen:
                seen.add(child)
                yield child
                yield from self._heirs(child, seen)


def _bases(value: Any) -> Iterator[str]:
    members = value.get("allOf") if isinstance(value, dict) else None
    for member in members if isinstance(members, list) else ():
        reference = member.get("$ref") if isinstance(member, dict) else None
        if isinstance(reference, str) and reference.startswith(_PREFIX):
            yield reference[len(_PREFIX) :]


def _name(target: Any) -> str:
    return str(target).removeprefix(_PREFIX)
