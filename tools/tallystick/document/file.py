"""One file of a description: its values, and where each of them stands."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tallystick.document.limits import Limits
from tallystick.document.pointer import child_of, pointer_tokens, value_at
from tallystick.document.positions import PositionTable, unpack
from tallystick.document.reader import Parsed, ReadError, Remark, parse
from tallystick.findings import Finding, InputError, Level, Place

__all__ = ["Document", "read_document"]


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """One file: values, positions, and where it came from."""

    uri: str
    """Absolute path or address, without a fragment."""
    name: str
    """The path as the user should see it."""
    value: Any
    positions: PositionTable
    remarks: tuple[Remark, ...]
    text: str
    """The file as it was read, without its byte order mark."""
    nodes: int
    """How many values the file holds, those behind aliases counted at every use."""

    @property
    def is_json(self) -> bool:
        """Whether the file is JSON, and not YAML in another form."""
        if not self.text.lstrip().startswith(("{", "[")):
            return False
        try:
            json.loads(self.text)
        except ValueError:
            return False
        return True

    def place(self, pointer: str, *, key: bool = False) -> Place:
        """The place of the value or key at ``pointer``, or of its nearest ancestor."""
        span, value = self.positions.root, self.value
        tokens = pointer_tokens(pointer)
        for depth, token in enumerate(tokens):
            try:
                child = child_of(value, token)
            except KeyError:
                break
            as_key = key and depth == len(tokens) - 1 and isinstance(value, dict)
            span = self.positions.span(value, token, key=as_key) or span
            value = child
        return self._place(span, pointer)

    def at(self, pointer: str) -> Any:
        """The value at a pointer.

        Raises:
            KeyError: there is none.
        """
        return value_at(self.value, pointer_tokens(pointer))

    def findings(self) -> list[Finding]:
        """What the reader noticed: duplicate keys, keys that are no text, YAML traps."""
        return [self._finding(remark) for remark in self.remarks]

    def _place(self, span: tuple[int, int], pointer: str) -> Place:
        return Place(self.name, *unpack(span[0]), *unpack(span[1]), pointer)

    def _finding(self, remark: Remark) -> Finding:
        level = Level.ERROR if remark.code == "duplicate-key" else Level.WARNING
        related = () if remark.first is None else (self._place((remark.first, remark.first), remark.pointer),)
        place = self._place((remark.start, remark.end), remark.pointer)
        return Finding(remark.code, level, remark.message, place, related=related)


def read_document(uri: str, name: str, data: bytes, limits: Limits) -> Document:
    """The document in the bytes of a file.

    Raises:
        InputError: they are no YAML or JSON in UTF-8 or UTF-16, or pass a limit.
    """
    text = _decoded(data, name)
    parsed = _parsed(text, name, limits)
    return Document(uri, name, parsed.value, parsed.positions, tuple(parsed.remarks), text, parsed.nodes)


def _decoded(data: bytes, name: str) -> str:
    encoding = _encoding(data)
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(encoding, "replace")
        place = Place(name, before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)
        called = "UTF-8" if encoding == "utf-8-sig" else "the UTF-16 that its first bytes announce"
        raise InputError.of("encoding", f"the file is not {called}: save it as UTF-8", place) from None


def _encoding(data: bytes) -> str:
    """By byte order mark (YAML 1.2.2, section 5.2); UTF-8 otherwise."""
    return "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"


def _parsed(text: str, name: str, limits: Limits) -> Parsed:
    try:
        return parse(text, limits)
    except ReadError as error:
        place = Place(name, error.line, error.column, error.line, error.column)
        raise InputError.of(error.code, error.message, place) from None
