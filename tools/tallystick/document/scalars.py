"""Plain scalars by the YAML 1.2 core schema, and where YAML 1.1 readers would see something else.

Source: YAML 1.2.2, section 10.3.2; YAML 1.1 type repository (bool, int, float, timestamp).
"""

from __future__ import annotations

import re
from math import isfinite
from typing import Any, Final

__all__ = ["is_beyond_json", "resolve", "trap"]

_WORDS: Final[dict[str, Any]] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_LONGEST_WORD: Final = 5
_NUMBER_START: Final = frozenset("0123456789+-.")
_INTEGER: Final = re.compile(r"[-+]?[0-9]+\Z")
_BASED: Final = re.compile(r"0o[0-7]+\Z|0x[0-9a-fA-F]+\Z")
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_LONGEST_NUMBER: Final = 300  # more digits are beyond what JSON readers keep (RFC 8259, section 6)
_NOT_FINITE: Final = re.compile(r"[-+]?\.(?:inf|Inf|INF)\Z|\.(?:nan|NaN|NAN)\Z")

_LONGEST_TRAP: Final = 100
"""Longer plain scalars are prose to every reader; the bound also keeps the patterns below cheap."""
# The lone letters y and n are booleans by the letter of YAML 1.1, but no common reader takes them for that.
_BOOLEANS_11: Final = frozenset(
    form for word in ("yes", "no", "on", "off") for form in (word, word.capitalize(), word.upper())
)
_FLOAT_11: Final = re.compile(r"[-+]?(?:[0-9][0-9_]*)?\.[0-9.]*(?:[eE][-+][0-9]+)?\Z")
_READINGS_11: Final = (
    (re.compile(r"[-+]?0[0-7]+\Z"), "an octal number"),
    (re.compile(r"[-+]?0[0-9]+\Z|0o[0-7]+\Z"), "text"),
    (re.compile(r"[-+]?0b[01_]+\Z|[-+]?[0-9][0-9_]*_[0-9_]*(?:\.[0-9_]*)?\Z"), "a number"),
    (re.compile(r"[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?\Z"), "a base 60 number"),
    (re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z"), "a date"),
    (
        re.compile(
            r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?"
            r"(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?\Z"
        ),
        "a date",
    ),
)
"""What YAML 1.1 reads otherwise than 1.2: the first that fits."""


def resolve(text: str) -> Any:
    """The value of a plain scalar: None, bool, int, float, or the text itself.

    Numbers that JSON cannot hold (infinities, no-number, hundreds of digits) stay text; see :func:`is_beyond_json`.
    """
    if len(text) <= _LONGEST_WORD and text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMBER_START or len(text) > _LONGEST_NUMBER:
        return text
    if _INTEGER.match(text):
        return int(text)
    if _FLOAT.match(text):
        number = float(text)
        return number if isfinite(number) else text
    return int(text, 0) if _BASED.match(text) else text


def is_beyond_json(text: str) -> bool:
    """Whether a plain scalar is a number by YAML 1.2 that no JSON reader can hold."""
    if text[:1] not in _NUMBER_START or not text:
        return False
    return any(pattern.match(text) for pattern in (_NOT_FINITE, _FLOAT, _BASED))


def trap(text: str, value: Any) -> str | None:
    """What a YAML 1.1 reader makes of a plain scalar, None where it agrees with ``value``, the YAML 1.2 reading."""
    first = text[:1]
    if first in "yYnNoO" and text in _BOOLEANS_11:
        return "a boolean"
    if not first or first not in _NUMBER_START or len(text) > _LONGEST_TRAP:
        return None
    if type(value) is float:
        return None if _FLOAT_11.match(text) else "text"
    return next((reading for pattern, reading in _READINGS_11 if pattern.match(text)), None)
