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

_TOKEN: Final = re.compile(
    r"[ \t\r\n]*(?:([\[\]{},:])|(\"(?:[^\"\\\x00-\x1f]|\\.)*\")|(-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?"
    r"|true|false|null)(?![A-Za-z0-9_.]))"
)


def events(text: str, error: Callable[[str, str, int, int], Exception]) -> Iterator[Any]:
    """The events of a JSON text (RFC 8259).

    Raises:
        Exception: what ``error(code, message, line, column)`` makes, where the text is not JSON.
    """
    lines = [0] + [match.end() for match in re.finditer("\n", text)]

    def mark(index: int) -> Mark:
        line = bisect_right(lines, index) - 1
        return Mark("", index, line, index - lines[line], None, 0)

    def fail(index: int, expected: str) -> Exception:
        at = mark(index)
        return error("syntax", f"expected {expected} here", at.line + 1, at.column + 1)

    yield DocumentStartEvent(mark(0), mark(0))
    stack: list[str] = []
    state = "value"
    position = 1 if text.startswith("\ufeff") else 0
    while state != "end":
        match = _TOKEN.match(text, position)
        if match is None:
            raise fail(len(text) - len(text[position:].lstrip()), _EXPECTED[state])
        sign, quoted, _plain = match.groups()
        index = match.end() - len(match[0].lstrip(" \t\r\n"))
        start, end = mark(index), mark(match.end())
        position = match.end()
        opens = state in ("value", "value or ]")
        if sign and sign in "[{" and opens:
            stack.append(sign)
            yield (_open_list if sign == "[" else _open_map)(start, end)
            state = "value or ]" if sign == "[" else "key or }"
            continue
        if sign and sign in "]}" and _closes(sign, state, stack):
            stack.pop()
            yield (SequenceEndEvent if sign == "]" else MappingEndEvent)(start, end)
        elif sign == "," and state in (", or ]", ", or }"):
            state = "value" if stack[-1] == "[" else "key"
            continue
        elif sign == ":" and state == ":":
            state = "value"
            continue
        elif quoted and state in ("key", "key or }"):
            yield _scalar(_unquoted(quoted, index, fail), quoted=True, start=start, end=end)
            state = ":"
            continue
        elif not sign and opens:
            value = _unquoted(quoted, index, fail) if quoted else match[3]
            yield _scalar(value, quoted=bool(quoted), start=start, end=end)
        else:
            raise fail(index, _EXPECTED[state])
        state = "end" if not stack else ", or ]" if stack[-1] == "[" else ", or }"
    if text[position:].strip(" \t\r\n"):
        raise fail(position, "the end of the file")


_EXPECTED: Final = {
    "value": "a JSON value", "value or ]": "a JSON value or ']'", "key": "a key in double quotes",
    "key or }": "a key in double quotes or '}'", ":": "':'", ", or ]": "',' or ']'", ", or }": "',' or '}'",
}  # fmt: skip


def _closes(sign: str, state: str, stack: list[str]) -> bool:
    return bool(stack) and (
        (sign == "]" and stack[-1] == "[" and state in ("value or ]", ", or ]"))
        or (sign == "}" and stack[-1] == "{" and state in ("key or }", ", or }"))
    )


def _unquoted(quoted: str, index: int, fail: Callable[[int, str], Exception]) -> str:
    try:
        text: str = json.loads(quoted)
        text.encode("utf-8")
    except ValueError:  # a bad escape, or a surrogate without its partner
        raise fail(index, "a string of valid escapes (no lone surrogates)") from None
    return text


def _scalar(value: str, *, quoted: bool, start: Mark, end: Mark) -> ScalarEvent:
    return ScalarEvent(None, None, (not quoted, quoted), value, start, end)


def _open_list(start: Mark, end: Mark) -> SequenceStartEvent:
    return SequenceStartEvent(None, None, True, start, end)


def _open_map(start: Mark, end: Mark) -> MappingStartEvent:
    return MappingStartEvent(None, None, True, start, end)
