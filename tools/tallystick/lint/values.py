"""JSON values as rules talk about them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

__all__ = ["fits_type", "type_name"]


def type_name(value: Any) -> str:
    """The JSON Schema type of a value; a whole number is an integer, also when it is written ``1.0``."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str):
        return "string"
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
        return "integer"
    if isinstance(value, float):
        return "number"
    return "array" if isinstance(value, list) else "object"


def fits_type(value: Any, types: Iterable[str]) -> bool:
    """Whether a value has one of the types."""
    name = type_name(value)
    listed = set(types)
    return name in listed or (name == "integer" and "number" in listed)
