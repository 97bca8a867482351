"""YAML and JSON into plain values and a table of positions, from the parser's events.

One reader serves both: JSON is a subset of YAML 1.2 except for surrogate escapes and very long keys, which
:mod:`tallystick.document.json_events` handles. Scalars follow the YAML 1.2 core schema; what a YAML 1.1 reader would
see otherwise is recorded as a remark. Keys are always text, as OpenAPI wants them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from tallystick.document import json_events, yaml_events
from tallystick.document.collector import collector_off
from tallystick.document.limits import Limits
from tallystick.document.pointer import join
from tallystick.document.positions import COLUMN_BITS, PositionTable, pack, unpack
from tallystick.document.scalars import is_beyond_json, resolve, trap

__all__ = ["Parsed", "ReadError", "Remark", "parse"]

_TAG = "tag:yaml.org,2002:"
_COLLECTION_TAGS: Final = (None, "!", _TAG + "map", _TAG + "seq")
_TEXT_TAGS: Final = ("!", _TAG + "str")
_PLAIN_TAGS: Final[Mapping[str, tuple[type, ...]]] = {
    _TAG + "int": (int,), _TAG + "float": (float, int), _TAG + "bool": (bool,), _TAG + "null": (type(None),),
}  # fmt: skip
_MERGE_KEY: Final = "<<"
_TOO_MANY: Final = "the description has too many values, aliases expanded: split it into several, or use fewer aliases"
_CHARACTERS_PER_NODE: Final = 8
_SHOWN: Final = 60  # characters of a key or value in a message


@dataclass(frozen=True, slots=True)
class Remark:
    """Something the reader noticed that is not fatal. Positions are packed."""

    code: str
    message: str
    pointer: str
    start: int
    end: int
    first: int | None = None
    """Start of the other key, for a duplicate."""


class ReadError(Exception):
    """The text cannot be read at all. ``line`` and ``column`` count from 1; 0 is unknown."""

    def __init__(self, code: str, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.code, self.message, self.line, self.column = code, message, line, column


@dataclass(slots=True)
class Parsed:
    """Plain values, their positions, and what the reader noticed."""

    value: Any
    positions: PositionTable
    remarks: list[Remark] = field(default_factory=list)
    nodes: int = 0
    """How many values there are, those behind aliases counted at every use."""


def parse(text: str, limits: Limits) -> Parsed:
    """Reads one YAML or JSON document.

    Raises:
        ReadError: the text is no YAML or JSON, holds several documents, or passes one of the limits.
    """
    with collector_off():
        if not text.lstrip("\ufeff \t\r\n").startswith(("{", "[")):
            return _Builder(limits).build(yaml_events.events(text, ReadError))
        try:
            return _Builder(limits, like_json=True).build(yaml_events.events(text, ReadError))
        except ReadError as error:
            if error.code != "syntax":
                raise
            as_yaml = error
        try:
            return _Builder(limits, like_json=True).build(json_events.events(text, ReadError))
        except ReadError as as_json:
            raise _clearer(as_yaml, as_json) from None


def _clearer(as_yaml: ReadError, as_json: ReadError) -> ReadError:
    """The error to show for a text that is neither: that of the reader that came further, or knows the escapes."""
    if "escape" in as_yaml.message:
        return as_json
    return max(as_yaml, as_json, key=lambda fault: (fault.line, fault.column))


class _Frame:
    """A container under construction."""

    __slots__ = (
        "container",
        "height",
        "is_merge",
        "key",
        "key_end",
        "key_start",
        "merges",
        "seen",
        "spans",
        "start",
        "weight",
    )

    def __init__(self, container: Any, start: int) -> None:
        self.container = container
        self.start = start
        self.spans: list[int] = []
        self.key: str | None = None
        self.is_merge = False
        self.key_start = self.key_end = 0
        self.seen: dict[str, int] = {}
        self.merges: list[Any] = []
        self.weight = 1
        self.height = 1


@dataclass(frozen=True, slots=True)
class _Anchored:
    """A finished value with an anchor: how many values it holds, and how many levels."""

    value: Any
    weight: int = 1
    height: int = 0


class _Builder:
    """Turns events into values. One use."""

    def __init__(self, limits: Limits, *, like_json: bool = False) -> None:
        self._limits = limits
        self._like_json = like_json
        self._stack: list[_Frame] = []
        self._anchors: dict[str, _Anchored] = {}
        self._open_anchors: dict[int, str] = {}
        self._nodes = 0
        self._remarked: Counter[str] = Counter()
        self._result = Parsed(None, PositionTable())

    def build(self, events: Iterable[Any]) -> Parsed:
        """The value of the one document in the events."""
        documents = 0
        for event in events:
            kind = type(event)
            if kind is ScalarEvent:
                self._scalar(event)
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                self._open(event, {} if kind is MappingStartEvent else [])
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                self._close(event)
            elif kind is AliasEvent:
                self._alias(event)
            elif kind is DocumentStartEvent:
                documents += 1
                if documents > 1:
                    raise self._error("several-documents", "a description is one YAML document: remove '---'", event)
        if not documents:
            raise ReadError("empty", "the file is empty: a description begins with `openapi: 3.1.0`", 1, 1)
        self._result.nodes = self._nodes
        return self._result

    def _scalar(self, event: Any) -> None:
        start_mark, end_mark, text = event.start_mark, event.end_mark, event.value
        start = start_mark.line << COLUMN_BITS | start_mark.column  # `pack`, without the calls: this is the hot path
        end = end_mark.line << COLUMN_BITS | end_mark.column
        if self._stack:
            frame = self._stack[-1]
            if frame.key is None and type(frame.container) is dict:
                self._key(frame, event, text, start, end)
                return
        value = self._typed(event, text, start, end)
        if event.anchor:
            self._anchors[event.anchor] = _Anchored(value)
        self._place(value, start, end, 1, 0)

    def _typed(self, event: Any, text: str, start: int, end: int) -> Any:
        tag = event.tag
        if tag is None:
            if not event.implicit[0]:
                return text
        elif tag in _TEXT_TAGS:
            return text
        elif tag not in _PLAIN_TAGS:
            raise self._error("unknown-tag", f"the tag {tag!r} is not allowed: write plain YAML", event)
        value = resolve(text)
        if tag and type(value) not in _PLAIN_TAGS[tag]:
            raise self._error("unknown-tag", f"the value does not fit the tag {tag!r}: remove the tag", event)
        if value is text or type(value) in (int, float):
            self._note_trap(text, value, start, end)
        return value

    def _note_trap(self, text: str, value: Any, start: int, end: int) -> None:
        if value is text and is_beyond_json(text):
            message = f"`{_short(text)}` is no JSON number and is read as text: quote it, or write another number"
            self._remark("yaml-trap", message, start, end)
        elif self._like_json and type(value) is float:
            return  # JSON readers agree on exponents
        elif (seen_by_11 := trap(text, value)) is not None:
            self._remark("yaml-trap", _trap_text(text, value, seen_by_11), start, end)

    def _key(self, frame: _Frame, event: Any, text: str, start: int, end: int) -> None:
        if len(text) > self._limits.key:
            message = f"a key has {len(text)} characters; the limit is {self._limits.key}: shorten it"
            raise self._error("key-too-long", message, event)
        frame.key, frame.key_start, frame.key_end = text, start, end
        if event.anchor:
            self._anchors[event.anchor] = _Anchored(text)
        if event.tag is None and event.implicit[0]:
            frame.is_merge = text == _MERGE_KEY
            if frame.is_merge:
                return
            self._note_plain_key(text, start, end)
        if text in frame.seen:
            message = f"the key {_short(text)!r} stands here twice: the first value is used; remove or rename one"
            self._remark("duplicate-key", message, start, end, frame.seen[text])
        else:
            frame.seen[text] = start

    def _note_plain_key(self, text: str, start: int, end: int) -> None:
        if resolve(text) is not text:
            message = f"the key `{_short(text)}` is no text in YAML: write '{_short(text)}' in quotes"
            self._remark("key-not-text", message, start, end)
        elif (seen := trap(text, text)) is not None:
            self._remark("yaml-trap", _trap_text(text, text, seen), start, end)

    def _open(self, event: Any, container: Any) -> None:
        if event.tag not in _COLLECTION_TAGS:
            raise self._error("unknown-tag", f"the tag {event.tag!r} is not allowed: write plain YAML", event)
        self._check_depth(1, event)
        self._key_must_be_scalar(event)
        if event.anchor:
            self._anchors.pop(event.anchor, None)
            self._open_anchors[len(self._stack)] = event.anchor
        self._stack.append(_Frame(container, pack(event.start_mark.line, event.start_mark.column)))

    def _check_depth(self, more: int, event: Any) -> None:
        if len(self._stack) + more > self._limits.depth:
            message = f"more than {self._limits.depth} levels of nesting: flatten it by $ref"
            raise self._error("too-deep", message, event)

    def _close(self, event: Any) -> None:
        frame = self._stack.pop()
        end = self._last_end(frame, event)
        if frame.merges:
            self._merge(frame, event)
        if frame.spans:
            self._result.positions.add(frame.container, frame.spans)
        anchor = self._open_anchors.pop(len(self._stack), None)
        if anchor:
            self._anchors[anchor] = _Anchored(frame.container, frame.weight, frame.height)
        self._place(frame.container, frame.start, end, frame.weight, frame.height, counted=True)
        self._check_density(event)

    @staticmethod
    def _last_end(frame: _Frame, event: Any) -> int:
        """Block collections end where the parser sees the next token; the end of the last child is what people mean."""
        if event.end_mark.index > event.start_mark.index or not frame.spans:
            return pack(event.end_mark.line, event.end_mark.column)
        return frame.spans[-1]

    def _alias(self, event: Any) -> None:
        if event.anchor in self._open_anchors.values():
            raise self._error("recursive-alias", f"the alias *{event.anchor} stands inside its own anchor", event)
        if event.anchor not in self._anchors:
            raise self._error("unknown-alias", f"the alias *{event.anchor} has no anchor before it", event)
        self._key_must_be_scalar(event)
        target = self._anchors[event.anchor]
        self._check_depth(target.height, event)
        start = pack(event.start_mark.line, event.start_mark.column)
        end = pack(event.end_mark.line, event.end_mark.column)
        self._place(target.value, start, end, target.weight, target.height)
        self._check_density(event)

    def _place(self, value: Any, start: int, end: int, weight: int, height: int, *, counted: bool = False) -> None:
        """Puts a finished value where it belongs. A container's own values have been counted while it was open."""
        self._nodes += 1 if counted else weight
        if self._nodes > self._limits.nodes:
            raise ReadError("too-large", _TOO_MANY, *unpack(start))
        if not self._stack:
            self._result.value = value
            self._result.positions.root = (start, end)
            return
        frame = self._stack[-1]
        frame.weight += weight
        if height >= frame.height:
            frame.height = height + 1
        if type(frame.container) is list:
            frame.container.append(value)
            frame.spans += (start, end, start, end)
            return
        key, frame.key = frame.key, None
        if frame.is_merge:
            frame.merges.append(value)
            frame.is_merge = False
        elif key not in frame.container:
            frame.container[key] = value
            frame.spans += (frame.key_start, frame.key_end, start, end)

    def _check_density(self, event: Any) -> None:
        """Stops texts that are nothing but brackets or aliases long before they have cost much time."""
        if self._nodes > self._limits.dense_nodes + event.end_mark.index // _CHARACTERS_PER_NODE:
            raise self._error("too-large", _TOO_MANY, event)

    def _merge(self, frame: _Frame, event: Any) -> None:
        """YAML 1.1 merge keys, which real descriptions use: own keys win, then earlier merged mappings."""
        for merged in frame.merges:
            for source in merged if isinstance(merged, list) else [merged]:
                if not isinstance(source, dict):
                    raise self._error("bad-merge", "`<<` takes a mapping or a list of mappings", event)
                spans = self._result.positions.row(source)
                for number, (key, value) in enumerate(source.items()):
                    if key not in frame.container:
                        frame.container[key] = value
                        frame.spans += spans[number * 4 : number * 4 + 4]

    def _key_must_be_scalar(self, event: Any) -> None:
        if self._stack and type(self._stack[-1].container) is dict and self._stack[-1].key is None:
            raise self._error("complex-key", "a key must be text, not a mapping, a list or an alias", event)

    def _remark(self, code: str, message: str, start: int, end: int, first: int | None = None) -> None:
        self._remarked[code] += 1
        if self._remarked[code] == self._limits.remarks:
            message = f"{message} (there are more of this kind: only the first {self._limits.remarks} are reported)"
        if self._remarked[code] <= self._limits.remarks:
            self._result.remarks.append(Remark(code, message, self._pointer(), start, end, first))

    def _pointer(self) -> str:
        """The pointer of the value or key being read."""
        pointer = ""
        for frame in self._stack:
            if type(frame.container) is list:
                pointer = join(pointer, len(frame.container))
            elif frame.key is not None:
                pointer = join(pointer, frame.key)
        return pointer

    @staticmethod
    def _error(code: str, message: str, event: Any) -> ReadError:
        return ReadError(code, message, event.start_mark.line + 1, event.start_mark.column + 1)


def _trap_text(text: str, value: Any, seen: str) -> str:
    read = "text" if isinstance(value, str) else f"the number {value}"
    return f"`{text}` is {read} here, but {seen} to YAML 1.1 readers: write it in quotes or in another form"


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
