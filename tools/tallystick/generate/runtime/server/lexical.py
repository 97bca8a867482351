"""Text as JSON scalars, by the grammar of JSON: ``5_0``, ``+5`` and ``yes`` are neither numbers nor booleans."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Any, Final

__all__ = ["is_integer", "readings", "with_whole_numbers"]

_INTEGER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)")
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_LONGEST: Final = 4000
"""Digits that Python reads as an integer without a further limit (sys.set_int_max_str_digits)."""
_NULLS: Final = frozenset(("", "null"))


def is_integer(text: str) -> bool:
    """Whether the text is an integer as JSON writes it, and not longer than Python reads."""
    return len(text) <= _LONGEST and _INTEGER.fullmatch(text) is not None


def readings(text: str, types: frozenset[str]) -> list[Any]:
    """The values of these types that the text may stand for: number, boolean, string, null in this order.

    ``null`` and an empty text are null where null is a type: JSON writes the one, and the style examples of OpenAPI
    3.1.1 leave the text of an undefined value empty. Text that is none of the types is given back as it is, for the
    validator to refuse.
    """
    found: list[Any] = []
    if "integer" in types or "number" in types:
        found.extend(_numbers(text, types))
    if "boolean" in types and text in {"true", "false"}:
        found.append(text == "true")
    if "string" in types:
        found.append(text)
    if "null" in types and text in _NULLS:
        found.append(None)
    return found or [text]


def _numbers(text: str, types: frozenset[str]) -> list[int | float]:
    if is_integer(text):
        return [int(text)]
    if "number" in types and _NUMBER.fullmatch(text):
        value = float(text)
        if not math.isfinite(value):
            return []
        return [_whole(text, value) if "integer" in types and value.is_integer() else value]
    return []


def _whole(text: str, value: float) -> int:
    """The integer that a text says, whose nearest double is known; there is no other limit to the exponent of zero."""
    return int(Decimal(text)) if value else 0


def with_whole_numbers(value: Any) -> Any:
    """The value with integral numbers as integers: ``1e300`` is one, and Pydantic takes only smaller ones as such.

    The integer is the one that was written, not the nearest double: ``1e23`` has 23 zeros.
    """
    if isinstance(value, float):
        return int(Decimal(repr(value))) if value.is_integer() else value
    if isinstance(value, list):
        return [with_whole_numbers(item) for item in value]
    if isinstance(value, dict):
        return {name: with_whole_numbers(item) for name, item in value.items()}
    return value
