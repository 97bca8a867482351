"""A description of many files as one tree, and where each part of it came from.

References inside the root file stay as they are. What other files hold becomes a component of the root, named after the
component that already refers to it, else after its own key or file; path items, and what no version of OpenAPI has
components for, are put in place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tallystick.document.chains import Chains
from tallystick.document.collector import collector_off
from tallystick.document.component_names import Part, component_names
from tallystick.document.file import Document
from tallystick.document.grammar import COMPONENT_KINDS, Child, field_of, is_reference, kind_at
from tallystick.document.location import Location
from tallystick.document.pointer import as_fragment, join, parent, pointer_tokens
from tallystick.document.source import Source, Target, UnresolvedReference
from tallystick.findings import Finding, InputError, Level, Place

__all__ = ["Bundle", "bundle"]

_SECTIONS: Final = {kind: section for section, kind in COMPONENT_KINDS.items()}
_INLINED: Final = ("pathItem", "mediaType")  # components of these kinds do not exist in every version
_EXAMPLES: Final = frozenset(
    (*((kind, "example") for kind in ("mediaType", "parameter", "header", "schema")), ("example", "value"))
)
_TEXT_FILES: Final = (".yaml", ".yml", ".json")


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
        if key and pointer in self.grafts:
            holder = self.origin(parent(pointer)[0])
            own = Location(holder.source, join(holder.pointer, parent(pointer)[1]))
            if _exists(own):
                return own.key
            return self.origin(pointer).place
        origin = self.origin(pointer)
        return origin.source.place(origin.pointer, key=key)

    def origin(self, pointer: str) -> Location:
        """Where what stands at ``pointer`` of the bundle came from."""
        head = pointer
        while self.grafts:
            graft = self.grafts.get(head)
            if graft is not None:
                return Location(graft.source, graft.pointer + pointer[len(head) :])
            if not head:
                break
            head = head.rpartition("/")[0]
        return Location(self.source.root, pointer)


def _exists(location: Location) -> bool:
    try:
        assert isinstance(location.source, Document)
        location.source.at(location.pointer)
    except KeyError:
        return False
    return True


def bundle(source: Source) -> Bundle:
    """Bundles a description.

    Dangling references stay where they are and become findings.

    Raises:
        InputError: references form a chain, a nesting or an amount that no description needs.
    """
    with collector_off():
        first = _Bundler(source, {})
        result = first.run()
        names = component_names(first.added, first.taken, str(Path(source.root.uri).parent))
        return result if names == first.added else _Bundler(source, names).run()


class _Bundler:
    def __init__(self, source: Source, names: Mapping[Part, str]) -> None:
        self._source = source
        self._root = source.root
        self._chains = Chains(source)
        self._decided = names
        self._findings: list[Finding] = []
        self._grafts: dict[str, Location] = {}
        self._adopted: dict[Part, str] = {}
        self._queue: list[tuple[Part, Target]] = []
        self._inlining: list[tuple[str, str]] = []
        self._inlined_values = 0
        self.added: dict[Part, str] = {}
        """The parts that became components, with the names they have been given."""
        self.taken: dict[str, set[str]] = {}
        """Names of the root's own components by kind."""

    def run(self) -> Bundle:
        self._adopt_components()
        value = self._copy(self._root.value, "openapi", self._root, "", "")
        added: dict[str, dict[str, Any]] = {}
        for part, target in self._queue:  # which grows while it is worked off
            section, name = _SECTIONS[part.kind], self.added[part]
            pointer = join("/components", section, name)
            self._grafts[pointer] = target.location
            content = self._copy(target.value, part.kind, target.document, target.pointer, pointer)
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
            self.taken[kind] = set(listed)
            for name, value in listed.items():
                if is_reference(kind, value) and not value["$ref"].startswith("#") and len(value) == 1:
                    target = self._target(value["$ref"], self._root, join("/components", section, name, "$ref"))
                    if target is not None and target.document is not self._root:
                        self._adopted.setdefault(Part(kind, target.document.uri, target.pointer), name)

    def _copy(self, value: Any, kind: str, document: Document, pointer: str, to: str) -> Any:
        """The value with its references rewritten; the value itself where nothing changed."""
        if not isinstance(value, dict):
            return value
        if self._inlining:
            self._check_amount(to)
        if is_reference(kind, value):
            return self._reference(value, kind, document, pointer, to)
        if kind == "discriminator":
            return self._discriminator(value, document, pointer)
        if _refers(value):
            return self._misplaced(value, Child(kind), document, pointer, to)
        return self._copy_fields(value, kind, document, pointer, to)

    def _copy_fields(self, value: dict[str, Any], kind: str, document: Document, pointer: str, to: str) -> Any:
        changed = {}
        for key, child in value.items():
            if not isinstance(child, dict | list):
                continue
            if (spec := field_of(kind, key)) is not None:
                new = self._copy_field(child, spec, document, join(pointer, key), join(to, key))
            elif key.startswith("x-") or ((kind, key) in _EXAMPLES and _refers(child)):
                new = self._copy_data(child, document, join(to, key))
            else:
                continue
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

    def _copy_data(self, value: Any, document: Document, to: str) -> Any:
        """Data of an extension or an example: a lone reference to another file, which other bundlers follow, is put in
        place.
        """
        if isinstance(value, list):
            items = [self._copy_data(item, document, join(to, index)) for index, item in enumerate(value)]
            return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
        if not isinstance(value, dict):
            return value
        if _refers(value) and (document is not self._root or not value["$ref"].startswith("#")):
            return self._data_behind(value, document, to)
        entries = {key: self._copy_data(child, document, join(to, key)) for key, child in value.items()}
        return entries if any(entries[key] is not old for key, old in value.items()) else value

    def _data_behind(self, value: dict[str, Any], document: Document, to: str) -> Any:
        try:
            target = self._source.resolve(value["$ref"], document)
        except (UnresolvedReference, InputError):
            return value  # the key `$ref` may mean anything in data
        key = (target.document.uri, target.pointer)
        if key in self._inlining:
            return value
        self._grafts[to] = target.location
        self._inlining.append(key)
        self._check_amount(to)
        content = self._copy_data(target.value, target.document, to)
        self._inlining.pop()
        return content

    def _misplaced(self, value: dict[str, Any], spec: Child, document: Document, pointer: str, to: str) -> Any:
        """A reference where the specification has none, which many tools follow all the same: put in place."""
        target = self._target(value["$ref"], document, join(pointer, "$ref"))
        if target is None:
            return value
        message = "a reference may not stand here: other tools will not follow it; write the value, or bundle first"
        self._findings.append(Finding("ref-placement", Level.WARNING, message, document.place(pointer)))
        return self._inlined(value, spec, target, document, pointer, to)

    def _reference(self, value: dict[str, Any], kind: str, document: Document, pointer: str, to: str) -> Any:
        target = self._target(value["$ref"], document, join(pointer, "$ref"))
        if target is None or not self._fits(target, kind, document.place(join(pointer, "$ref"))):
            return value
        if kind in _INLINED and not (document is self._root and target.document is self._root):
            return self._inlined(value, Child(kind), target, document, pointer, to)
        reference = self._internal(kind, target, to)
        if reference is None:
            return self._inlined(value, Child(kind), target, document, pointer, to)
        new = value if kind != "schema" or len(value) == 1 else self._copy_fields(value, kind, document, pointer, to)
        # other spellings of a reference within the root, such as #anchor or its own name, become pointers as well
        same = document is self._root and target.document is self._root and value["$ref"].startswith(("#/", reference))
        return new if same else {**new, "$ref": reference}

    def _fits(self, target: Target, kind: str, place: Place) -> bool:
        """Whether the target can be an object of the kind; else there is a finding."""
        found = target.value
        if not isinstance(found, dict) and not (kind == "schema" and isinstance(found, bool)):
            self._report("ref-kind", f"the reference leads to {_called(found)}, not to a {kind} object", place)
            return False
        if isinstance(target.document.value, dict) and "openapi" in target.document.value:
            actual = kind_at(pointer_tokens(target.pointer))
            if actual is not None and actual != kind:
                self._report("ref-kind", f"the reference leads to a {actual} object, not to a {kind} object", place)
                return False
        return True

    def _internal(self, kind: str, target: Target, to: str) -> str | None:
        """The reference to use in the bundle, or None where the target is to stand here itself."""
        if target.document is self._root:
            return as_fragment(target.pointer)
        part = Part(kind, target.document.uri, target.pointer)
        name = self._adopted.get(part) or self.added.get(part)
        if name is None:
            inside = self._inside_named(target)
            if inside is not None:
                return inside
            name = self.added[part] = self._decided.get(part) or self._provisional_name(part)
            self._queue.append((part, target))
        reference = join("/components", _SECTIONS[kind], name)
        return None if reference == to else as_fragment(reference)

    def _provisional_name(self, part: Part) -> str:
        """The name that the part has if no other wants it: :func:`bundle` looks at all of them together."""
        (name,) = component_names([part], self.taken, str(Path(self._root.uri).parent)).values()
        return name

    def _inside_named(self, target: Target) -> str | None:
        """A pointer into a component that already stands for an ancestor of the target."""
        tokens = pointer_tokens(target.pointer)
        for length in range(len(tokens) - 1, -1, -1):
            head, rest = join("", *tokens[:length]), tokens[length:]
            for kind in COMPONENT_KINDS.values():
                part = Part(kind, target.document.uri, head)
                name = self._adopted.get(part) or self.added.get(part)
                if name is not None:
                    return as_fragment(join("/components", _SECTIONS[kind], name, *rest))
        return None

    def _inlined(
        self, value: dict[str, Any], spec: Child, target: Target, document: Document, pointer: str, to: str
    ) -> Any:
        key = (target.document.uri, target.pointer)
        siblings = {name: child for name, child in value.items() if name != "$ref"}
        if key in self._inlining:
            self._report("ref-cycle", f"the reference {value['$ref']!r} leads back to itself", document.place(pointer))
            return siblings
        self._inlining.append(key)
        self._grafts[to] = target.location
        content = self._copy_field(target.value, spec, target.document, target.pointer, to)
        self._inlining.pop()
        if not siblings or not isinstance(content, dict):
            return content
        for name in siblings:
            self._grafts[join(to, name)] = Location(document, join(pointer, name))
        return {**content, **self._copy_fields(siblings, spec.kind, document, pointer, to)}

    def _check_amount(self, to: str) -> None:
        limits = self._source.limits
        self._inlined_values += 1
        if self._inlined_values > limits.inlined:
            message = f"references put more than {limits.inlined} objects in place: make components of what is shared"
            raise InputError.of("too-large", message, Place(self._root.name, pointer=to))
        if to.count("/") > limits.depth:
            message = f"references in place of each other nest more than {limits.depth} levels: flatten them"
            raise InputError.of("too-deep", message, Place(self._root.name, pointer=to))

    def _discriminator(self, value: dict[str, Any], document: Document, pointer: str) -> Any:
        """Mapping values are component names or references (section 4.8.25.3)."""
        mapping = value.get("mapping")
        if not isinstance(mapping, dict):
            return value
        changed = {}
        for name, entry in mapping.items():
            if isinstance(entry, str) and self._is_address(entry):
                target = self._target(entry, document, join(pointer, "mapping", name))
                if target is not None and not (document is self._root and target.document is self._root):
                    changed[name] = self._internal("schema", target, "") or entry
        return {**value, "mapping": {**mapping, **changed}} if changed else value

    def _is_address(self, entry: str) -> bool:
        """Whether a mapping value refers by address. Names of components come first, as the specification advises."""
        if entry in self.taken.get("schema", ()):
            return False
        return "/" in entry or entry.startswith("#") or entry.endswith(_TEXT_FILES)

    def _target(self, reference: str, document: Document, pointer: str) -> Target | None:
        try:
            target = self._source.resolve(reference, document)
            if self._chains.is_sound(target):
                return target
            self._report("ref-cycle", f"the reference {reference!r} leads back to itself", document.place(pointer))
        except UnresolvedReference as error:
            self._report(error.code, error.message, document.place(pointer))
        except InputError as error:
            if any(finding.code in _FATAL for finding in error.findings):
                raise
            self._findings += error.findings
            message = f"the file behind the reference {reference!r} cannot be read: see there"
            self._report("ref-unresolved", message, document.place(pointer))
        return None

    def _report(self, code: str, message: str, place: Place) -> None:
        self._findings.append(Finding(code, Level.ERROR, message, place))


_FATAL: Final = ("too-many-files", "ref-chain")


def _refers(value: Any) -> bool:
    return isinstance(value, dict) and len(value) == 1 and isinstance(value.get("$ref"), str)


def _called(value: Any) -> str:
    names = {list: "a list", str: "a text", bool: "true or false", int: "a number", float: "a number", dict: "a map"}
    return names.get(type(value), "nothing")


def _with_components(value: dict[str, Any], added: dict[str, dict[str, Any]]) -> dict[str, Any]:
    components = _mapping(value.get("components"))
    for section, named in added.items():
        components[section] = {**_mapping(components.get(section)), **dict(sorted(named.items()))}
    return {**value, "components": components}


def _mapping(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, dict) else {}
