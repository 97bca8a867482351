"""The files of a description: reading them, and following references between them.

References lead to local files below the folder of the root file; other folders and hosts only where the caller allows
them. Source: OpenAPI 3.1.1, sections 4.6 and 4.8.23; RFC 3986, section 5.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from tallystick.document.limits import Limits
from tallystick.document.location import Location
from tallystick.document.pointer import pointer_tokens
from tallystick.document.positions import PositionTable, unpack
from tallystick.document.reader import Parsed, ReadError, Remark, parse
from tallystick.document.remote import fetch
from tallystick.findings import Finding, InputError, Level, Place, shown_path

__all__ = ["Document", "Source", "Target", "UnresolvedReference", "load"]

STDIN_NAME = "-"


class UnresolvedReference(Exception):
    """A reference leads nowhere. The text says why and what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


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

    def place(self, pointer: str, *, key: bool = False) -> Place:
        """The place of the value or key at ``pointer``, or of its nearest ancestor."""
        span, value = self.positions.root, self.value
        tokens = pointer_tokens(pointer)
        for depth, token in enumerate(tokens):
            index = _index(value, token)
            if index is None:
                break
            as_key = key and depth == len(tokens) - 1 and isinstance(value, dict)
            span = self.positions.span(value, index, key=as_key) or span
            value = value[token] if isinstance(value, dict) else value[index]
        return self._place(span, pointer)

    def _place(self, span: tuple[int, int], pointer: str) -> Place:
        return Place(self.name, *unpack(span[0]), *unpack(span[1]), pointer)

    def findings(self) -> list[Finding]:
        """What the reader noticed: duplicate keys, keys that are no text, YAML traps."""
        return [self._finding(remark) for remark in self.remarks]

    def _finding(self, remark: Remark) -> Finding:
        level = Level.ERROR if remark.code == "duplicate-key" else Level.WARNING
        related = () if remark.first is None else (self._place((remark.first, remark.first), remark.pointer),)
        place = self._place((remark.start, remark.end), remark.pointer)
        return Finding(remark.code, level, remark.message, place, related=related)

    def at(self, pointer: str) -> Any:
        """The value at a pointer.

        Raises:
            KeyError: there is none.
        """
        value = self.value
        for token in pointer_tokens(pointer):
            index = _index(value, token)
            if index is None:
                raise KeyError(pointer)
            value = value[token] if isinstance(value, dict) else value[index]
        return value


def _index(value: Any, token: str) -> int | None:
    """The number of the child that a token names, in document order."""
    if isinstance(value, dict):
        if token not in value:
            return None
        return next(index for index, name in enumerate(value) if name == token)
    if isinstance(value, list) and token.isascii() and token.isdigit() and int(token) < len(value):
        return int(token)
    return None


@dataclass(frozen=True, slots=True)
class Target:
    """Where a reference leads."""

    document: Document
    pointer: str
    value: Any

    @property
    def location(self) -> Location:
        """The target as a location."""
        return Location(self.document, self.pointer)


