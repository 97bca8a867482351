"""Descriptions are hostile input: what they say must not act on a terminal, a log or a web page."""

from __future__ import annotations

import unicodedata
from typing import Final

__all__ = ["clipped", "one_line", "visible"]

# Control, format (text direction, zero width), lone surrogates, line and paragraph separators, unassigned and U+FFFF.
_UNSAFE: Final = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))
_LIMIT: Final = 4000


def one_line(text: str) -> str:
    r"""The text on a single line: control characters and their like become escapes such as ``\n`` or ``\x1b``."""
    if text.isprintable():
        return text
    return "".join(character if _is_safe(character) else _escaped(character) for character in text)


def visible(text: str) -> str:
    """Like ``one_line``, but line feeds remain line feeds."""
    return "\n".join(one_line(line) for line in text.replace("\r\n", "\n").split("\n"))


def clipped(text: str, limit: int = _LIMIT) -> str:
    """At most ``limit`` characters of the text, and how many were left out."""
    if len(text) <= limit:
        return text
    return f"{text[:limit]}… ({len(text) - limit} more characters)"


def _is_safe(character: str) -> bool:
    return unicodedata.category(character) not in _UNSAFE and ord(character) & 0xFFFE != 0xFFFE


def _escaped(character: str) -> str:
    return ascii(character)[1:-1]
