"""``read-write-sound``."""

from tallystick.contract.visit import SchemaNode
from tallystick.lint.rule import Check, Group, on, rule


@rule(
    "read-write-sound",
    Group.SCHEMAS,
    "error",
    summary="No property is both read-only and write-only, or of a kind that its direction leaves out.",
    rationale="""
        A property that is read-only and write-only travels nowhere. A read-only property of a schema that only
        requests use is never sent, so that requiring it has no effect; likewise a write-only one of replies.
    """,
    bad="""
        paths: {}
        components:
          schemas:
            Item:
              type: object
              properties:
                secret:
                  type: string
                  readOnly: true
                  writeOnly: «true»
    """,
    good="""
        paths: {}
        components:
          schemas:
            Item:
              type: object
              properties:
                secret:
                  type: string
                  writeOnly: true
    """,
)
class ReadWriteSound(Check):
    """Flags against each other and against the side."""

    @on(SchemaNode, having=("readOnly", "writeOnly"))
    def schema(self, node: SchemaNode) -> None:
        """Reports at the flag."""
        reads, writes = node.flag("readOnly"), node.flag("writeOnly")
        if reads and writes:
            self.report(
                node.at("writeOnly"), "read-only and write-only at once: the property travels nowhere; remove one"
            )
        elif node.parent is not None and node.property_name in node.parent.required:
            sides = self.context.uses.sides(node.parent)
            name = node.property_name
            if reads and sides == {"request"}:
                self.report(
                    node.at("readOnly"), f"{name!r} is required, but only requests use it, and they leave it out"
                )
            elif writes and sides == {"reply"}:
                self.report(
                    node.at("writeOnly"), f"{name!r} is required, but only replies use it, and they leave it out"
                )