class Source:
    """A root file and the files that it refers to, each read once, when first asked for."""

    def __init__(self, allow_hosts: Iterable[str], allow_folders: Iterable[Path], limits: Limits) -> None:
        self._hosts = frozenset(allow_hosts)
        self._folders = [folder.resolve() for folder in allow_folders]
        self._limits = limits
        self._documents: dict[str, Document] = {}
        self._anchors: dict[str, dict[str, str]] = {}
        self._bytes = 0
        self.root: Document

    @property
    def documents(self) -> tuple[Document, ...]:
        """The files read so far, the root first."""
        return tuple(self._documents.values())

    def resolve(self, reference: str, base: Document) -> Target:
        """Follows one reference that stands in ``base``.

        Raises:
            UnresolvedReference: it leads nowhere, or where it may not lead.
            InputError: the file it leads to cannot be read.
        """
        address, fragment = urldefrag(reference)
        document = self._document(address, base) if address else base
        pointer = self._pointer(document, unquote(fragment), reference)
        try:
            return Target(document, pointer, document.at(pointer))
        except (KeyError, ValueError):
            message = f"the reference {reference!r} leads nowhere: {document.name} has nothing at {pointer!r}{_near(document, pointer)}"
            raise UnresolvedReference("ref-unresolved", message) from None

    def _pointer(self, document: Document, fragment: str, reference: str) -> str:
        if not fragment or fragment.startswith("/"):
            return fragment
        if document.uri not in self._anchors:
            self._anchors[document.uri] = dict(_anchors(document.value, ""))
        if fragment not in self._anchors[document.uri]:
            message = f"the reference {reference!r} names the anchor {fragment!r}, which {document.name} does not have: add `$anchor`, or write a JSON pointer such as #/components/schemas/Name"
            raise UnresolvedReference("ref-unresolved", message)
        return self._anchors[document.uri][fragment]

    def _document(self, address: str, base: Document) -> Document:
        if urlsplit(address).scheme in ("http", "https") or urlsplit(base.uri).scheme in ("http", "https"):
            return self._remote(urljoin(base.uri, address))
        scheme = urlsplit(address).scheme
        if scheme and len(scheme) > 1:
            message = f"references by {scheme}: are not followed: use a relative path"
            raise UnresolvedReference("ref-scheme", message)
        path = Path(base.uri).parent / unquote(address)
        return self._file(path, address)

    def _file(self, path: Path, address: str) -> Document:
        resolved = path.resolve()
        if str(resolved) in self._documents:
            return self._documents[str(resolved)]
        if not any(resolved.is_relative_to(folder) for folder in self._folders):
            message = f"the reference {address!r} leaves the folder of the description: move the file below it, or allow its folder with --allow-folder"
            raise UnresolvedReference("ref-outside", message)
        if not resolved.is_file():
            raise UnresolvedReference(
                "ref-unresolved", f"the reference {address!r} leads to a file that does not exist: {shown_path(path)}"
            )
        return self.add(resolved, shown_path(resolved))

    def _remote(self, address: str) -> Document:
        if address in self._documents:
            return self._documents[address]
        host = urlsplit(address).hostname or ""
        if host not in self._hosts:
            message = f"the reference to {address!r} needs the network: allow it with --allow-host {host}, or save the file beside the description"
            raise UnresolvedReference("ref-remote", message)
        try:
            data = fetch(address, self._limits.bytes, self._hosts)
        except OSError as error:
            raise UnresolvedReference("ref-remote", f"{address} could not be fetched: {error}") from None
        return self._add(address, address, data)

    def add(self, path: Path, name: str) -> Document:
        """Reads a local file.

        Raises:
            InputError: it cannot be read.
        """
        try:
            size = path.stat().st_size
            if size > self._limits.bytes:
                raise _too_large(name, self._limits.bytes)
            data = path.read_bytes()
        except OSError as error:
            message = f"cannot read {name}: {error.strerror or error}; check the path"
            raise InputError.of("file-unreadable", message, Place(name)) from None
        return self._add(str(path), name, data)

    def _add(self, uri: str, name: str, data: bytes) -> Document:
        self._bytes += len(data)
        if len(data) > self._limits.bytes:
            raise _too_large(name, self._limits.bytes)
        if len(self._documents) >= self._limits.files or self._bytes > self._limits.total_bytes:
            message = f"the description has more than {self._limits.files} files or {self._limits.total_bytes} bytes: bundle it, or split it into several"
            raise InputError.of("too-many-files", message, Place(name))
        parsed = _parse(data, name, self._limits)
        document = Document(uri, name, parsed.value, parsed.positions, tuple(parsed.remarks))
        self._documents[uri] = document
        return document


