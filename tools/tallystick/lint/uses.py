"""Which components an API uses, and on which side: in requests, in replies, or in both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, Literal

from tallystick.contract.visit import SchemaNode, Tree, pointer_tokens_of
from tallystick.document import METHODS, escape

__all__ = ["Side", "Uses"]

Side = Literal["request", "reply"]
_FLIPPED: Final[Mapping[Side, Side]] = {"request": "reply", "reply": "request"}
_BY_SECTION: Final[Mapping[str, Side]] = {
    "parameters": "request", "requestBodies": "request", "responses": "reply", "headers": "reply", "links": "reply",
}  # fmt: skip
_SCHEMAS: Final = "/components/schemas/"


class Uses:
    """The graph of references of one description. A component is named by its pointer, ``/components/schemas/Item``."""

    def __init__(self, document: Mapping[str, Any], tree: Tree) -> None:
        self._document = document
        self._tree = tree
        self._edges: dict[str, set[tuple[str, Side | None]]] = {}
        self._collect()
        self._sides = self._spread()

    def is_used(self, component: str) -> bool:
        """Whether a path, a webhook or the document's security leads to the component."""
        return component in self._sides

    def sides(self, node: SchemaNode) -> frozenset[Side]:
        """Where values of this schema travel; empty for components that nothing uses."""
        owner = _owner(node.pointer)
        own = _own_side(node.pointer)
        if owner == "":
            return frozenset((own,)) if own else frozenset()
        held = self._sides.get(owner)
        if held is None:
            return frozenset()
        return frozenset((own,)) if own else frozenset(held)

    def _collect(self) -> None:
        for reference in self._tree.references:
            if reference.target.startswith("#"):
                self._edge(reference.pointer, _component_of(reference.target))
        for node in self._tree.schemas:
            if "discriminator" in node.fields:
                for target in _mapped(node):
                    self._edge(node.pointer, target)
            if "allOf" in node.fields and node.name is not None:
                self._child(node)
        for pointer, requirement in _requirements(self._document):
            for name in requirement:
                self._edge(pointer, f"/components/securitySchemes/{escape(name)}")

    def _child(self, node: SchemaNode) -> None:
        """A parent with a discriminator leads to every schema that extends it, without naming it."""
        for member in self._tree.members(node, "allOf"):
            parent = self._tree.resolve(member)
            if "discriminator" in parent.fields:
                self._edge(parent.pointer, node.pointer)

    def _edge(self, pointer: str, target: str | None) -> None:
        if target is not None:
            self._edges.setdefault(_owner(pointer), set()).add((target, _own_side(pointer)))

    def _spread(self) -> dict[str, set[Side]]:
        """From the paths along references. Parents that only name themselves by a discriminator keep their children."""
        sides: dict[str, set[Side]] = {}
        waiting: list[tuple[str, Side | None]] = list(self._edges.get("", ()))
        done: set[tuple[str, Side | None]] = set()
        while waiting:
            target, side = waiting.pop()
            if (target, side) in done:
                continue
            done.add((target, side))
            held = sides.setdefault(target, set())
            if side:
                held.add(side)
            waiting += [(further, own or side) for further, own in self._edges.get(target, ())]
        return sides


def _owner(pointer: str) -> str:
    """The component around a pointer, the empty text for what stands outside components."""
    if not pointer.startswith("/components/"):
        return ""
    return "/".join(pointer.split("/", 4)[:4])


def _component_of(reference: str) -> str | None:
    from urllib.parse import unquote

    pointer = unquote(reference[1:]) if "%" in reference else reference[1:]
    return _owner(pointer) or None


def _own_side(pointer: str) -> Side | None:
    """The side that a place itself states; None inside component schemas, which have that of their users."""
    if pointer.startswith(_SCHEMAS):
        return None
    tokens = pointer_tokens_of(pointer)
    side: Side | None = None
    flipped = tokens[:1] == ["webhooks"]
    rest = tokens
    if len(tokens) > 1 and tokens[0] == "components":
        side = _BY_SECTION.get(tokens[1])
        rest = tokens[3:]
        flipped = tokens[1] == "callbacks"
    for index, token in enumerate(rest):
        if side is not None:
            break
        if token == "callbacks" and index and rest[index - 1] in METHODS:
            flipped = not flipped
        elif token in ("parameters", "requestBody"):
            side = "request"
        elif token == "responses":
            side = "reply"
    return _FLIPPED[side] if side and flipped else side


def _mapped(node: SchemaNode) -> Iterator[str]:
    """Component schemas that a discriminator's mapping names, by reference or by name (section 4.8.25)."""
    discriminator = node.fields["discriminator"]
    mapping = discriminator.get("mapping") if isinstance(discriminator, dict) else None
    for entry in mapping.values() if isinstance(mapping, dict) else ():
        if isinstance(entry, str):
            target = _component_of(entry) if entry.startswith("#") else f"{_SCHEMAS}{escape(entry)}"
            if target:
                yield target


def _requirements(document: Mapping[str, Any]) -> Iterable[tuple[str, Mapping[str, Any]]]:
    for pointer, holder in (("", document), *_operations(document)):
        listed = holder.get("security")
        for entry in listed if isinstance(listed, list) else ():
            if isinstance(entry, dict):
                yield pointer, entry


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for section in ("paths", "webhooks"):
        items = document.get(section)
        for path, item in items.items() if isinstance(items, dict) else ():
            for method, operation in item.items() if isinstance(item, dict) else ():
                if isinstance(operation, dict):
                    yield f"/{section}/{escape(path)}/{method}", operation
