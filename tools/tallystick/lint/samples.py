"""The samples of rules: short descriptions with marks at the values that a rule reports.

A sample is a whole description or the root fields that matter; what is missing (``openapi``, ``info``, ``paths``) is
added, in front of it and behind it. Marks are ``«`` and ``»``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Sample", "sample"]

_MARK = re.compile("[«»]")


@dataclass(frozen=True, slots=True)
class Sample:
    """A description, and where its marks stood: (line, column, end line, end column), counted from 1."""

    text: str
    places: tuple[tuple[int, int, int, int], ...]


def sample(fragment: str) -> Sample:
    """Completes a fragment and takes the marks out."""
    return _unmarked(_complete(fragment))


def _complete(fragment: str) -> str:
    fields = set(re.findall(r"^([a-zA-Z-]+):", fragment, re.MULTILINE))
    head = "" if "openapi" in fields else "openapi: 3.1.0\n"
    head += "" if "info" in fields else "info:\n  title: Sample\n  version: '1'\n"
    tail = "" if fields & {"paths", "webhooks"} else "paths: {}\n"
    if "openapi" in fields:
        first, _, rest = fragment.partition("\n")
        return f"{first}\n{head}{rest}{tail}"
    return head + fragment + tail


def _unmarked(text: str) -> Sample:
    lines, places = [], []
    opened: list[tuple[int, int]] = []
    for number, line in enumerate(text.split("\n"), 1):
        plain = ""
        for piece in re.split("([«»])", line):
            if piece == "«":
                opened.append((number, len(plain) + 1))
            elif piece == "»":
                places.append((*opened.pop(), number, len(plain) + 1))
            else:
                plain += piece
        lines.append(plain)
    return Sample("\n".join(lines), tuple(sorted(places)))


def without_marks(text: str) -> str:
    """The text of a sample as readers see it."""
    return _MARK.sub("", text)
