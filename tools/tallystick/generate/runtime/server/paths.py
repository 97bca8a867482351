"""Path templates matched on the path as it was sent, so that an encoded slash stays within its segment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Generic, TypeVar

from .percent import Malformed, unquote

__all__ = ["PathIndex", "PathTemplate", "raw_segments"]

Leaf = TypeVar("Leaf")
_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


def raw_segments(scope: Mapping[str, Any]) -> list[str]:
    """The segments of the path below the application's root, still encoded."""
    raw = scope.get("raw_path")
    path = scope["path"].replace("%", "%25") if raw is None else raw.decode("latin-1").partition("?")[0]
    root = scope.get("root_path")
    if root and path.startswith(root):
        path = path[len(root) :]
    return path[1:].split("/")  # type: ignore[no-any-return]


@lru_cache(maxsize=4096)
def _pattern(segment: str) -> re.Pattern[str]:
    """A segment with placeholders; its literal parts are compared after decoding."""
    parts = _PLACEHOLDER.split(segment)
    return re.compile("".join(re.escape(part) if index % 2 == 0 else "(.+?)" for index, part in enumerate(parts)))


@dataclass(frozen=True, slots=True)
class PathTemplate:
    """A path template such as ``/items/{sku}/stock``."""

    text: str
    names: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", tuple(_PLACEHOLDER.findall(self.text)))

    @property
    def segments(self) -> list[str]:
        """The parts between the slashes."""
        return self.text[1:].split("/")

    def values(self, segments: list[str]) -> dict[str, str]:
        """The still encoded texts of the placeholders, given a path that matches. A prefix in front does no harm."""
        own = self.segments
        found: list[str] = []
        for template, given in zip(own, segments[-len(own) :], strict=False):
            if "{" in template:
                match = _pattern(template).fullmatch(given)
                found.extend(match.groups() if match else ())
        return dict(zip(self.names, found, strict=False))


class _Node(Generic[Leaf]):
    __slots__ = ("any", "leaf", "literal", "mixed", "template")

    def __init__(self) -> None:
        self.literal: dict[str, _Node[Leaf]] = {}
        self.mixed: list[tuple[re.Pattern[str], _Node[Leaf]]] = []
        self.any: _Node[Leaf] | None = None
        self.leaf: Leaf | None = None


class PathIndex(Generic[Leaf]):
    """Finds the leaf of a path in time proportional to its segments; literal segments win over placeholders."""

    def __init__(self) -> None:
        self._root: _Node[Leaf] = _Node()
        self._static: dict[str, Leaf] = {}

    def setdefault(self, template: PathTemplate, leaf: Leaf) -> Leaf:
        """The leaf of that template, ``leaf`` if it is new. Names of placeholders do not count."""
        node = self._root
        for segment in template.segments:
            node = self._child(node, segment)
        if node.leaf is None:
            node.leaf = leaf
            if not template.names and "%" not in template.text:
                self._static[template.text] = leaf
        return node.leaf

    def _child(self, node: _Node[Leaf], segment: str) -> _Node[Leaf]:
        if "{" not in segment:
            return node.literal.setdefault(_decoded(segment), _Node())
        if _PLACEHOLDER.fullmatch(segment):
            node.any = node.any or _Node()
            return node.any
        pattern = _pattern(_PLACEHOLDER.sub("{_}", segment))
        for known, child in node.mixed:
            if known.pattern == pattern.pattern:
                return child
        child = _Node[Leaf]()
        node.mixed.append((pattern, child))
        node.mixed.sort(key=lambda pair: (-len(pair[0].pattern.replace("(.+?)", "")), pair[0].pattern))
        return child

    def find(self, path: str, segments: list[str] | None = None) -> tuple[Leaf, list[str]] | None:
        """The leaf for a path as it was sent, and the texts of the placeholders in their order."""
        leaf = self._static.get(path)
        if leaf is not None:
            return leaf, _NOTHING
        found: list[str] = []
        given = path[1:].split("/") if segments is None else segments
        leaf = self._descend(given, found)
        if leaf is None:
            found.clear()
            leaf = self._walk(self._root, given, 0, found)
        return None if leaf is None else (leaf, found)

    def _descend(self, segments: list[str], found: list[str]) -> Leaf | None:
        """The leaf where no choice is ever regretted, which is the usual case; None asks for the thorough search."""
        node = self._root
        for segment in segments:
            child = node.literal.get(segment)
            if child is None:
                child = node.any
                if child is None or node.mixed or not segment or "%" in segment:
                    return None
                found.append(segment)
            node = child
        return node.leaf

    def _walk(self, node: _Node[Leaf], segments: list[str], depth: int, found: list[str]) -> Leaf | None:
        if depth == len(segments):
            return node.leaf
        segment = segments[depth]
        literal = node.literal.get(segment if "%" not in segment else _decoded(segment))
        if literal is not None:
            leaf = self._walk(literal, segments, depth + 1, found)
            if leaf is not None:
                return leaf
        for pattern, child in node.mixed:
            match = pattern.fullmatch(segment)
            if match is not None:
                leaf = self._follow(child, segments, depth, found, match.groups())
                if leaf is not None:
                    return leaf
        if node.any is not None and segment:
            return self._follow(node.any, segments, depth, found, (segment,))
        return None

    def _follow(
        self, child: _Node[Leaf], segments: list[str], depth: int, found: list[str], texts: tuple[str, ...]
    ) -> Leaf | None:
        found.extend(texts)
        leaf = self._walk(child, segments, depth + 1, found)
        if leaf is None:
            del found[len(found) - len(texts) :]
        return leaf


_NOTHING: list[str] = []


def _decoded(segment: str) -> str:
    try:
        return unquote(segment)
    except Malformed:
        return segment
