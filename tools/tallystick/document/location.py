"""A place in a description by JSON pointer, turned into line and column only when somebody looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from tallystick.document.pointer import join
from tallystick.findings import Place

__all__ = ["Location", "PlaceSource"]


class PlaceSource(Protocol):
    """Something with a tree of values whose places are known: a file, a bundle, a canonical document."""

    def place(self, pointer: str, *, key: bool = False) -> Place:
        """The place of the value (or of its key) at ``pointer``, or of its nearest ancestor that has one."""
        ...


@dataclass(frozen=True, slots=True)
class Location:
    """A value of a description."""

    source: PlaceSource
    pointer: str

    def child(self, *tokens: str | int) -> Location:
        """The location of a descendant."""
        return Location(self.source, join(self.pointer, *tokens))

    def at(self, pointer: str) -> Location:
        """Another location of the same source."""
        return Location(self.source, pointer)

    @property
    def place(self) -> Place:
        """File, line and column of the value."""
        return self.source.place(self.pointer)

    @property
    def key(self) -> Place:
        """File, line and column of the key that the value stands under."""
        return self.source.place(self.pointer, key=True)
