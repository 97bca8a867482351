"""``union-decidable``."""

from typing import Final

from tallystick.contract.visit import SchemaNode
from tallystick.lint.rule import Check, Group, on, rule
from tallystick.lint.values import shown

_SCALARS: Final = frozenset(("string", "number", "integer", "boolean", "null"))
_MOST_MEMBERS: Final = 60  # pairs are compared; a larger union without a discriminator is reported for that alone


@rule(
    "union-decidable",
    Group.SCHEMAS,
    "error",
    summary="The members of a union can be told apart.",
    rationale="""
        Whoever reads a value of a union must know which member it is. That takes a discriminator, a constant that differs,
        different JSON types, or objects that require different properties. Otherwise the first member that happens to
        fit is taken, and `oneOf` refuses values that fit two.
    """,
    bad="""
        paths: {}
        components:
          schemas:
            Payment:
              oneOf:
                - type: object
                  properties: {card: {type: string}}
                - «type: object
                  properties: {iban: {type: string}}»
    """,
    good="""
        paths: {}
        components:
          schemas:
            Payment:
              oneOf:
                - type: object
                  required: [card]
                  properties: {card: {type: string}}
                - type: object
                  required: [iban]
                  properties: {iban: {type: string}}
    """,
)
class UnionDecidable(Check):
    """Compares members pair by pair and reports the first pair that cannot be told apart."""

    @on(SchemaNode, having=("oneOf", "anyOf"))
    def schema(self, node: SchemaNode) -> None:
        """Parts of an ``allOf`` that only add constraints are no unions of types."""
        if "discriminator" in node.fields or self._has_discriminator_above(node):
            return
        for keyword in ("oneOf", "anyOf"):
            members = [member for member in self.tree.members(node, keyword) if member.types != {"null"}]
            if len(members) < 2 or _only_constrains(members):
                continue
            pair = self._undecided(members[:_MOST_MEMBERS], keyword)
            if pair is not None:
                message = f"this member and {_called(pair[0])} cannot be told apart: {pair[2]}"
                self.report(pair[1].pointer, message, related=(pair[0].pointer,))

    def _has_discriminator_above(self, node: SchemaNode) -> bool:
        return node.key[0] == "allOf" and node.parent is not None and "discriminator" in node.parent.fields

    def _undecided(self, members: list[SchemaNode], keyword: str) -> tuple[SchemaNode, SchemaNode, str] | None:
        for index, member in enumerate(members):
            for other in members[:index]:
                reason = self._same(other, member, keyword)
                if reason:
                    return other, member, reason
        return None

    def _same(self, left: SchemaNode, right: SchemaNode, keyword: str) -> str:
        """Why two members cannot be told apart; the empty text where they can."""
        left, right = self.tree.resolve(left), self.tree.resolve(right)
        if left.pointer == right.pointer:
            return "they are the same schema"
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
        types = self.tree.all_types(node)
        if not types and any(part.properties for part in self.tree.parts(node)):
            return frozenset(("object",))
        return types

    def _same_objects(self, left: SchemaNode, right: SchemaNode) -> str:
        if self._is_union(left) or self._is_union(right):
            return ""  # decided by its own members
        left_properties, right_properties = self.tree.all_properties(left), self.tree.all_properties(right)
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
        left, right = self.tree.resolve(left), self.tree.resolve(right)
        if left.enum and right.enum:
            return not any(value in right.enum for value in left.enum)
        left_types, right_types = self.tree.all_types(left), self.tree.all_types(right)
        return bool(left_types and right_types and not left_types & right_types)

    def _required(self, node: SchemaNode) -> set[str]:
        return {name for part in self.tree.parts(node) for name in part.required}

    def _closed(self, node: SchemaNode) -> bool:
        return any(part.fields.get("additionalProperties") is False for part in self.tree.parts(node))

    def _is_union(self, node: SchemaNode) -> bool:
        return any(keyword in part.fields for part in self.tree.parts(node) for keyword in ("oneOf", "anyOf"))

    def _same_arrays(self, left: SchemaNode, right: SchemaNode, keyword: str) -> str:
        left_items, right_items = self.tree.child(left, "items"), self.tree.child(right, "items")
        if left_items is None or right_items is None:
            return ""
        return f"both are arrays, and their items are alike: {reason}" if (reason := self._same(left_items, right_items, keyword)) else ""

    def _same_scalars(self, left: SchemaNode, right: SchemaNode, shared: frozenset[str]) -> str:
        if left.enum is not None and right.enum is not None:
            both = [value for value in left.enum if value in right.enum]
            return f"{shown(both[0])} fits both, so `oneOf` refuses it" if both else ""
        formats = left.text("format"), right.text("format")
        patterns = left.text("pattern"), right.text("pattern")
        if (all(formats) and formats[0] != formats[1]) or (all(patterns) and patterns[0] != patterns[1]):
            return ""
        return f"a {' or '.join(sorted(shared))} may fit both, and `oneOf` refuses what fits two: use anyOf, or one schema"


def _only_constrains(members: list[SchemaNode]) -> bool:
    """Whether the members say no types: ``anyOf: [{required: [a]}, {required: [b]}]`` and the like."""
    return all("type" not in m.fields and "$ref" not in m.fields and not m.properties and "allOf" not in m.fields for m in members)


def _called(node: SchemaNode) -> str:
    if node.ref:
        return node.ref.rpartition("/")[2]
    return f"member {node.key[-1]}" if isinstance(node.key[-1], int) else "another"
