"""The files of a description: reading them, and following references between them.

References lead to local files below the folder of the root file; other folders and hosts only where the caller allows
them. Source: OpenAPI 3.1.1, sections 4.6 and 4.8.23; RFC 3986, section 5.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from tallystick.document.file import Document, read_document
from tallystick.document.grammar import MAP_FIELDS
from tallystick.document.limits import Limits
from tallystick.document.location import Location
from tallystick.document.pointer import child_of, join, pointer_tokens
from tallystick.document.remote import fetch
from tallystick.findings import InputError, Place, shown_path

__all__ = ["Document", "Source", "Target", "UnresolvedReference"]

_HINTS: Final = 20  # references in one description that get a "did you mean"; finding one costs time
_LONGEST_HINT: Final = 80
_MOST_NAMES: Final = 3000
_SHOWN: Final = 200


class UnresolvedReference(Exception):
    """A reference leads nowhere. The text says why and what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


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
        self.limits = limits
        self._documents: dict[str, Document] = {}
        self._unreadable: dict[str, InputError] = {}
        self._anchors: dict[str, dict[str, list[str]]] = {}
        self._resolved: dict[tuple[str, str], Target] = {}
        self._bytes = self._nodes = 0
        self._hints = 0
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
        key = (base.uri, reference)
        target = self._resolved.get(key)
        if target is None:
            target = self._resolved[key] = self._follow(reference, base)
        return target

    def _follow(self, reference: str, base: Document) -> Target:
        try:
            address, fragment = urldefrag(reference)
            scheme = urlsplit(address).scheme
        except ValueError as error:
            message = f"the reference {_shown(reference)} is no address: {error}"
            raise UnresolvedReference("ref-unresolved", message) from None
        document = self._document(address, scheme, base) if address else base
        pointer = self._pointer(document, unquote(fragment), reference)
        try:
            return Target(document, pointer, document.at(pointer))
        except KeyError:
            hint = self._hint(document, pointer)
            message = (
                f"the reference {_shown(reference)} leads nowhere: {document.name} has nothing at "
                f"{_shown(pointer)}{hint or ': correct it, or add what it names'}"
            )
            raise UnresolvedReference("ref-unresolved", message) from None

    def _pointer(self, document: Document, fragment: str, reference: str) -> str:
        if not fragment or fragment.startswith("/"):
            return fragment
        if document.uri not in self._anchors:
            found: dict[str, list[str]] = {}
            for name, pointer in _anchors(document.value, ""):
                found.setdefault(name, []).append(pointer)
            self._anchors[document.uri] = found
        pointers = self._anchors[document.uri].get(fragment, [])
        if len(pointers) > 1:
            message = (
                f"the reference {_shown(reference)} names an anchor that {document.name} has {len(pointers)} times:"
                " write a JSON pointer such as #/components/schemas/Name"
            )
            raise UnresolvedReference("ref-unresolved", message)
        if not pointers:
            message = (
                f"the reference {_shown(reference)} names the anchor {_shown(fragment)}, which {document.name} does not"
                f" have: add `$anchor`, or write a JSON pointer such as #/components/schemas/Name"
            )
            raise UnresolvedReference("ref-unresolved", message)
        return pointers[0]

    def _document(self, address: str, scheme: str, base: Document) -> Document:
        if scheme in ("http", "https") or urlsplit(base.uri).scheme in ("http", "https"):
            return self._remote(urljoin(base.uri, address))
        if len(scheme) > 1:  # a single letter is a drive
            message = f"references by {scheme}: are not followed: write a relative path"
            raise UnresolvedReference("ref-scheme", message)
        try:
            return self._file(Path(base.uri).parent / unquote(address), address)
        except (OSError, ValueError, RuntimeError) as error:  # a NUL, a name that is too long, a circle of links
            message = f"the reference {_shown(address)} is no usable path: {error}"
            raise UnresolvedReference("ref-unresolved", _shown(message, quoted=False)) from None

    def _file(self, path: Path, address: str) -> Document:
        resolved = path.resolve()
        if str(resolved) in self._documents:
            return self._documents[str(resolved)]
        if not any(resolved.is_relative_to(folder) for folder in self._folders):
            message = (
                f"the reference {_shown(address)} leaves the folder of the description: move the file below it,"
                " or allow its folder by allow-folder in tally.toml"
            )
            raise UnresolvedReference("ref-outside", message)
        if not resolved.is_file():
            missing = _shown(shown_path(path), quoted=False)
            message = f"the reference {_shown(address)} leads to a file that does not exist: {missing}"
            raise UnresolvedReference("ref-unresolved", message)
        return self.add(resolved, shown_path(resolved))

    def _remote(self, address: str) -> Document:
        if address in self._documents:
            return self._documents[address]
        host = urlsplit(address).hostname or ""
        if host not in self._hosts:
            message = (
                f"the reference to {_shown(address)} needs the network: allow it with --allow-host {host},"
                " or save the file beside the description"
            )
            raise UnresolvedReference("ref-remote", message)
        try:
            data = fetch(address, self.limits.bytes, self._hosts)
        except OSError as error:
            message = f"{_shown(address)} could not be fetched: {error}"
            raise UnresolvedReference("ref-remote", message) from None
        return self.add_bytes(address, address, data)

    def add(self, path: Path, name: str) -> Document:
        """Reads a local file.

        Raises:
            InputError: it cannot be read.
        """
        try:
            with path.open("rb") as file:
                data = file.read(self.limits.bytes + 1)
        except OSError as error:
            message = f"cannot read {name}: {error.strerror or error}; check the path"
            raise InputError.of("file-unreadable", message, Place(name)) from None
        return self.add_bytes(str(path), name, data)

    def add_bytes(self, uri: str, name: str, data: bytes) -> Document:
        """Reads the bytes of a file; a file that could not be read fails again at once.

        Raises:
            InputError: it is too large, one too many, or no YAML or JSON.
        """
        if uri in self._unreadable:
            raise self._unreadable[uri]
        self._bytes += len(data)
        self._check_size(name, data)
        try:
            document = read_document(uri, name, data, replace(self.limits, nodes=self.limits.nodes - self._nodes))
        except InputError as error:
            self._unreadable[uri] = error
            raise
        self._nodes += document.nodes
        self._documents[uri] = document
        return document

    def _check_size(self, name: str, data: bytes) -> None:
        if len(data) > self.limits.bytes:
            message = f"{name} has more than {self.limits.bytes} bytes: split the description by $ref"
            raise InputError.of("too-large", message, Place(name))
        if len(self._documents) >= self.limits.files or self._bytes > self.limits.total_bytes:
            message = (
                f"the description has more than {self.limits.files} files or {self.limits.total_bytes} bytes:"
                " split it into several descriptions"
            )
            raise InputError.of("too-many-files", message, Place(name))

    def _hint(self, document: Document, pointer: str) -> str:
        """The closest existing key to the first one that is missing, for the first few references."""
        self._hints += 1
        if self._hints > _HINTS:
            return ""
        value = document.value
        for token in pointer_tokens(pointer):
            try:
                value = child_of(value, token)
            except KeyError:
                return _similar(token, value)
        return ""


