"""Following references between schemas, and merging what ``allOf`` joins."""

from __future__ import annotations

from typing import Final

from tallystick.contract.canonical.flat import Flat, Part, source_pointer, split
from tallystick.contract.canonical.inheritance import Inheritance
from tallystick.contract.model import Contract
from tallystick.document import as_fragment, fragment_pointer
from tallystick.findings import Finding, Level

__all__ = ["Merger"]

_Key = tuple[str, tuple[str, ...]]
_DEEPEST: Final = 150
"""Schemas that one schema may include by way of each other; an ``allOf`` and its reference count as two."""


class Merger:
    """Reads the schemas of one contract. ``findings`` fills while it runs."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self.inheritance = Inheritance(contract)
        self.findings: list[Finding] = []

    def report(self, code: str, message: str, pointer: str, level: Level = Level.WARNING) -> None:
        """Adds a finding at a schema of the description."""
        place = self._contract.location.at(source_pointer(pointer)).place
        self.findings.append(Finding(code, level, message, place))

    def part(self, pointer: str) -> Part:
        """The schema at a pointer of the description."""
        return Part(self._contract.at(as_fragment(pointer)).value, pointer)

    def target_of(self, part: Part) -> Part | None:
        """The schema at the end of a chain of plain references; None (with a finding) where it is broken."""
        seen: set[str] = set()
        while isinstance(part.value, dict) and isinstance(reference := part.value.get("$ref"), str):
            if seen and len(split(part.value)[0]) > 1:
                break
            if reference in seen:
                self.report(
                    "ref-cycle-usable",
                    "the reference leads back to itself: no value can exist",
                    part.pointer,
                    Level.ERROR,
                )
                return None
            seen.add(reference)
            try:
                found = self._contract.at(reference)
            except (KeyError, ValueError):
                return None  # reported as a dangling reference when the description was bundled
            if not isinstance(found.value, dict | bool):
                self.report(
                    "ref-resolves", f"{reference!r} leads to something that is no schema", part.pointer, Level.ERROR
                )
                return None
            part = Part(found.value, fragment_pointer(reference))
        return part

    def target_pointer(self, part: Part) -> str:
        """The pointer of the schema that a part leads to; empty where it leads nowhere."""
        target = self.target_of(part)
        return target.pointer if target is not None else ""

    def flatten(self, part: Part) -> Flat:
        """The schema with its references and ``allOf`` merged in."""
        flat = Flat()
        self.absorb(flat, part, (), part)
        return flat

    def absorb(self, flat: Flat, part: Part, path: tuple[str, ...], top: Part) -> None:
        """Adds a schema and what it includes to an accumulator. ``path`` holds the pointers being absorbed."""
        self._absorb(flat, part, path, top, set())

    def _absorb(self, flat: Flat, part: Part, path: tuple[str, ...], top: Part, taken: set[_Key]) -> None:
        if part.pointer in path:
            self.report("ref-cycle-usable", "allOf leads back to itself: no value can exist", top.pointer, Level.ERROR)
            return
        if len(path) > _DEEPEST:
            message = f"allOf leads through more than {_DEEPEST} schemas: what lies beyond them is left out; flatten it"
            self.report("canonical-depth", message, top.pointer, Level.ERROR)
            return
        key = (part.pointer, tuple(part.value) if isinstance(part.value, dict) else ())
        if key in taken:
            return  # a schema that must hold twice holds once
        taken.add(key)
        path = (*path, part.pointer)
        value = part.value
        if isinstance(value, dict):
            if "$ref" in value:
                target = self.target_of(Part({"$ref": value["$ref"]}, part.pointer))
                if target is not None:
                    self._absorb(flat, self._as_base(target, path, top), path, top, taken)
            for index in range(len(value.get("allOf", ()))):
                self._absorb(flat, part.child("allOf", index), path, top, taken)
        flat.take(part)

    def _as_base(self, target: Part, path: tuple[str, ...], top: Part) -> Part:
        base = self.inheritance.without_own_union(target, path)
        if base is not target:
            message = "the schema inherits from a union that it is a member of: only what stands beside it is inherited"
            self.report("canonical-inheritance", message, top.pointer, Level.INFO)
        return base
