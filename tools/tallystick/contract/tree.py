"""Every schema, text and reference of a bundled description as it was written, found in one pass."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tallystick.contract.model import type_names
from tallystick.document import children, escape, fragment_tokens, is_reference

__all__ = ["Extension", "Prose", "Reference", "SchemaNode", "Tree", "pointer_tokens_of"]

_PROSE: Final = frozenset(("description", "summary", "title"))
_COMPONENT: Final = "/components/schemas/"


@dataclass(frozen=True, slots=True)
class Prose:
    """A text meant for people: a description, a summary or a title."""

    text: str
    pointer: str


@dataclass(frozen=True, slots=True)
class Reference:
    """A ``$ref`` as it was written: where the referring object stands, which kind it should lead to, and its text."""

    pointer: str
    kind: str
    target: str


@dataclass(frozen=True, slots=True)
class Extension:
    """An ``x-tally-`` field: the object that it stands on, and its kind (a key of the grammar)."""

    pointer: str
    kind: str
    name: str
    value: Any


class SchemaNode:
    """A Schema Object where it stands, as it was written: 3.0 spellings included, wrong shapes too.

    The typed accessors give the empty value where a keyword is absent or has the wrong shape, so that rules need not
    look twice. Equal nodes are the same object.
    """

    __slots__ = ("_types", "fields", "holder", "is_30", "key", "parent", "pointer", "value")

    def __init__(
        self,
        value: Any,
        pointer: str,
        parent: SchemaNode | None,
        key: tuple[str | int, ...],
        holder: str,
        *,
        is_30: bool,
    ) -> None:
        self.value: Mapping[str, Any] | bool = value
        self.pointer = pointer
        """The pointer in the bundle."""
        self.parent = parent
        """The enclosing schema, None for the outermost one."""
        self.key = key
        """Tokens from the enclosing schema or object: ``("properties", "sku")``, ``("schema",)``."""
        self.holder = holder
        """Kind of the object around the outermost schema: ``components``, ``mediaType``, ``parameter``, ``header``."""
        self.is_30 = is_30
        self.fields: Mapping[str, Any] = value if isinstance(value, dict) else {}
        """The keywords; none for a boolean schema."""
        self._types: frozenset[str] | None = None

    @property
    def name(self) -> str | None:
        """The component name of a schema component, else None."""
        return str(self.key[-1]) if self.holder == "components" and self.parent is None else None

    @property
    def property_name(self) -> str | None:
        """The name of the property that this is the schema of, else None."""
        return str(self.key[1]) if self.key[0] == "properties" and len(self.key) == 2 else None

    @property
    def ref(self) -> str | None:
        """The text of ``$ref``."""
        return self.text("$ref") or None

    def text(self, keyword: str) -> str:
        """A keyword that is text."""
        value = self.fields.get(keyword)
        return value if isinstance(value, str) else ""

    def flag(self, keyword: str) -> bool:
        """Whether a keyword is ``true``."""
        return self.fields.get(keyword) is True

    def number(self, keyword: str) -> int | float | None:
        """A keyword that is a number."""
        value = self.fields.get(keyword)
        return value if isinstance(value, int | float) and not isinstance(value, bool) else None

    @property
    def types(self) -> frozenset[str]:
        """The JSON types that ``type`` lists, ``null`` included where OpenAPI 3.0 says ``nullable``."""
        if self._types is None:
            self._types = self._listed_types()
        return self._types

    def _listed_types(self) -> frozenset[str]:
        listed = self.fields.get("type")
        names = listed if isinstance(listed, list) else [listed]
        types = frozenset(name for name in names if isinstance(name, str) and name in type_names)
        return types | {"null"} if types and self.is_30 and self.flag("nullable") else types

    @property
    def required(self) -> tuple[str, ...]:
        """Names of required properties."""
        listed = self.fields.get("required")
        return tuple(name for name in listed if isinstance(name, str)) if isinstance(listed, list) else ()

    @property
    def properties(self) -> Mapping[str, Any]:
        """Values of the declared properties."""
        declared = self.fields.get("properties")
        return declared if isinstance(declared, dict) else {}

    @property
    def enum(self) -> list[Any] | None:
        """The values that ``enum`` lists; ``const`` counts as a list of one."""
        listed = self.fields.get("enum")
        if isinstance(listed, list):
            return listed
        return [self.fields["const"]] if "const" in self.fields else None

    def at(self, *tokens: str | int) -> str:
        """The pointer of a descendant value."""
        return _below(self.pointer, tokens)

    def __repr__(self) -> str:
        return f"SchemaNode({self.pointer!r})"


def _below(pointer: str, tokens: Iterable[str | int]) -> str:
    """The pointer of a descendant."""
    for token in tokens:
        if isinstance(token, str) and ("/" in token or "~" in token):
            token = escape(token)  # noqa: PLW2901  the token as it stands in a pointer
        pointer = f"{pointer}/{token}"
    return pointer


class Tree:
    """Every schema, text and reference of a bundled description, found in one pass."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self.is_30 = str(document.get("openapi", "")).startswith("3.0")
        self.schemas: list[SchemaNode] = []
        self.prose: list[Prose] = []
        self.references: list[Reference] = []
        self.extensions: list[Extension] = []
        self._by_pointer: dict[str, SchemaNode] = {}
        self._by_ref: dict[str, SchemaNode | None] = {}
        self._parts: dict[str, list[SchemaNode]] = {}
        self._properties: dict[str, dict[str, SchemaNode]] = {}
        self._enter("openapi", document, "", None, (), "")

    def _enter(
        self,
        kind: str,
        value: Any,
        pointer: str,
        parent: SchemaNode | None,
        key: tuple[str | int, ...],
        holder: str,
    ) -> None:
        if kind == "schema":
            if not isinstance(value, dict | bool):
                return
            node = SchemaNode(value, pointer, parent, key, holder, is_30=self.is_30)
            self.schemas.append(node)
            self._by_pointer[pointer] = node
            parent = node
        if not isinstance(value, dict):
            return
        if "$ref" in value and is_reference(kind, value):
            self.references.append(Reference(pointer, kind, value["$ref"]))
        for name, field in value.items():
            if name in _PROSE and type(field) is str:
                self.prose.append(Prose(field, f"{pointer}/{name}"))
            elif name[:8] == "x-tally-":
                self.extensions.append(Extension(pointer, kind, name, field))
        inner = parent if kind == "schema" else None
        for tokens, child_kind, child in children(kind, value):
            self._enter(child_kind, child, _below(pointer, tokens), inner, tokens, kind)

    def at(self, pointer: str) -> SchemaNode | None:
        """The schema that stands at a pointer of the bundle."""
        return self._by_pointer.get(pointer)

    def target(self, ref: str) -> SchemaNode | None:
        """The schema that a reference leads to; None where there is none."""
        if ref not in self._by_ref:
            self._by_ref[ref] = self._target(ref)
        return self._by_ref[ref]

    def _target(self, ref: str) -> SchemaNode | None:
        try:
            tokens = fragment_tokens(ref)
        except ValueError:
            return None
        pointer = "".join("/" + escape(token) for token in tokens)
        return self._by_pointer.get(pointer) or self._plain(tokens, pointer)

    def _plain(self, tokens: list[str], pointer: str) -> SchemaNode | None:
        """A schema that stands where the specification has none, below ``x-definitions`` for example."""
        value: Any = self.document
        for token in tokens:
            try:
                value = value[int(token)] if isinstance(value, list) else value[token]
            except (KeyError, IndexError, TypeError, ValueError):
                return None
        key: tuple[str | int, ...] = (tokens[-1],) if tokens else ("",)
        return SchemaNode(value, pointer, None, key, "", is_30=self.is_30) if isinstance(value, dict | bool) else None

    def child(self, node: SchemaNode, *tokens: str | int) -> SchemaNode | None:
        """A subschema, None where there is none."""
        pointer = node.at(*tokens)
        found = self._by_pointer.get(pointer)
        return found if found is not None else self._plain(pointer_tokens_of(pointer), pointer)

    def resolve(self, node: SchemaNode) -> SchemaNode:
        """The schema at the end of the chain of references; the last good one where the chain breaks or circles."""
        seen = {node.pointer}
        while node.ref is not None:
            target = self.target(node.ref)
            if target is None or target.pointer in seen:
                return node
            seen.add(target.pointer)
            node = target
        return node

    def members(self, node: SchemaNode, keyword: str) -> list[SchemaNode]:
        """The members of ``allOf``, ``anyOf``, ``oneOf`` or ``prefixItems``."""
        listed = node.fields.get(keyword)
        if not isinstance(listed, list):
            return []
        return [child for index in range(len(listed)) if (child := self.child(node, keyword, index)) is not None]

    def parts(self, node: SchemaNode) -> list[SchemaNode]:
        """The schema, what it refers to, and every ``allOf`` member behind it: all of them apply to one value."""
        known = self._parts.get(node.pointer)
        if known is None:
            known = self._parts[node.pointer] = self._found_parts(node)
        return known

    def _found_parts(self, node: SchemaNode) -> list[SchemaNode]:
        if "$ref" not in node.fields and "allOf" not in node.fields:
            return [node]
        found: dict[str, SchemaNode] = {}
        waiting = [node]
        while waiting:
            part = waiting.pop()
            if part.pointer in found:
                continue
            found[part.pointer] = part
            members = self.members(part, "allOf")
            if part.ref is not None and (target := self.target(part.ref)) is not None:
                members.append(target)
            waiting.extend(reversed(members))
        return list(found.values())

    def all_properties(self, node: SchemaNode) -> dict[str, SchemaNode]:
        """The declared properties of an object, those of its ``allOf`` parents included; the nearest one wins."""
        known = self._properties.get(node.pointer)
        if known is None:
            known = self._properties[node.pointer] = self._found_properties(node)
        return known

    def _found_properties(self, node: SchemaNode) -> dict[str, SchemaNode]:
        found: dict[str, SchemaNode] = {}
        for part in self.parts(node):
            for name in part.properties:
                child = self.child(part, "properties", name)
                if child is not None:
                    found.setdefault(name, child)
        return found

    def all_types(self, node: SchemaNode) -> frozenset[str]:
        """The types that all parts allow together; empty where none says."""
        listed = [types for part in self.parts(node) if (types := part.types)]
        return frozenset.intersection(*listed) if listed else frozenset()

    def component(self, name: str) -> SchemaNode | None:
        """A component schema by its name."""
        return self._by_pointer.get(_COMPONENT + escape(name))

    @property
    def components(self) -> list[SchemaNode]:
        """The component schemas."""
        return [node for node in self.schemas if node.name is not None]


def pointer_tokens_of(pointer: str) -> list[str]:
    """Tokens of a pointer that is no URI fragment: percent signs mean themselves."""
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]
