"""``additional-policy``."""

from typing import Literal

from tallystick.contract.visit import SchemaNode
from tallystick.lint.habits import report_lapses
from tallystick.lint.rule import Check, Group, Options, on, rule
from tallystick.lint.uses import Side

Policy = Literal["open", "closed"]


class AdditionalPolicyOptions(Options):
    """``request``, ``reply``: the policy of that side; without it, every object must only say one."""

    request: Policy | None = None
    reply: Policy | None = None


@rule(
    "additional-policy",
    Group.SCHEMAS,
    "warning",
    summary="Objects say whether they have further properties.",
    rationale="""
        Without `additionalProperties` (or `unevaluatedProperties`) an object is open: a misspelled property of a
        request is accepted and forgotten. Closed requests refuse it; open replies let the API grow without breaking
        readers. Whatever the policy is, one per direction should hold everywhere. Objects that others extend by
        `allOf` cannot close themselves and are not looked at.
    """,
    bad="""
        paths:
          /items:
            post:
              operationId: createItem
              requestBody:
                content:
                  application/json:
                    schema:
                      «type: object
                      properties:
                        name: {type: string}»
    """,
    good="""
        paths:
          /items:
            post:
              operationId: createItem
              requestBody:
                content:
                  application/json:
                    schema:
                      type: object
                      additionalProperties: false
                      properties:
                        name: {type: string}
    """,
    options=AdditionalPolicyOptions,
)
class AdditionalPolicy(Check):
    """Gathers the objects with properties of each side."""

    options: AdditionalPolicyOptions

    def start(self) -> None:
        """Which objects others extend."""
        self._silent: list[str] = []
        self._stated = 0
        self._extended: set[str] | None = None

    @on(SchemaNode, having=("properties",))
    def schema(self, node: SchemaNode) -> None:
        """Sorts an object by what it says."""
        if node.key[0] == "allOf" or self._is_extended(node):
            return
        sides = self.context.uses.sides(node)
        stated = self._policy(node)
        if stated is None and sides:
            self._silent.append(node.pointer)
        elif stated is not None:
            self._stated += 1
            self._compare(node, stated, sides)

    def finish(self) -> None:
        """Reports the objects that say nothing."""
        report_lapses(self, self._silent, self._stated, _silence, key=False)

    def _compare(self, node: SchemaNode, stated: Policy, sides: frozenset[Side]) -> None:
        for side, wanted in (("request", self.options.request), ("reply", self.options.reply)):
            if wanted is not None and side in sides and stated != wanted:
                keyword = next(k for k in ("additionalProperties", "unevaluatedProperties") if k in node.fields)
                self.report(
                    node.at(keyword), f"objects of a {side} are {wanted} in this description, this one is {stated}"
                )

    def _policy(self, node: SchemaNode) -> Policy | None:
        for part in self.tree.parts(node):
            for keyword in ("additionalProperties", "unevaluatedProperties"):
                if keyword in part.fields:
                    return "closed" if part.fields[keyword] is False else "open"
        return None

    def _is_extended(self, node: SchemaNode) -> bool:
        if self._extended is None:
            members = (m for n in self.tree.schemas if "allOf" in n.fields for m in self.tree.members(n, "allOf"))
            self._extended = {self.tree.resolve(member).pointer for member in members}
        return node.pointer in self._extended


def _silence(others: str) -> str:
    return (
        f"the object does not say whether it has further properties: add `additionalProperties`, true or false{others}"
    )
