"""Content digests: equal subtrees are recognised without comparing them.

A digest depends on the JSON value alone: not on the order of keys, and not on where the value stands. ``1`` and ``1.0``
are the same JSON number; ``true`` and ``1`` are not.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

__all__ = ["Digests"]

_SIZE = 16  # bytes; two different values among a million meet with a chance below 1e-26


class Digests:
    """Digests of the values of one document, each computed once. The document must not change meanwhile."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Any, bytes]] = {}

    def of(self, value: Any) -> bytes:
        """The digest of a JSON value."""
        if not isinstance(value, dict | list):
            return _hash(b"s", _scalar(value))
        known = self._known.get(id(value))
        if known is not None:
            return known[1]
        digest = self._container(value)
        self._known[id(value)] = (value, digest)  # the value is kept, so that its identity stays its own
        return digest

    def same(self, left: Any, right: Any) -> bool:
        """Whether two values are equal as JSON."""
        return left is right or self.of(left) == self.of(right)

    def _container(self, value: dict[str, Any] | list[Any]) -> bytes:
        if isinstance(value, list):
            return _hash(b"l", b"".join(map(self.of, value)))
        entries = (_hash(b"k", key.encode("utf-8", "surrogatepass")) + self.of(value[key]) for key in sorted(value))
        return _hash(b"m", b"".join(entries))


def _scalar(value: Any) -> bytes:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value, ensure_ascii=True).encode()


def _hash(kind: bytes, content: bytes) -> bytes:
    return hashlib.blake2b(kind + content, digest_size=_SIZE).digest()
