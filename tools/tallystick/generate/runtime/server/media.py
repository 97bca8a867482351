"""Media types: matching a Content-Type, choosing by an Accept header (RFC 9110, sections 8.3 and 12.5.1)."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass
from encodings import normalize_encoding
from encodings.aliases import aliases
from typing import Final, Literal

__all__ = ["Kind", "MediaRange", "Negotiation", "best_match", "kind_of", "text_codec"]

Kind = Literal["json", "form", "multipart", "lines", "events", "text", "binary"]

_LINES: Final = frozenset(
    ("application/x-ndjson", "application/jsonl", "application/x-jsonlines", "application/ndjson")
)
_MOST_REMEMBERED: Final = 256
_QUOTED_OR_NOT: Final = re.compile(r'"(?:[^"\\]|\\.)*"?|[^"]+')
_TYPE: Final = re.compile(r"[!#$%&'+.^_`|~0-9a-z-]+/[!#$%&'+.^_`|~0-9a-z-]+")
_WEIGHT: Final = re.compile(r"[0-9]+(?:\.[0-9]*)?|\.[0-9]+")
_CHARSETS: Final = frozenset(aliases) | frozenset(aliases.values()) | {"koi8_u"}
"""Names under which Python knows charsets; asking it for any other would make it remember that name for ever."""


def _split(text: str, delimiter: str) -> list[str]:
    """The parts between delimiters, those within quoted strings left alone (RFC 9110, section 5.6.4)."""
    if '"' not in text:
        return text.split(delimiter)
    parts = [""]
    for token in _QUOTED_OR_NOT.findall(text):
        first, *others = [token] if token.startswith('"') else token.split(delimiter)
        parts[-1] += first
        parts += others
    return parts


def _unquoted(value: str) -> str:
    """The text of a parameter's value."""
    if len(value) > 1 and value[0] == value[-1] == '"':
        return re.sub(r"\\(.)", r"\1", value[1:-1])
    return value.strip('"')


@dataclass(frozen=True, slots=True)
class MediaRange:
    """A media type or range with its parameters; everything in lower case but the parameters' values."""

    type: str
    subtype: str
    parameters: tuple[tuple[str, str], ...] = ()

    @classmethod
    def parse(cls, text: str) -> MediaRange:
        """Reads ``type/subtype; name=value``. What is not a media type at all becomes ``text`` with no subtype."""
        essence, *rest = _split(text, ";")
        type_, _, subtype = essence.strip().lower().partition("/")
        parameters = [part.partition("=") for part in rest]
        return cls(
            type_,
            subtype,
            tuple((name.strip().lower(), _unquoted(value.strip())) for name, _, value in parameters if name.strip()),
        )

    @property
    def essence(self) -> str:
        """``type/subtype``."""
        return f"{self.type}/{self.subtype}"

    @property
    def is_type(self) -> bool:
        """Whether this names one media type, in the syntax of media types."""
        return _TYPE.fullmatch(self.essence) is not None

    def parameter(self, name: str) -> str | None:
        """The value of a parameter."""
        return dict(self.parameters).get(name)

    def covers(self, other: MediaRange) -> bool:
        """Whether ``other`` lies within this range."""
        if self.type not in ("*", other.type) or self.subtype not in ("*", other.subtype):
            return False
        return all(pair in other.parameters for pair in self.parameters if pair[0] not in ("q", "charset"))

    @property
    def precision(self) -> tuple[int, int]:
        """Greater for the more specific of two ranges that cover a type."""
        stars = (self.type == "*") + (self.subtype == "*")
        return (2 - stars, sum(name != "q" for name, _ in self.parameters))

    @property
    def quality(self) -> float:
        """The weight ``q``, 1 without one; 0 for an unreadable one."""
        text = self.parameter("q")
        if text is None:
            return 1.0
        return min(float(text), 1.0) if _WEIGHT.fullmatch(text) else 0.0


def kind_of(media_type: str) -> Kind:
    """How content of a media type is read and written."""
    media = MediaRange.parse(media_type)
    if media.essence in ("application/json", "text/json") or media.subtype.endswith("+json"):
        return "json"
    if media.essence == "application/x-www-form-urlencoded":
        return "form"
    if media.essence == "multipart/form-data":
        return "multipart"
    if media.essence in _LINES:
        return "lines"
    if media.essence == "text/event-stream":
        return "events"
    return "text" if media.type == "text" else "binary"


def text_codec(charset: str) -> str | None:
    """Python's codec for a charset; None for an unknown one, and for what Python has besides (``base64``, ``hex``)."""
    name = normalize_encoding(charset).lower() if charset.isascii() else ""
    if name not in _CHARSETS:
        return None
    try:
        found = codecs.lookup(name).name
        b" ".decode(found, "ignore")
    except LookupError:  # known on other systems only, or no charset but a way to pack octets
        return None
    return found


def best_match(declared: Sequence[str], content_type: str) -> str | None:
    """The declared media type or range that a Content-Type fits best, None if it fits none."""
    given = MediaRange.parse(content_type)
    if not given.is_type:
        return None
    fitting = [(MediaRange.parse(name).precision, name) for name in declared if MediaRange.parse(name).covers(given)]
    return max(fitting, key=lambda pair: pair[0])[1] if fitting else None


class Negotiation:
    """Chooses among the media types of an operation's replies."""

    def __init__(self, offered: Sequence[str]) -> None:
        self.offered = list(offered)
        self._offered = [(name, MediaRange.parse(name)) for name in offered]
        self._known: dict[str, str | None] = {"*/*": offered[0] if offered else None}

    def choose(self, accept: str) -> str | None:
        """The offered media type that an Accept header prefers; the first offered among equals, None if none fits."""
        try:
            return self._known[accept]
        except KeyError:
            chosen = self._choose(accept)
            if len(self._known) < _MOST_REMEMBERED:
                self._known[accept] = chosen
            return chosen

    def _choose(self, accept: str) -> str | None:
        ranges = [MediaRange.parse(part) for part in _split(accept, ",") if part.strip()]
        if not ranges:
            return self.offered[0] if self.offered else None
        best, chosen = (0.0, False), None
        for name, media in self._offered:
            quality = _quality(media, ranges)
            if quality[0] and quality > best:
                best, chosen = quality, name
        return chosen


def _quality(offered: MediaRange, ranges: Sequence[MediaRange]) -> tuple[float, bool]:
    """The weight that the most specific fitting range gives, and whether what is offered has all that it asks for.

    An offered range, or type with fewer parameters, is met by the best of what lies within it, but another may meet it
    better.
    """
    fitting = [each for each in ranges if each.covers(offered)]
    found = [(max(fitting, key=lambda each: each.precision).quality, True)] if fitting else []
    if not fitting or "*" in offered.essence:
        found += [(each.quality, each.covers(offered)) for each in ranges if offered.covers(each)]
    return max(found, default=(0.0, False))
