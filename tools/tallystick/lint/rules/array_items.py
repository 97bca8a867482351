"""``array-items``."""

from tallystick.contract.visit import SchemaNode
from tallystick.lint.rule import Check, Group, on, rule


@rule(
    "array-items",
    Group.SCHEMAS,
    "error",
    summary="Arrays say what their items are; tuples close themselves with `items: false`.",
    rationale="""
        An array without `items` is a list of anything; OpenAPI 3.0 forbids it. A tuple (`prefixItems`) without
        `items: false` admits any number of further items of any type.
    """,
    bad="""
        paths: {}
        components:
          schemas:
            Tags:
              type: «array»
            Point:
              type: array
              prefixItems: «[{type: number}, {type: number}]»
    """,
    good="""
        paths: {}
        components:
          schemas:
            Tags:
              type: array
              items: {type: string}
            Point:
              type: array
              prefixItems: [{type: number}, {type: number}]
              items: false
    """,
)
class ArrayItems(Check):
    """Items may also come from an ``allOf`` member or from the schema around one."""

    @on(SchemaNode, having=("type",))
    def untyped(self, node: SchemaNode) -> None:
        """Arrays of anything."""
        if "array" not in node.types:
            return
        parts = self.tree.parts(node if node.parent is None or node.key[0] != "allOf" else node.parent)
        if not any("items" in part.fields or "prefixItems" in part.fields for part in parts):
            self.report(node.at("type"), "an array of what? add `items` with a schema")

    @on(SchemaNode, having=("prefixItems",))
    def open_tuple(self, node: SchemaNode) -> None:
        """Tuples that go on."""
        if node.fields.get("items") is not False and node.fields.get("unevaluatedItems") is not False:
            if "items" in node.fields:
                return  # what follows the prefix is stated
            limit, count = node.number("maxItems"), len(self.tree.members(node, "prefixItems"))
            if limit is None or limit > count:
                self.report(node.at("prefixItems"), "a tuple that may go on with anything: add `items: false`")
