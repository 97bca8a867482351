"""Text as JSON scalars, by the grammar of JSON: ``5_0``, ``+5`` and ``yes`` are neither numbers nor booleans."""

from __future__ import annotations

import math
import re
from typing import Any

__all__ = ["is_integer", "readings"]

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_LONGEST = 4000
"""Digits that Python reads as a number without a further limit (sys.set_int_max_str_digits)."""


def is_integer(text: str) -> bool:
    """Whether the text is an integer as JSON writes it, and not longer than Python reads."""
    return len(text) <= _LONGEST and _INTEGER.fullmatch(text) is not None


def readings(text: str, types: frozenset[str]) -> list[Any]:
    """The values of these types that the text may stand for: number, boolean, string, null in this order.

    An empty text is null where null is a type. Text that is none of the types is given back as it is, for the validator
    to refuse.
    """
    found: list[Any] = []
    if "integer" in types or "number" in types:
        found.extend(_numbers(text, types))
    if "boolean" in types and text in {"true", "false"}:
        found.append(text == "true")
    if "string" in types:
        found.append(text)
    if "null" in types and not text:
        found.append(None)
    return found or [text]


def _numbers(text: str, types: frozenset[str]) -> list[int | float]:
    if len(text) > _LONGEST:
        return []
    if _INTEGER.fullmatch(text):
        return [int(text)]
    if "number" in types and _NUMBER.fullmatch(text):
        value = float(text)
        return [value] if math.isfinite(value) else []
    return []
