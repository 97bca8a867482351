"""References that lead to references: how far, and whether they come to an end."""

from __future__ import annotations

from tallystick.document.source import Source, Target, UnresolvedReference
from tallystick.findings import InputError

__all__ = ["Chains"]


class Chains:
    """Follows chains of references, each link once."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._lengths: dict[tuple[str, str], int] = {}

    def is_sound(self, target: Target) -> bool:
        """Whether the chain that begins at a reference's target ends, be it at a dangling reference.

        Raises:
            InputError: it is longer than any description needs, or a file on it cannot be read.
        """
        trail: dict[tuple[str, str], None] = {}
        length = 0
        node: Target | None = target
        while node is not None and isinstance(node.value, dict) and isinstance(node.value.get("$ref"), str):
            key = (node.document.uri, node.pointer)
            if key in trail:
                return False
            if key in self._lengths:
                length = self._lengths[key]
                break
            trail[key] = None
            self._check(len(trail), target)
            node = self._next(node)
        for key in reversed(trail):
            length += 1
            self._lengths[key] = length
        self._check(length, target)
        return True

    def _next(self, node: Target) -> Target | None:
        try:
            return self._source.resolve(node.value["$ref"], node.document)
        except UnresolvedReference:
            return None

    def _check(self, length: int, target: Target) -> None:
        limit = self._source.limits.chain
        if length > limit:
            message = f"a chain of more than {limit} references begins here: refer to the last one directly"
            raise InputError.of("ref-chain", message, target.location.place)
