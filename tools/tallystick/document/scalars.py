"""Plain scalars by the YAML 1.2 core schema, and where YAML 1.1 readers would see something else.

Source: YAML 1.2.2, section 10.3.2; YAML 1.1 type repository (bool, int, float, timestamp).
"""

from __future__ import annotations

import re
from typing import Any, Final

__all__ = ["resolve", "trap"]

_WORDS: Final[dict[str, Any]] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
    ".inf": float("inf"), ".Inf": float("inf"), ".INF": float("inf"), "+.inf": float("inf"),
    "-.inf": float("-inf"), "-.Inf": float("-inf"), "-.INF": float("-inf"),
    ".nan": float("nan"), ".NaN": float("nan"), ".NAN": float("nan"),
}  # fmt: skip
_LONGEST_WORD: Final = 5
_NUMBER_START: Final = frozenset("0123456789+-.")
_INTEGER: Final = re.compile(r"[-+]?[0-9]+\Z")
_BASED: Final = re.compile(r"0o[0-7]+\Z|0x[0-9a-fA-F]+\Z")
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_LONGEST_NUMBER: Final = 4000  # CPython refuses to convert longer digit strings

_BOOLEANS_11: Final = frozenset(
    form for word in ("yes", "no", "on", "off") for form in (word, word.capitalize(), word.upper())
)
_OCTAL_11: Final = re.compile(r"[-+]?0[0-9]+\Z")
_GROUPED_11: Final = re.compile(r"[-+]?[0-9][0-9_]*_[0-9_]*(?:\.[0-9_]*)?\Z")
_BINARY_11: Final = re.compile(r"[-+]?0b[01_]+\Z")
_BASE60_11: Final = re.compile(r"[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?\Z")
_DATE_11: Final = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt ].*)?\Z")


def resolve(text: str) -> Any:
    """The value of a plain scalar: None, bool, int, float, or the text itself."""
    if len(text) <= _LONGEST_WORD and text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMBER_START or len(text) > _LONGEST_NUMBER:
        return text
    if _INTEGER.match(text):
        return int(text)
    if _FLOAT.match(text):
        return float(text)
    return int(text, 0) if _BASED.match(text) else text


def trap(text: str) -> str | None:
    """What a YAML 1.1 reader makes of a plain scalar that YAML 1.2 reads otherwise, or None where they agree."""
    first = text[:1]
    if first in "yYnNoO" and text in _BOOLEANS_11:
        return "a boolean"
    if first not in _NUMBER_START or not first:
        return None
    if _OCTAL_11.match(text):
        return "an octal number" if set(text) <= set("+-01234567") else "text"
    if _BINARY_11.match(text) or _GROUPED_11.match(text):
        return "a number"
    if _BASE60_11.match(text):
        return "a base 60 number"
    return "a date" if _DATE_11.match(text) else None
