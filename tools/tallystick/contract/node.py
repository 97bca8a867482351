"""A value of the description while it is read: typed access that reports what has the wrong shape."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tallystick.document import Location, fragment_tokens, join, value_at
from tallystick.findings import Finding, Level

__all__ = ["Node"]


@dataclass(frozen=True, slots=True)
class Node:
    """A value, where it stands, the document around it, and the operation it belongs to.

    ``findings`` is shared by all nodes of one reading and grows while it runs.
    """

    value: Any
    location: Location
    document: Mapping[str, Any]
    findings: list[Finding]
    operation: str | None = None

    @classmethod
    def root(cls, document: Mapping[str, Any], location: Location) -> Node:
        """The root of a document in normal form."""
        return cls(document, location, document, [])

    def within(self, operation: str) -> Node:
        """The same node, its findings laid to an operation."""
        return replace(self, operation=operation)

    def child(self, *tokens: str | int) -> Node:
        """The value at the tokens, which must exist."""
        value = self.value
        for token in tokens:
            value = value[token]
        return self._at(value, self.location.child(*tokens))

    def _at(self, value: Any, location: Location) -> Node:
        return Node(value, location, self.document, self.findings, self.operation)

    def has(self, key: str) -> bool:
        """Whether the node is a map with that key."""
        return isinstance(self.value, dict) and key in self.value

    def mapping(self, key: str) -> Node:
        """The map under ``key``; an empty one where it is absent or (with a finding) no map."""
        value = self.value.get(key) if isinstance(self.value, dict) else None
        location = self.location.child(key)
        if isinstance(value, dict):
            return self._at(value, location)
        if value is not None:
            self._at(value, location).report("wrong-shape", f"`{key}` must be a map", Level.ERROR)
        return self._at({}, location)

    def items(self, key: str) -> list[Node]:
        """The entries of the list under ``key``."""
        value = self.value.get(key) if isinstance(self.value, dict) else None
        if value is None:
            return []
        if not isinstance(value, list):
            self.child(key).report("wrong-shape", f"`{key}` must be a list", Level.ERROR)
            return []
        return [self.child(key, index) for index in range(len(value))]

    def entries(self) -> Iterator[tuple[str, Node]]:
        """The entries of this map, extensions left out."""
        for key in self.value:
            if not key.startswith("x-"):
                yield key, self.child(key)

    def every_entry(self) -> Iterator[tuple[str, Node]]:
        """The entries of a map whose keys are free (headers, media types)."""
        for key in self.value:
            yield key, self.child(key)

    def text(self, key: str) -> str:
        """The text under ``key``, or the empty text."""
        value = self.value.get(key) if isinstance(self.value, dict) else None
        if isinstance(value, str):
            return value
        if value is not None:
            self.child(key).report("wrong-shape", f"`{key}` must be text: put it in quotes", Level.ERROR)
            return str(value) if isinstance(value, int | float) else ""
        return ""

    def flag(self, key: str, *, default: bool = False) -> bool:
        """The boolean under ``key``."""
        value = self.value.get(key) if isinstance(self.value, dict) else None
        if value is None or isinstance(value, bool):
            return default if value is None else value
        self.child(key).report("wrong-shape", f"`{key}` must be true or false", Level.ERROR)
        return default

    def extensions(self) -> dict[str, Any]:
        """The ``x-`` fields."""
        return {key: value for key, value in self.value.items() if key.startswith("x-")}

    def resolved(self, kind: str) -> Node | None:
        """The node at the end of the chain of references that begins here; None (with a finding) for a broken one."""
        node, seen = self, set[str]()
        while isinstance(node.value, dict) and isinstance(reference := node.value.get("$ref"), str):
            if reference in seen:
                self.report("ref-cycle", f"the reference {reference!r} leads back to itself", Level.ERROR)
                return None
            seen.add(reference)
            target = self._target(reference)
            if target is None:
                return None  # a dangling reference has its finding from the bundling
            node = target
        if isinstance(node.value, dict):
            return node
        self.report("wrong-shape", f"this must be a {kind} object (a map)", Level.ERROR)
        return None

    def _target(self, reference: str) -> Node | None:
        try:
            tokens = fragment_tokens(reference)
            value = value_at(self.document, tokens)
        except (KeyError, ValueError):
            return None
        return self._at(value, self.location.at(join("", *tokens)))

    def report(self, code: str, message: str, level: Level, *, key: bool = False) -> None:
        """Adds a finding at this node (or at its key)."""
        place = self.location.key if key else self.location.place
        self.findings.append(Finding(code, level, message, place, self.operation))