def load(
    path: str | Path,
    *,
    allow_hosts: Iterable[str] = (),
    allow_folders: Iterable[Path] = (),
    limits: Limits | None = None,
) -> Source:
    """Reads the root file of a description (``-`` is standard input).

    Raises:
        InputError: there is no such file, it is no YAML or JSON, or it is no OpenAPI 3.0, 3.1 or 3.2 description.
    """
    limits = limits or Limits()
    if str(path) == STDIN_NAME:
        source = Source(allow_hosts, (Path.cwd(), *allow_folders), limits)
        source.root = source._add(str(Path.cwd() / "<stdin>"), STDIN_NAME, sys.stdin.buffer.read(limits.bytes + 1))
    else:
        file = Path(path)
        if file.is_dir():
            raise InputError.of(
                "file-unreadable", f"{path} is a folder: name the root file of the description", Place(str(path))
            )
        if not file.exists():
            raise InputError.of("file-unreadable", f"there is no file {path}: check the path", Place(str(path)))
        source = Source(allow_hosts, (file.resolve().parent, *allow_folders), limits)
        source.root = source.add(file.resolve(), shown_path(file))
    _check_version(source.root)
    return source


def _check_version(root: Document) -> None:
    value = root.value
    if not isinstance(value, dict):
        raise InputError.of(
            "not-openapi", "an OpenAPI description is a mapping that begins with `openapi: 3.1.0`", root.place("")
        )
    if "swagger" in value and "openapi" not in value:
        message = (
            f"this is Swagger {value['swagger']}: convert it to OpenAPI 3 first (for example with swagger2openapi)"
        )
        raise InputError.of("not-openapi", message, root.place("/swagger"))
    version = value.get("openapi")
    if version is None:
        raise InputError.of("not-openapi", "the key `openapi` is missing: begin with `openapi: 3.1.0`", root.place(""))
    if not isinstance(version, str) or not version.startswith(("3.0.", "3.1.", "3.2.")) or len(version) > 20:
        message = f"OpenAPI version {version!r} is not supported: write `openapi: 3.0.x`, `3.1.x` or `3.2.x` as text"
        raise InputError.of("not-openapi", message, root.place("/openapi"))


def _parse(data: bytes, name: str, limits: Limits) -> Parsed:
    try:
        text = data.decode(_encoding(data))
    except UnicodeDecodeError as error:
        before = data[: error.start]
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        place = Place(name, before.count(b"\n") + 1, column)
        raise InputError.of("encoding", "the file is not UTF-8: save it in that encoding", place) from None
    try:
        return parse(text, limits)
    except ReadError as error:
        place = Place(name, error.line, error.column, error.line, error.column)
        raise InputError.of(error.code, error.message, place) from None


def _encoding(data: bytes) -> str:
    """By byte order mark (YAML 1.2.2, section 5.2); UTF-8 otherwise."""
    return "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"


def _too_large(name: str, limit: int) -> InputError:
    return InputError.of("too-large", f"{name} has more than {limit} bytes: split the description by $ref", Place(name))


def _anchors(value: Any, pointer: str) -> Iterable[tuple[str, str]]:
    """``$anchor`` names below a value (JSON Schema 2020-12 core, section 8.2.2) with the pointers they stand for."""
    from tallystick.document.pointer import join

    if isinstance(value, dict):
        for keyword in ("$anchor", "$dynamicAnchor"):
            if isinstance(value.get(keyword), str):
                yield value[keyword], pointer
        for key, child in value.items():
            yield from _anchors(child, join(pointer, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _anchors(child, join(pointer, index))


def _near(document: Document, pointer: str) -> str:
    """A hint: the closest existing key to the first one that is missing."""
    from difflib import get_close_matches

    value = document.value
    for token in pointer_tokens(pointer):
        index = _index(value, token)
        if index is None:
            names = get_close_matches(token, list(value), 1) if isinstance(value, dict) else []
            return f"; did you mean {names[0]!r}?" if names else ""
        value = value[token] if isinstance(value, dict) else value[index]
    return ""
