"""``schema-inline-object``."""

from tallystick.contract.visit import SchemaNode
from tallystick.lint.rule import Check, Group, Options, on, rule


class SchemaInlineObjectOptions(Options):
    """``depth``: how many inline objects may stand inside each other below a component, a body or a parameter."""

    depth: int = 1


@rule(
    "schema-inline-object",
    Group.SCHEMAS,
    "error",
    strict="error",
    summary="Objects inside objects are named components, beyond a chosen depth.",
    rationale="""
        An object that stands inside another one has no name. Generated code calls it after the way that leads to it
        (`ItemSupplierAddress`), so it is renamed when it moves, and two equal ones are two classes. The default
        tolerates one level.
    """,
    bad="""
        paths: {}
        components:
          schemas:
            Item:
              type: object
              properties:
                supplier:
                  type: object
                  properties:
                    «address»:
                      type: object
                      properties:
                        city: {type: string}
    """,
    good="""
        paths: {}
        components:
          schemas:
            Item:
              type: object
              properties:
                supplier:
                  type: object
                  properties:
                    address:
                      $ref: '#/components/schemas/Address'
            Address:
              type: object
              properties:
                city: {type: string}
    """,
    options=SchemaInlineObjectOptions,
)
class SchemaInlineObject(Check):
    """Counts the inline objects around each object, and reports the first one that is too deep."""

    options: SchemaInlineObjectOptions

    @on(SchemaNode, having=("properties",))
    def schema(self, node: SchemaNode) -> None:
        """Reports at the level just beyond the depth; what lies below it moves with it."""
        if _is_inline(node) and _depth(node) == self.options.depth + 1:
            message = "this object has no name of its own: move it to components/schemas and refer to it"
            self.report(node.pointer, message, key=node.property_name is not None)


def _depth(node: SchemaNode) -> int:
    depth = 0
    current: SchemaNode | None = node
    while current is not None:
        depth += _is_inline(current)
        current = current.parent
    return depth


def _is_inline(node: SchemaNode) -> bool:
    """Whether the schema becomes a class without a name; parts of an ``allOf`` belong to the class around them."""
    return bool(node.properties) and node.name is None and node.key[0] not in ("allOf", "not", "if", "then", "else")
