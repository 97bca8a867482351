"""Values of a description as Python literals. Nothing else may place text of a description into code."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

__all__ = ["literal", "tuple_of", "tuple_text"]


def literal(value: Any) -> str:
    """The Python expression for a JSON value; strings in double quotes, with everything unprintable escaped.

    Raises:
        TypeError: it is no JSON value.
    """
    if isinstance(value, str):
        return _text(value)
    if value is None or isinstance(value, bool | int):
        return repr(value)
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else f'float("{value}")'
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(literal, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_text(str(key))}: {literal(item)}" for key, item in value.items()) + "}"
    raise TypeError(f"no literal for {type(value).__name__}")


def tuple_text(values: Iterable[Any]) -> str:
    """The Python expression for a tuple of JSON values."""
    return tuple_of(map(literal, values))


def tuple_of(texts: Iterable[str]) -> str:
    """A tuple of expressions, without a trailing comma where Python needs none."""
    listed = list(texts)
    return f"({listed[0]},)" if len(listed) == 1 else f"({', '.join(listed)})"


def _text(value: str) -> str:
    if value.isprintable() and '"' not in value and "\\" not in value:
        return f'"{value}"'
    body = "".join(_sign(sign) for sign in value)
    return f'"{body}"'


def _sign(sign: str) -> str:
    if sign in {'"', "\\"}:
        return "\\" + sign
    if sign.isprintable() and not 0xD800 <= ord(sign) <= 0xDFFF:
        return sign
    return sign.encode("unicode_escape").decode() if ord(sign) < 0xD800 or ord(sign) > 0xDFFF else f"\\u{ord(sign):04x}"
