"""JSON as RFC 8259 and I-JSON (RFC 7493) mean it: no duplicate names, no NaN, no invalid Unicode."""

from __future__ import annotations

import json
from typing import Any, Final

import msgspec

__all__ = ["JSONError", "decode"]

_decode = msgspec.json.decode
_SCALARS: Final = frozenset((str, int, float, bool, type(None)))
_DEEPEST: Final = 200
"""Levels of nesting that are read: validators and converters further on have bounds of their own, beyond this one."""


class JSONError(ValueError):
    """The text is not JSON, names a member twice, or is nested too deeply."""


def decode(text: bytes | str) -> Any:
    """The value of a JSON text.

    Numbers become ``int`` exactly or ``float``; one beyond the range of a double is refused. So are more than 200
    levels of nesting (RFC 8259, section 9, leaves that to the reader).

    Raises:
        JSONError: with a text for the caller that says what is wrong.
    """
    try:
        value = _decode(text)
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise JSONError(f"not valid JSON: {error}" if text.strip() else "empty") from None
    except RecursionError:
        raise _too_deep() from None
    if type(value) in _SCALARS:
        return value
    _check_members(text, value)
    return value


def _check_members(text: bytes | str, value: Any) -> None:
    """Refuses duplicate names, and too many levels.

    Every member has one colon outside strings, so as many members as colons proves that none was dropped.
    """
    if isinstance(text, bytes):
        colons, lists = text.count(b":"), text.count(b"[")
    else:
        colons, lists = text.count(":"), text.count("[")
    if colons == (len(value) if type(value) is dict else 0) and lists < _DEEPEST:
        return
    if colons != _members(value):
        json.loads(text, object_pairs_hook=_distinct)


def _members(value: Any) -> int:
    """How many members all objects have together; counted level by level."""
    members = 0
    level = [value]
    for _ in range(_DEEPEST):
        members += sum([len(each) for each in level if type(each) is dict])
        level = [
            item
            for each in level
            for item in (each.values() if type(each) is dict else each)
            if type(item) not in _SCALARS
        ]
        if not level:
            return members
    raise _too_deep()


def _too_deep() -> JSONError:
    return JSONError(f"nested more than {_DEEPEST} levels deep")


def _distinct(pairs: list[tuple[str, Any]]) -> None:
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            raise JSONError(f"ambiguous: the member {json.dumps(name)} is there twice")
        seen.add(name)