def _similar(token: str, value: Any) -> str:
    if not isinstance(value, dict) or len(token) > _LONGEST_HINT or len(value) > _MOST_NAMES:
        return ""
    names = get_close_matches(token, [name for name in value if len(name) <= _LONGEST_HINT], 1)
    return f"; did you mean {names[0]!r}?" if names else ""


_DATA: Final = frozenset(("const", "default", "enum", "example", "examples"))
"""Keywords whose values are no schemas, whatever they look like."""


def _anchors(value: Any, pointer: str, *, has_names: bool = False) -> Iterator[tuple[str, str]]:
    """``$anchor`` names below a value (JSON Schema 2020-12 core, section 8.2.2) with the pointers they stand for.

    With ``has_names`` the keys of the value are names, whatever keyword they look like.
    """
    if isinstance(value, dict):
        for keyword in () if has_names else ("$anchor", "$dynamicAnchor"):
            if isinstance(value.get(keyword), str):
                yield value[keyword], pointer
        for key, child in value.items():
            if has_names or key not in _DATA:
                yield from _anchors(child, join(pointer, key), has_names=not has_names and key in MAP_FIELDS)
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _anchors(child, join(pointer, index))


def _shown(text: str, *, quoted: bool = True) -> str:
    """A text of the description within a message: of bounded length."""
    short = text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
    return repr(short) if quoted else short
