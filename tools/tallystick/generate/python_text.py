"""Text of a description inside Python code: literals and docstrings that cannot break out of their quotes."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping
from typing import Any, Final

__all__ = ["docstring", "indented", "keywords", "literal", "visible"]

_WIDTH: Final = 112
_STRUCTURED: Final = re.compile(r"\s*([-*+|>#`]|\d+[.)]\s|\s{4})")


def literal(value: Any) -> str:
    """The Python expression for a JSON value, tuples and frozen data included."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{literal(key)}: {literal(item)}" for key, item in value.items()) + "}"
    if isinstance(value, tuple):
        return "(" + "".join(f"{literal(item)}, " for item in value) + ")"
    if isinstance(value, list):
        return "[" + ", ".join(map(literal, value)) + "]"
    return repr(value)


def keywords(values: Mapping[str, Any], defaults: Mapping[str, Any] | None = None) -> str:
    """``name=expression, ...`` for the values that differ from the defaults; the values are expressions already."""
    known = defaults or {}
    return ", ".join(f"{name}={value}" for name, value in values.items() if known.get(name) != value)


def docstring(*paragraphs: str) -> str:
    """A docstring of the paragraphs that are not empty, in quotes."""
    shown = [_wrapped(_plain(paragraph)) for paragraph in paragraphs if paragraph and paragraph.strip()]
    text = "\n\n".join(shown) or "Not described."
    text = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    text = visible(text)
    if text.endswith('"') and not text.endswith('\\"'):
        text = text[:-1] + '\\"'
    return f'"""{text}\n"""' if "\n" in text else f'"""{text}"""'


def _plain(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").strip().split("\n"))


def visible(text: str) -> str:
    """The text with control and direction characters escaped, which would hide what the code says."""
    return text if text.isprintable() else "".join(map(_visible, text))


def _visible(sign: str) -> str:
    return sign if sign == "\n" or sign.isprintable() else sign.encode("unicode_escape", "surrogatepass").decode()


def _wrapped(paragraph: str) -> str:
    lines: list[str] = []
    for line in paragraph.split("\n"):
        if len(line) <= _WIDTH or _STRUCTURED.match(line):
            lines.append(line)
        else:
            lines.extend(textwrap.wrap(line, _WIDTH, break_long_words=False, break_on_hyphens=False))
    return "\n".join(lines)


def indented(parts: Iterable[str], levels: int = 1) -> str:
    """The parts as a block, each moved right."""
    return "\n".join(textwrap.indent(part, "    " * levels, lambda line: bool(line.strip())) for part in parts)
