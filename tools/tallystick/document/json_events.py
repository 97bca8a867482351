"""Events for JSON texts that a YAML parser refuses: surrogate escapes and keys of over 1024 characters.

The events have the shape of PyYAML's, so that one builder serves both.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import Any, Final

from yaml.error import Mark
from yaml.events import (
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

__all__ = ["events"]

_SPACE: Final = re.compile(r"[ \t\r\n]*")
_TOKEN: Final = re.compile(
    r"([\[\]{},:])|(\"(?:[^\"\\\x00-\x1f]++|\\.)*+\")|(-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?"
    r"|true|false|null)(?![A-Za-z0-9_.])"
)
_EXPECTED: Final = {
    "value": "a JSON value", "value or ]": "a JSON value or ']'", "key": "a key in double quotes",
    "key or }": "a key in double quotes or '}'", ":": "':'", ", or ]": "',' or ']'", ", or }": "',' or '}'",
}  # fmt: skip
_NEXT: Final = {
    (", or ]", ","): "value",
    (", or }", ","): "key",
    (":", ":"): "value",
}
"""What follows a comma or colon, where it is expected."""
_CLOSING: Final = {"]": ("value or ]", ", or ]"), "}": ("key or }", ", or }")}
"""The states in which a bracket may close."""


def events(text: str, error: Callable[[str, str, int, int], Exception]) -> Iterator[Any]:
    """The events of a JSON text (RFC 8259).

    Raises:
        Exception: what ``error(code, message, line, column)`` makes, where the text is not JSON.
    """
    return _JsonText(text, error).events()


class _JsonText:
    """A state machine over the tokens of one text."""

    def __init__(self, text: str, error: Callable[[str, str, int, int], Exception]) -> None:
        self._text = text
        self._error = error
        self._lines = [0, *(match.end() for match in re.finditer("\r\n?|\n", text))]
        self._position = 1 if text.startswith("\ufeff") else 0
        self._open: list[str] = []
        self._state = "value"

    def events(self) -> Iterator[Any]:
        yield DocumentStartEvent(self._mark(0), self._mark(0))
        while self._state != "end":
            event = self._next()
            if event is not None:
                yield event
        self._skip_space()
        if self._position < len(self._text):
            raise self._fault(self._position, "the end of the file")

    def _next(self) -> Any:
        """The event of the next token; None for a comma or colon."""
        self._skip_space()
        match = _TOKEN.match(self._text, self._position)
        if match is None:
            raise self._fault(self._position, _EXPECTED[self._state])
        start, end = self._mark(match.start()), self._mark(match.end())
        self._position = match.end()
        sign, quoted, _ = match.groups()
        if sign:
            return self._sign(sign, start, end)
        return self._scalar(match[0], quoted is not None, start, end)

    def _sign(self, sign: str, start: Mark, end: Mark) -> Any:
        if sign in "[{" and self._state in ("value", "value or ]"):
            self._open.append(sign)
            self._state = "value or ]" if sign == "[" else "key or }"
            kind = SequenceStartEvent if sign == "[" else MappingStartEvent
            return kind(anchor=None, tag=None, implicit=True, start_mark=start, end_mark=end)
        if sign in _CLOSING and self._state in _CLOSING[sign]:
            self._open.pop()
            self._after_value()
            return (SequenceEndEvent if sign == "]" else MappingEndEvent)(start, end)
        following = _NEXT.get((self._state, sign))
        if following is None:
            raise self._fault(start.index, _EXPECTED[self._state])
        self._state = following
        return None

    def _scalar(self, text: str, quoted: bool, start: Mark, end: Mark) -> ScalarEvent:  # noqa: FBT001  a token's kind
        if quoted and self._state in ("key", "key or }"):
            self._state = ":"
        elif self._state in ("value", "value or ]"):
            self._after_value()
        else:
            raise self._fault(start.index, _EXPECTED[self._state])
        value = self._unquoted(text, start.index) if quoted else text
        return ScalarEvent(None, None, (not quoted, quoted), value, start, end)

    def _after_value(self) -> None:
        self._state = "end" if not self._open else ", or ]" if self._open[-1] == "[" else ", or }"

    def _unquoted(self, quoted: str, index: int) -> str:
        try:
            text: str = json.loads(quoted)
            text.encode("utf-8")
        except ValueError:  # a bad escape, or a surrogate without its partner
            raise self._fault(index, "a string of valid escapes (no lone surrogates)") from None
        return text

    def _skip_space(self) -> None:
        match = _SPACE.match(self._text, self._position)
        self._position = match.end() if match else self._position

    def _mark(self, index: int) -> Mark:
        line = bisect_right(self._lines, index) - 1
        return Mark("", index, line, index - self._lines[line], None, 0)

    def _fault(self, index: int, expected: str) -> Exception:
        at = self._mark(index)
        return self._error("syntax", f"expected {expected} here", at.line + 1, at.column + 1)
