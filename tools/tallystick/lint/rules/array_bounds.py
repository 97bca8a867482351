"""``array-bounds``."""

from tallystick.contract.visit import SchemaNode
from tallystick.lint.rule import Check, Group, on, rule


@rule(
    "array-bounds",
    Group.SCHEMAS,
    "off",
    summary="Arrays in requests have a maxItems.",
    rationale="""
        An array without a bound is as long as the sender likes, and work per item makes that a way to stop a server.
        Off by default, because few descriptions say it; `strict` turns it on.
    """,
    bad="""
        paths:
          /items:
            get:
              operationId: listItems
              parameters:
                - {name: sku, in: query, schema: {type: «array», items: {type: string}}}
    """,
    good="""
        paths:
          /items:
            get:
              operationId: listItems
              parameters:
                - {name: sku, in: query, schema: {type: array, maxItems: 50, items: {type: string}}}
    """,
)
class ArrayBounds(Check):
    """Arrays that callers send."""

    @on(SchemaNode, having=("type",))
    def schema(self, node: SchemaNode) -> None:
        """Reports at the type."""
        if "array" not in node.types or "maxItems" in node.fields or node.flag("readOnly"):
            return
        if "request" in self.context.uses.sides(node):
            self.report(node.at("type"), "a caller may send any number of items: add `maxItems`")
