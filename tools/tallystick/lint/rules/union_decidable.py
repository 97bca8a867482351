"""``union-decidable``."""

from typing import Final

from tallystick.contract.visit import SchemaNode
from tallystick.lint.deciding import Deciding
from tallystick.lint.rule import Check, Group, on, rule

_MOST_MEMBERS: Final = 60  # pairs are compared; a larger union without a discriminator is reported for that alone


@rule(
    "union-decidable",
    Group.SCHEMAS,
    "error",
    summary="The members of a union can be told apart.",
    rationale="""
        Whoever reads a value of a union must know which member it is. That takes a discriminator, a constant that
        differs, different JSON types, or objects that require different properties. Otherwise the first member that
        happens to fit is taken, and `oneOf` refuses values that fit two.
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

    def start(self) -> None:
        """Pairs are decided by what the whole description says about them."""
        self._deciding = Deciding(self.tree)

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
                reason = self._deciding.same(other, member, keyword)
                if reason:
                    return other, member, reason
        return None


def _only_constrains(members: list[SchemaNode]) -> bool:
    """Whether the members say no types: ``anyOf: [{required: [a]}, {required: [b]}]`` and the like."""
    return all(
        "type" not in m.fields and "$ref" not in m.fields and not m.properties and "allOf" not in m.fields
        for m in members
    )


def _called(node: SchemaNode) -> str:
    if node.ref:
        return node.ref.rpartition("/")[2]
    return f"member {node.key[-1]}" if isinstance(node.key[-1], int) else "another"
