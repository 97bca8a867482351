"""Where every value and key of a file stands."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any

__all__ = ["COLUMN_BITS", "PositionTable", "pack", "unpack"]

COLUMN_BITS = 26
_SMALL = 16  # maps up to this size are searched, larger ones are numbered once


def pack(line: int, column: int) -> int:
    """A position (both counted from 0) as one integer."""
    return line << COLUMN_BITS | column


def unpack(position: int) -> tuple[int, int]:
    """Line and column, counted from 1."""
    return (position >> COLUMN_BITS) + 1, (position & (1 << COLUMN_BITS) - 1) + 1


class PositionTable:
    """Spans of the children of each container, found by the container's identity.

    A row holds four packed positions per child: start and end of the key (equal to the value's in lists), start and end
    of the value. Identity is safe as a key because the document keeps its containers alive and unchanged.
    """

    __slots__ = ("_numbers", "_rows", "root")

    def __init__(self) -> None:
        self.root: tuple[int, int] = (0, 0)
        self._rows: dict[int, array[int]] = {}
        self._numbers: dict[int, dict[str, int]] = {}

    def add(self, container: Any, spans: Sequence[int]) -> None:
        """Records the spans of a finished container's children, four positions per child in their order."""
        self._rows[id(container)] = array("Q", spans)

    def row(self, container: Any) -> Sequence[int]:
        """All spans of a container; empty where it is unknown."""
        return self._rows.get(id(container), ())

    def span(self, container: Any, token: str, *, key: bool = False) -> tuple[int, int] | None:
        """Start and end of the child that a token names (or of its key), or None where it is unknown."""
        row = self._rows.get(id(container))
        if row is None:
            return None
        number = int(token) if isinstance(container, list) else self._number(container, token)
        offset = number * 4 + (0 if key else 2)
        return (row[offset], row[offset + 1]) if offset + 1 < len(row) else None

    def _number(self, container: dict[str, Any], token: str) -> int:
        if len(container) <= _SMALL:
            return next(number for number, name in enumerate(container) if name == token)
        numbers = self._numbers.get(id(container))
        if numbers is None:
            numbers = self._numbers[id(container)] = {name: number for number, name in enumerate(container)}
        return numbers[token]
