"""A description of many files as one tree, and where each part of it came from.

References inside the root file stay as they are. What other files hold becomes a component of the root, named after the
component that already refers to it, else after its own key or file; path items and callbacks are put in place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from tallystick.document.grammar import COMPONENT_KINDS, Child, field_of, is_reference
from tallystick.document.location import Location
from tallystick.document.pointer import as_fragment, join, pointer_tokens
from tallystick.document.source import Document, Source, Target, UnresolvedReference
from tallystick.findings import Finding, InputError, Level, Place

__all__ = ["Bundle", "bundle"]

_SECTIONS = {kind: section for section, kind in COMPONENT_KINDS.items()}
_INLINED = ("pathItem", "mediaType")  # components of these kinds do not exist in every version


@dataclass(frozen=True, slots=True, eq=False)
class Bundle:
    """One tree with internal references only. It must not be changed: parts of it are the files' own values."""

    value: dict[str, Any]
    source: Source
    findings: tuple[Finding, ...]
    grafts: Mapping[str, Location] = field(default_factory=dict)
    """Pointers in the bundle at which parts of other places were put, and where they stand in their file."""

    def place(self, pointer: str, *, key: bool = False) -> Place:
        """The place, in its file, of what stands at ``pointer`` of the bundle."""
        origin = self.origin(pointer)
        place = origin.source.place(origin.pointer, key=key and pointer not in self.grafts)
        return place

    def origin(self, pointer: str) -> Location:
        """Where what stands at ``pointer`` of the bundle came from."""
        if self.grafts:
            head = pointer
            while True:
                graft = self.grafts.get(head)
                if graft is not None:
                    return Location(graft.source, graft.pointer + pointer[len(head) :])
                if not head:
                    break
                head = head.rpartition("/")[0]
        return Location(self.source.root, pointer)


def bundle(source: Source) -> Bundle:
    """Bundles a description.

    Dangling references stay where they are and become findings.

    Raises:
        InputError: a file that is referred to cannot be read.
    """
    return _Bundler(source).run()


