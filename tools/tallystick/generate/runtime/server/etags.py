"""Conditional requests (RFC 9110, section 13)."""

from __future__ import annotations

import re

__all__ = ["if_match", "if_none_match"]

_TAG = re.compile(r'(W/)?"([^"]*)"')


def if_match(header: str, current: str | None) -> bool:
    """Whether an ``If-Match`` allows the change; ``current`` is the ETag of the resource, None if there is none.

    Strong comparison: a weak tag never matches (section 13.1.1).
    """
    if current is None:
        return False
    return header.strip() == "*" or any(not weak and f'"{tag}"' == current for weak, tag in _tags(header))


def if_none_match(header: str, current: str | None) -> bool:
    """Whether an ``If-None-Match`` is met: the client has no current copy. Weak comparison (section 13.1.2)."""
    if current is None:
        return True
    if header.strip() == "*":
        return False
    known = current.removeprefix("W/")
    return all(f'"{tag}"' != known for _, tag in _tags(header))


def _tags(header: str) -> list[tuple[str, str]]:
    """The tags of a list; none of one that holds anything else, such as ``w/"1"`` or a tag without quotes."""
    return [] if _TAG.sub("", header).strip(", \t") else _TAG.findall(header)
