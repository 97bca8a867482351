"""Where every value and key of a file stands."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any

__all__ = ["PositionTable", "pack", "unpack"]

_COLUMN_BITS = 26


def pack(line: int, column: int) -> int:
    """A position (both counted from 0) as one integer."""
    return line << _COLUMN_BITS | column


def unpack(position: int) -> tuple[int, int]:
    """Line and column, counted from 1."""
    return (position >> _COLUMN_BITS) + 1, (position & (1 << _COLUMN_BITS) - 1) + 1


class PositionTable:
    """Spans of the children of each container, found by the container's identity.

    A row holds four packed positions per child: start and end of the key (equal to the value's in lists), start and end
    of the value. Identity is safe as a key because the document keeps its containers alive and unchanged.
    """

    __slots__ = ("_rows", "root")

    def __init__(self) -> None:
        self.root: tuple[int, int] = (0, 0)
        self._rows: dict[int, array[int]] = {}

    def add(self, container: Any, spans: Sequence[int]) -> None:
        """Records the spans of a finished container's children, four positions per child in their order."""
        self._rows[id(container)] = array("Q", spans)

    def span(self, container: Any, index: int, *, key: bool = False) -> tuple[int, int] | None:
        """Start and end of the child at ``index`` (or of its key), or None where it is unknown."""
        row = self._rows.get(id(container))
        offset = index * 4 + (0 if key else 2)
        if row is None or offset + 1 >= len(row):
            return None
        return row[offset], row[offset + 1]
