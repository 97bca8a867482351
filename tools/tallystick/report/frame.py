"""The code frame: the source line of a finding with its stretch underlined."""

from __future__ import annotations

import unicodedata
from typing import Final

from tallystick.findings import Place
from tallystick.report.escaping import one_line

__all__ = ["frame"]

_BEFORE: Final = 60  # characters shown before the stretch when the line is long
_WIDTH: Final = 110  # characters of the source line that are shown at most


def frame(place: Place, line: str) -> list[str]:
    """Three lines: a bar, the source line with its number, and carets below the stretch.

    A long line (one-line JSON) is cut to the part around the stretch. Characters that would act on the terminal are
    shown as escapes, and the carets stay below the right characters, also beside wide ones.
    """
    start = min(max(place.column - 1, 0), len(line))
    first = max(0, start - _BEFORE) if len(line) > _WIDTH else 0
    shown = line[first : first + _WIDTH]
    left = "…" if first else ""
    right = "…" if first + len(shown) < len(line) else ""
    margin = " " * len(str(place.line))
    result = [f"{margin} |", f"{place.line} | {left}{_shown(shown)}{right}".rstrip()]
    if place.column:
        stop = min(_end(place, line), first + len(shown))
        offset = len(left) + _width(_shown(line[first:start]))
        carets = "^" * max(1, _width(_shown(line[start:stop])))
        result.append(f"{margin} | {' ' * offset}{carets}")
    return result


def _end(place: Place, line: str) -> int:
    if place.end_line == place.line and place.end_column > place.column:
        return place.end_column - 1
    return len(line.rstrip()) if place.end_line > place.line else place.column


def _shown(text: str) -> str:
    return one_line(text.replace("\t", "    "))


def _width(text: str) -> int:
    return sum(_cells(character) for character in text)


def _cells(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
