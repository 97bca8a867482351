"""Path templates matched on the path as it was sent, so that an encoded slash stays within its segment."""

from __future__ import annotations

import re
from bisect import insort
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Generic, TypeVar
from urllib.parse import unquote as decoded_by_servers

from .percent import Malformed, unquote

__all__ = ["PathIndex", "PathKey", "PathTemplate", "decoded", "raw_segments"]

Leaf = TypeVar("Leaf")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_KEY = re.compile(r"((?:\{[^{}]*\}|[^?#])*)(?:\?((?:\{[^{}]*\}|[^#])*))?(?:#(.*))?", re.DOTALL)
_PIECE = re.compile(r"\{[^{}]*\}|[^{/]+|[{/]")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")


def raw_segments(scope: Mapping[str, Any]) -> list[str]:
    """The segments of the path below the application's root, still encoded."""
    path: str = scope["path"]
    raw = scope.get("raw_path")
    encoded = path.replace("%", "%25") if raw is None else raw.decode("latin-1").partition("?")[0]
    if raw is not None and encoded != path and path not in (decoded(encoded), decoded_by_servers(encoded)):
        encoded = path.replace("%", "%25")  # whoever changed the path left its encoded form as it was
    segments = encoded[1:].split("/")
    root = scope.get("root_path", "").rstrip("/")
    return segments[root.count("/") :] if root and f"{path}/".startswith(f"{root}/") else segments


@lru_cache(maxsize=4096)
def _pattern(segment: str) -> re.Pattern[str]:
    """A segment with placeholders; its literal parts fit as they are and percent-encoded (RFC 3986, section 2.4).

    Each placeholder ends where what follows it first occurs, for good: trying other places would find nothing more,
    and take time that grows with a power of the length.
    """
    first, *between, last = map(_spellings, _PLACEHOLDER.split(segment)[::2])
    return re.compile(f"{first}{''.join(f'(?>(.+?){literal})' for literal in between)}(.+?){last}", re.DOTALL)


def _spellings(literal: str) -> str:
    return "".join(re.escape(sign) if _UNRESERVED.match(sign) else _either(sign) for sign in literal)


def _either(sign: str) -> str:
    encoded = "".join(f"%{octet:02X}" for octet in sign.encode("utf-8", "surrogatepass"))
    return f"(?:{re.escape(sign)}|(?i:{encoded}))"


def _segments(text: str) -> list[str]:
    """The parts between slashes; one between braces belongs to the name of a placeholder."""
    found = [""]
    for piece in _PIECE.findall(text):
        if piece == "/":
            found.append("")
        else:
            found[-1] += piece
    return found


@dataclass(frozen=True, slots=True)
class PathTemplate:
    """A path template such as ``/items/{sku}/stock``."""

    text: str
    names: tuple[str, ...] = field(init=False)
    segments: list[str] = field(init=False, repr=False, compare=False)
    """The parts between the slashes that do not belong to the name of a placeholder."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", tuple(_PLACEHOLDER.findall(self.text)))
        object.__setattr__(self, "segments", _segments(self.text[1:]))

    def values(self, segments: list[str]) -> dict[str, str]:
        """The still encoded texts of the placeholders, given a path that matches. A prefix in front does no harm."""
        return dict(zip(self.names, self.texts(segments), strict=False))

    def texts(self, segments: list[str]) -> list[str]:
        """The same in their order, that of a name which stands there twice included."""
        own = self.segments
        found: list[str] = []
        for template, given in zip(own, segments[-len(own) :], strict=False):
            if _PLACEHOLDER.search(template):
                match = _pattern(template).fullmatch(given)
                found.extend(match.groups() if match else ())
        return found


@dataclass(frozen=True, slots=True)
class PathKey:
    """A key of ``paths`` taken apart. A query and a fragment do not belong there, yet real descriptions have them."""

    path: str
    query: tuple[tuple[str, str], ...] = ()
    """Names and values, still encoded; a value may be a placeholder."""
    fragment: str | None = None

    @classmethod
    def parse(cls, text: str) -> PathKey:
        """The parts of a key; ``?`` and ``#`` within the braces of a placeholder belong to its name."""
        match = _KEY.fullmatch(text)
        assert match is not None  # every text fits
        parts = [part.partition("=") for part in (match[2] or "").split("&") if part]
        return cls(match[1], tuple((name, value) for name, _, value in parts), match[3])

    @property
    def template(self) -> PathTemplate:
        """What requests are matched with: clients send neither a fragment nor a query as part of the path."""
        return PathTemplate(self.path)

    @property
    def address(self) -> PathTemplate | None:
        """Where a client arrives that takes the key for a path and encodes it: ``/a%23b`` for the key ``/a#b``."""
        return None if self.fragment is None else PathTemplate(f"{self.path}#{self.fragment}")

    @property
    def literals(self) -> dict[str, list[str]]:
        """The decoded values that the query must hold, by name."""
        found: dict[str, list[str]] = {}
        for name, value in self.query:
            if "{" not in name and "{" not in value:
                found.setdefault(decoded(name), []).append(decoded(value))
        return found


class _Node(Generic[Leaf]):
    __slots__ = ("any", "leaf", "literal", "mixed", "template")

    def __init__(self) -> None:
        self.literal: dict[str, _Node[Leaf]] = {}
        self.mixed: list[tuple[re.Pattern[str], _Node[Leaf], int]] = []
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
        if not _PLACEHOLDER.search(segment):
            return node.literal.setdefault(decoded(segment), _Node())
        if _PLACEHOLDER.fullmatch(segment):
            node.any = node.any or _Node()
            return node.any
        pattern = _pattern(_PLACEHOLDER.sub("{_}", segment))
        for known, child, _ in node.mixed:
            if known.pattern == pattern.pattern:
                return child
        child = _Node[Leaf]()
        entry = (pattern, child, len(_PLACEHOLDER.sub("", segment)))
        insort(node.mixed, entry, key=lambda each: (-each[2], -each[0].groups, each[0].pattern))
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
        literal = node.literal.get(segment if "%" not in segment else decoded(segment))
        if literal is not None:
            leaf = self._walk(literal, segments, depth + 1, found)
            if leaf is not None:
                return leaf
        for pattern, child, _ in node.mixed:
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


def decoded(segment: str) -> str:
    """A segment decoded; as it is where that cannot be done."""
    try:
        return unquote(segment)
    except Malformed:
        return segment
