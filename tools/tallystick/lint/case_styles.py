"""Case styles of names, and which one a description follows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, Literal

__all__ = ["CaseStyle", "fits", "prevailing"]

CaseStyle = Literal["camelCase", "PascalCase", "snake_case", "kebab-case", "CONSTANT_CASE"]

_PATTERNS: Final[dict[CaseStyle, re.Pattern[str]]] = {
    "camelCase": re.compile(r"[a-z][a-zA-Z0-9]*\Z"),
    "snake_case": re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*\Z"),
    "kebab-case": re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\Z"),
    "PascalCase": re.compile(r"[A-Z][a-zA-Z0-9]*\Z"),
    "CONSTANT_CASE": re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*\Z"),
}


def fits(name: str, style: CaseStyle) -> bool:
    """Whether a name follows a style; one lower-case word follows three of them."""
    return _PATTERNS[style].match(name) is not None


def prevailing(names: Iterable[str]) -> CaseStyle | None:
    """The style that most names follow, the first in the table where several do; None where none follows any."""
    counts = dict.fromkeys(_PATTERNS, 0)
    for name in names:
        for style in _PATTERNS:
            counts[style] += fits(name, style)
    best = max(counts, key=lambda style: counts[style])
    return best if counts[best] else None
