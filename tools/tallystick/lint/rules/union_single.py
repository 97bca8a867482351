"""``union-single``."""

from tallystick.contract.visit import SchemaNode
from tallystick.lint.rule import Check, Group, on, rule


@rule(
    "union-single",
    Group.SCHEMAS,
    "warning",
    summary="No union or allOf has a single member, except to add to a reference in OpenAPI 3.0.",
    rationale="""
        A choice of one is no choice: write the member itself. In OpenAPI 3.0 an `allOf` of one reference is the way
        to put a description beside it; since 3.1 the description stands beside `$ref`.
    """,
    bad="""
        paths: {}
        components:
          schemas:
            Item:
              type: object
              properties:
                name:
                  «oneOf»:
                    - type: string
    """,
    good="""
        paths: {}
        components:
          schemas:
            Item:
              type: object
              properties:
                name:
                  type: string
    """,
)
class UnionSingle(Check):
    """Counts members."""

    @on(SchemaNode, having=("allOf", "anyOf", "oneOf"))
    def schema(self, node: SchemaNode) -> None:
        """Reports at the keyword."""
        for keyword in ("allOf", "anyOf", "oneOf"):
            listed = node.fields.get(keyword)
            if not isinstance(listed, list) or len(listed) != 1:
                continue
            if keyword == "allOf" and len(node.fields) > 1 and (node.is_30 or "properties" in node.fields):
                continue
            message = f"`{keyword}` with one member: write the member itself"
            self.report(node.at(keyword), message, key=True)
