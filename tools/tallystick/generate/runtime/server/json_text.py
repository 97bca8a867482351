"""JSON as RFC 8259 and I-JSON (RFC 7493) mean it: no duplicate names, no NaN, no invalid Unicode."""

from __future__ import annotations

import json
from typing import Any

import msgspec

__all__ = ["JSONError", "decode"]

_decode = msgspec.json.decode


class JSONError(ValueError):
    """The text is not JSON, or names a member twice."""


def decode(text: bytes | str) -> Any:
    """The value of a JSON text.

    Numbers become ``int`` exactly or ``float``; one beyond the range of a double is refused.

    Raises:
        JSONError: with a text for the caller that says what is wrong.
    """
    try:
        value = _decode(text)
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise JSONError(f"not valid JSON: {error}") from None
    except RecursionError:
        raise JSONError("nested too deeply") from None
    if type(value) in _SCALARS:
        return value
    _refuse_duplicates(text, value)
    return value


_SCALARS = frozenset((str, int, float, bool, type(None)))


def _refuse_duplicates(text: bytes | str, value: Any) -> None:
    """Every member has one colon outside strings, so as many members as colons proves that none was dropped."""
    colons = text.count(b":") if isinstance(text, bytes) else text.count(":")
    if colons == (len(value) if type(value) is dict else 0) or colons == _members(value):
        return
    json.loads(text, object_pairs_hook=_distinct)


def _members(value: Any) -> int:
    if type(value) is dict:
        count = len(value)
        for member in value.values():
            if type(member) not in _SCALARS:
                count += _members(member)
        return count
    return sum(_members(item) for item in value if type(item) not in _SCALARS)


def _distinct(pairs: list[tuple[str, Any]]) -> None:
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            raise JSONError(f"the member {json.dumps(name)} is there twice")
        seen.add(name)
