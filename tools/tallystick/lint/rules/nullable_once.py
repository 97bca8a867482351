"""``nullable-once``."""

from typing import Final

from tallystick.contract.visit import SchemaNode
from tallystick.findings import Level
from tallystick.lint.rule import Check, Group, on, rule

_FEW: Final = 5


@rule(
    "nullable-once",
    Group.SCHEMAS,
    "error",
    summary="Null is allowed in one way, the one of the OpenAPI version.",
    rationale="""
        In OpenAPI 3.0 `nullable: true` adds null to the `type` beside it and means nothing without one. In 3.1 it
        means nothing at all: write `type: [string, 'null']`, or `anyOf` with a null schema where a reference may be
        null. Two spellings in one schema are one too many.
    """,
    bad="""
        paths: {}
        components:
          schemas:
            Item:
              type: object
              properties:
                name:
                  type: string
                  nullable: «true»
                note:
                  anyOf:
                    - type: [string, 'null']
                    - «{type: 'null'}»
    """,
    good="""
        paths: {}
        components:
          schemas:
            Item:
              type: object
              properties:
                name:
                  type: [string, 'null']
    """,
)
class NullableOnce(Check):
    """One check per version."""

    def start(self) -> None:
        """Null schemas that a type list could replace."""
        self._long: list[tuple[str, str]] = []

    def finish(self) -> None:
        """The longer spelling is valid: one note for all of them where it is the habit."""
        if len(self._long) > _FEW:
            pointer, message = self._long[0]
            self.report(pointer, f"{message} ({len(self._long) - 1} more like it)", level=Level.INFO)
            return
        for pointer, message in self._long:
            self.report(pointer, message, level=Level.INFO)

    @on(SchemaNode, having=("nullable",))
    def keyword(self, node: SchemaNode) -> None:
        """The 3.0 keyword, alone or too late."""
        if node.fields["nullable"] is not True:
            return
        if not node.is_30:
            message = (
                "`nullable` means nothing since OpenAPI 3.1: write `type: [..., 'null']`, or anyOf with `type: 'null'`"
            )
            self.report(node.at("nullable"), message)
        elif "type" not in node.fields and "$ref" not in node.fields and len(node.fields) > 1:
            message = "`nullable` means nothing without a `type` beside it: add the type"
            self.report(node.at("nullable"), message)

    @on(SchemaNode, having=("anyOf", "oneOf"))
    def null_member(self, node: SchemaNode) -> None:
        """A null schema beside members that could say it themselves."""
        for keyword in ("anyOf", "oneOf"):
            members = self.tree.members(node, keyword)
            null = next((member for member in members if member.types == {"null"}), None)
            others = [member for member in members if member is not null]
            if null is None or not others:
                continue
            if any("null" in member.types for member in others) or "null" in node.types:
                self.report(null.pointer, "null is allowed twice here: remove one of the spellings")
            elif (
                len(others) == 1
                and others[0].types
                and "$ref" not in others[0].fields
                and "enum" not in others[0].fields
            ):
                types = ", ".join(sorted(others[0].types))
                message = f"write `type: [{types}, 'null']` instead of {keyword} with a null schema"
                self._long.append((null.pointer, message))