class _Bundler:
    def __init__(self, source: Source) -> None:
        self._source = source
        self._root = source.root
        self._findings: list[Finding] = []
        self._grafts: dict[str, Location] = {}
        self._names: dict[tuple[str, str, str], str] = {}
        self._taken: dict[str, set[str]] = {}
        self._queue: list[tuple[str, str, Target]] = []
        self._inlining: list[tuple[str, str]] = []

    def run(self) -> Bundle:
        self._adopt_components()
        value = self._copy(self._root.value, "openapi", self._root, "", "")
        added: dict[str, dict[str, Any]] = {}
        while self._queue:
            kind, name, target = self._queue.pop(0)
            section = _SECTIONS[kind]
            pointer = join("/components", section, name)
            self._grafts[pointer] = target.location
            content = self._copy(target.value, kind, target.document, target.pointer, pointer)
            added.setdefault(section, {})[name] = content
        if added:
            value = _with_components(value, added)
        findings = [finding for document in self._source.documents for finding in document.findings()]
        return Bundle(value, self._source, tuple(findings + self._findings), self._grafts)

    def _adopt_components(self) -> None:
        """Components that are one reference to another file give that file's part its name."""
        components = self._root.value.get("components")
        for section, kind in COMPONENT_KINDS.items():
            listed = components.get(section) if isinstance(components, dict) else None
            if not isinstance(listed, dict):
                continue
            self._taken[kind] = set(listed)
            for name, value in listed.items():
                if is_reference(kind, value) and not value["$ref"].startswith("#") and len(value) == 1:
                    target = self._target(value["$ref"], self._root, join("/components", section, name))
                    if target is not None and target.document is not self._root:
                        self._names.setdefault((kind, target.document.uri, target.pointer), name)

    def _copy(self, value: Any, kind: str, document: Document, pointer: str, to: str) -> Any:
        """The value with its references rewritten; the value itself where nothing changed."""
        if not isinstance(value, dict):
            return value
        if is_reference(kind, value):
            return self._reference(value, kind, document, pointer, to)
        if kind == "discriminator":
            return self._discriminator(value, document, pointer)
        if _refers(value):
            return self._misplaced(value, Child(kind), document, pointer, to)
        changed = {}
        for key, child in value.items():
            if isinstance(child, dict | list) and (spec := field_of(kind, key)) is not None:
                new = self._copy_field(child, spec, document, join(pointer, key), join(to, key))
                if new is not child:
                    changed[key] = new
        return {**value, **changed} if changed else value

    def _copy_field(self, value: Any, spec: Child, document: Document, pointer: str, to: str) -> Any:
        if spec.shape == "one":
            return self._copy(value, spec.kind, document, pointer, to)
        if _refers(value):
            return self._misplaced(value, spec, document, pointer, to)
        if spec.shape == "list" and isinstance(value, list):
            items = [self._copy(v, spec.kind, document, join(pointer, i), join(to, i)) for i, v in enumerate(value)]
            return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
        if spec.shape == "map" and isinstance(value, dict):
            entries = {k: self._copy(v, spec.kind, document, join(pointer, k), join(to, k)) for k, v in value.items()}
            return entries if any(entries[key] is not old for key, old in value.items()) else value
        return value

    def _misplaced(self, value: dict[str, Any], spec: Child, document: Document, pointer: str, to: str) -> Any:
        """A reference where the specification has none, which many tools follow all the same: its target stands here."""
        target = self._target(value["$ref"], document, join(pointer, "$ref"))
        if target is None:
            return value
        message = "a reference may not stand here: other tools will not follow it; write the value, or bundle first"
        self._findings.append(Finding("ref-placement", Level.WARNING, message, document.place(pointer)))
        return self._inlined(value, spec, target, to)

    def _reference(self, value: dict[str, Any], kind: str, document: Document, pointer: str, to: str) -> Any:
        target = self._target(value["$ref"], document, join(pointer, "$ref"))
        if target is None:
            return value
        if kind in _INLINED and not (document is self._root and target.document is self._root):
            return self._inlined(value, Child(kind), target, to)
        reference = self._internal(kind, target, to)
        if reference is None:
            return self._inlined(value, Child(kind), target, to)
        siblings = {key: child for key, child in value.items() if key != "$ref"}
        if kind == "schema" and siblings:
            siblings = self._copy(siblings, kind, document, pointer, to)
        return value if reference == value["$ref"] and document is self._root else {"$ref": reference, **siblings}

    def _internal(self, kind: str, target: Target, to: str) -> str | None:
        """The reference to use in the bundle, or None where the target is to stand here itself."""
        if target.document is self._root:
            return as_fragment(target.pointer) if target.pointer else "#"
        key = (kind, target.document.uri, target.pointer)
        name = self._names.get(key)
        if name is None:
            inside = self._inside_named(kind, target)
            if inside is not None:
                return inside
            name = self._names[key] = self._fresh_name(kind, target)
            self._queue.append((kind, name, target))
        reference = join("/components", _SECTIONS[kind], name)
        return None if reference == to else as_fragment(reference)

    def _inside_named(self, kind: str, target: Target) -> str | None:
        """A pointer into a component that already stands for an ancestor of the target."""
        tokens = pointer_tokens(target.pointer)
        for length in range(len(tokens) - 1, -1, -1):
            head, rest = join("", *tokens[:length]), tokens[length:]
            for other in COMPONENT_KINDS.values():
                name = self._names.get((other, target.document.uri, head))
                if name is not None:
                    return as_fragment(join("/components", _SECTIONS[other], name, *rest))
        return None

    def _inlined(self, value: dict[str, Any], spec: Child, target: Target, to: str) -> Any:
        key = (target.document.uri, target.pointer)
        if key in self._inlining:
            self._report("ref-cycle", f"the reference {value['$ref']!r} leads back to itself", target.location.place)
            return {name: child for name, child in value.items() if name != "$ref"}
        self._inlining.append(key)
        self._grafts[to] = target.location
        content = self._copy_field(target.value, spec, target.document, target.pointer, to)
        self._inlining.pop()
        siblings = {name: child for name, child in value.items() if name != "$ref"}
        return {**content, **siblings} if siblings and isinstance(content, dict) else content

    def _discriminator(self, value: dict[str, Any], document: Document, pointer: str) -> Any:
        """Mapping values are component names or references (section 4.8.25.3)."""
        mapping = value.get("mapping")
        if document is self._root or not isinstance(mapping, dict):
            if not isinstance(mapping, dict) or not any(_leaves_file(entry) for entry in mapping.values()):
                return value
        changed = dict(value["mapping"])
        for name, entry in changed.items():
            if isinstance(entry, str) and ("#" in entry or "/" in entry or "." in entry):
                target = self._target(entry, document, join(pointer, "mapping", name))
                if target is not None:
                    changed[name] = self._internal("schema", target, "") or entry
        return {**value, "mapping": changed}

    def _target(self, reference: str, document: Document, pointer: str) -> Target | None:
        try:
            return self._source.resolve(reference, document)
        except UnresolvedReference as error:
            self._report(error.code, error.message, document.place(pointer))
        except InputError as error:
            self._findings += error.findings
            message = f"the file behind the reference {reference!r} cannot be read: see there"
            self._report("ref-unresolved", message, document.place(pointer))
        return None

    def _report(self, code: str, message: str, place: Place) -> None:
        self._findings.append(Finding(code, Level.ERROR, message, place))

    def _fresh_name(self, kind: str, target: Target) -> str:
        taken = self._taken.setdefault(kind, set())
        for candidate in _name_candidates(target):
            if candidate not in taken:
                taken.add(candidate)
                return candidate
        raise AssertionError("candidates are endless")


def _leaves_file(entry: Any) -> bool:
    return isinstance(entry, str) and not entry.startswith("#") and ("/" in entry or "#" in entry)


def _name_candidates(target: Target) -> Iterator[str]:
    """Component names for a part of another file: its key or file name, then with folders in front, then numbered."""
    path = PurePosixPath(unquote(urlsplit(target.document.uri).path))
    tokens = pointer_tokens(target.pointer)
    parts = [*path.parts[1:-1], path.name.partition(".")[0], *tokens]
    parts = [
        clean
        for part in parts
        if (clean := re.sub(r"[^A-Za-z0-9._-]+", "-", part).strip("-")) and part not in _STRUCTURAL
    ]
    for count in range(1, len(parts) + 1):
        yield "-".join(parts[-count:])
    number = 2
    while True:
        yield f"{parts[-1] if parts else 'part'}-{number}"
        number += 1


_STRUCTURAL = frozenset(("components", "properties", "definitions", "$defs", *COMPONENT_KINDS))


def _refers(value: Any) -> bool:
    return isinstance(value, dict) and len(value) == 1 and isinstance(value.get("$ref"), str)


def _with_components(value: dict[str, Any], added: dict[str, dict[str, Any]]) -> dict[str, Any]:
    components = dict(value.get("components") or {})
    for section, named in added.items():
        components[section] = {**(components.get(section) or {}), **dict(sorted(named.items()))}
    return {**value, "components": components}
