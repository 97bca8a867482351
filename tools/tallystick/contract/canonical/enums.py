"""Lists of values as engines want them: one type each, no null, no duplicates, and at least one member."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from tallystick.contract.canonical.flat import json_type, unique

__all__ = ["EnumForms", "enum_forms"]

_LARGEST: Final = 2**63 - 1
"""Pydantic finds no larger integer in an enum or a Literal."""


@dataclass(frozen=True, slots=True)
class EnumForms:
    """What becomes of a list of values."""

    groups: dict[str, list[Any]]
    """Members by type (string, integer), each list without duplicates."""
    others: list[Any]
    """Values that no enum class can hold: fractions, lists, objects, integers of which some are very large."""
    booleans: list[bool]
    nullable: bool
    misfits: list[Any]
    """Values that the stated type excludes, so that they can never occur."""

    @property
    def fitting(self) -> list[Any]:
        """Every value but the misfits."""
        grouped = [value for members in self.groups.values() for value in members]
        return [*grouped, *self.booleans, *self.others, *([None] if self.nullable else [])]


def enum_forms(values: Iterable[Any], types: frozenset[str] | None) -> EnumForms:
    """Sorts the values of an ``enum`` by what they can become."""
    groups: dict[str, list[Any]] = {}
    others: list[Any] = []
    booleans: list[bool] = []
    misfits: list[Any] = []
    nullable = False
    for value in unique(values):
        kind = json_type(value)
        if types is not None and kind not in types and not (kind == "integer" and "number" in types):
            misfits.append(value)
        elif kind == "null":
            nullable = True
        elif kind == "boolean":
            booleans.append(value)
        elif kind in ("string", "integer"):
            groups.setdefault(kind, []).append(int(Decimal(repr(value))) if kind == "integer" else value)
        else:
            others.append(value)
    if any(abs(value) > _LARGEST for value in groups.get("integer", ())):
        others += groups.pop("integer")
    return EnumForms(groups, others, booleans, nullable, misfits)
