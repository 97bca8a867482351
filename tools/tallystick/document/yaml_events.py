"""The events of a YAML text, by PyYAML's C parser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import yaml
from yaml.cyaml import CParser  # type: ignore[attr-defined]  # the stubs leave it out
from yaml.events import ScalarEvent

__all__ = ["events"]

_FOREIGN_BREAKS: Final = "\x85\u2028\u2029"
"""Line breaks to the parser (YAML 1.1), ordinary characters to YAML 1.2, JSON and editors."""
_PRIVATE_USE: Final = range(0xE000, 0xF8FF)


def events(text: str, error: Callable[[str, str, int, int], Exception]) -> Iterator[Any]:
    """The events of a YAML text; lines end at CR and LF alone (YAML 1.2.2, section 5.4).

    Raises:
        Exception: what ``error(code, message, line, column)`` makes, where the text is not YAML.
    """
    try:
        yield from _parsed(text)
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        place = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        raise error("syntax", _reason(fault), *place) from None
    except yaml.reader.ReaderError as fault:
        raise _unreadable(text, fault, error) from None


def _parsed(text: str) -> Iterator[Any]:
    substitutes = _substitutes(text)
    if not substitutes:
        yield from _stream(text)
        return
    back = {new: ord(old) for old, new in substitutes.items()}
    for event in _stream(text.translate({ord(old): new for old, new in substitutes.items()})):
        if type(event) is ScalarEvent:
            event.value = event.value.translate(back)
        yield event


def _stream(text: str) -> Iterator[Any]:
    parser = CParser(text)
    while (event := parser.get_event()) is not None:
        yield event


def _substitutes(text: str) -> dict[str, int]:
    """Characters that the text does not use, to stand for the foreign line breaks in it."""
    present = [sign for sign in _FOREIGN_BREAKS if sign in text]
    if not present:
        return {}
    unused = (code for code in _PRIVATE_USE if chr(code) not in text)
    return dict(zip(present, unused, strict=False))


def _unreadable(text: str, fault: Any, error: Callable[[str, str, int, int], Exception]) -> Exception:
    before = text[: fault.position]
    line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
    return error("syntax", f"{fault.reason}: remove or escape the character", line, column)


def _reason(fault: yaml.MarkedYAMLError) -> str:
    parts = [part for part in (fault.context, fault.problem) if part]
    reason = ", ".join(parts) or "the text is not valid YAML"
    if "could not find expected ':'" in reason or "mapping values are not allowed" in reason:
        reason += " (check the indentation, quote values that hold ': ', and keep keys under 1024 characters)"
    elif "\\t" in reason or "cannot start any token" in reason:
        reason += " (indent by spaces, and quote values that begin with a special character)"
    return reason
