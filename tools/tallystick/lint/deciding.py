"""Can two schemas be told apart by looking at a value?"""

from __future__ import annotations

from typing import Final

from tallystick.contract.visit import SchemaNode, Tree
from tallystick.findings import quoted

__all__ = ["Deciding"]

_SCALARS: Final = frozenset(("string", "number", "integer", "boolean", "null"))


class Deciding:
    """The question, for the schemas of one description."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._asked: set[tuple[str, str]] = set()
        """Pairs being decided: schemas that contain themselves ask about themselves again."""

    def same(self, left: SchemaNode, right: SchemaNode, keyword: str) -> str:
        """Why two members cannot be told apart; the empty text where they can."""
        left, right = self._tree.resolve(left), self._tree.resolve(right)
        if left.pointer == right.pointer:
            return "they are the same schema"
        pair = (left.pointer, right.pointer)
        if pair in self._asked:
            return ""  # undecided so far; what stands around them decides
        self._asked.add(pair)
        try:
            return self._compared(left, right, keyword)
        finally:
            self._asked.discard(pair)

    def _compared(self, left: SchemaNode, right: SchemaNode, keyword: str) -> str:
        left_types, right_types = self._types(left), self._types(right)
        if not left_types or not right_types:
            return ""  # a schema without a type has its own finding
        shared = (left_types & right_types) - {"null"}
        if shared == {"object"}:
            return self._same_objects(left, right)
        if "array" in shared:
            return self._same_arrays(left, right, keyword)
        if shared and keyword == "oneOf" and shared <= _SCALARS:
            return self._same_scalars(left, right, shared)
        return ""

    def _types(self, node: SchemaNode) -> frozenset[str]:
        types = self._tree.all_types(node)
        if not types and any(part.properties for part in self._tree.parts(node)):
            return frozenset(("object",))
        return types

    def _same_objects(self, left: SchemaNode, right: SchemaNode) -> str:
        if self._is_union(left) or self._is_union(right):
            return ""  # decided by its own members
        left_properties, right_properties = self._tree.all_properties(left), self._tree.all_properties(right)
        for name in left_properties.keys() & right_properties.keys():
            if self._apart(left_properties[name], right_properties[name]):
                return ""
        left_required, right_required = self._required(left), self._required(right)
        if left_required != right_required:
            return ""
        if self._closed(left) and self._closed(right) and not left_properties.keys() & right_properties.keys():
            return ""
        return "add a discriminator, a property with a different constant in each, or different required properties"

    def _apart(self, left: SchemaNode, right: SchemaNode) -> bool:
        """Whether one property has different constants or types in the two."""
        left, right = self._tree.resolve(left), self._tree.resolve(right)
        if left.enum and right.enum:
            return not any(value in right.enum for value in left.enum)
        left_types, right_types = self._tree.all_types(left), self._tree.all_types(right)
        return bool(left_types and right_types and not left_types & right_types)

    def _required(self, node: SchemaNode) -> set[str]:
        return {name for part in self._tree.parts(node) for name in part.required}

    def _closed(self, node: SchemaNode) -> bool:
        return any(part.fields.get("additionalProperties") is False for part in self._tree.parts(node))

    def _is_union(self, node: SchemaNode) -> bool:
        return any(keyword in part.fields for part in self._tree.parts(node) for keyword in ("oneOf", "anyOf"))

    def _same_arrays(self, left: SchemaNode, right: SchemaNode, keyword: str) -> str:
        left_items, right_items = self._tree.child(left, "items"), self._tree.child(right, "items")
        if left_items is None or right_items is None:
            return ""
        return (
            f"both are arrays, and their items are alike: {reason}"
            if (reason := self.same(left_items, right_items, keyword))
            else ""
        )

    def _same_scalars(self, left: SchemaNode, right: SchemaNode, shared: frozenset[str]) -> str:
        if left.enum is not None and right.enum is not None:
            both = [value for value in left.enum if value in right.enum]
            return f"{quoted(both[0])} fits both, so `oneOf` refuses it" if both else ""
        formats = left.text("format"), right.text("format")
        patterns = left.text("pattern"), right.text("pattern")
        if (all(formats) and formats[0] != formats[1]) or (all(patterns) and patterns[0] != patterns[1]):
            return ""
        return (
            f"a {' or '.join(sorted(shared))} may fit both, and `oneOf` refuses what fits two: use anyOf, or one schema"
        )
