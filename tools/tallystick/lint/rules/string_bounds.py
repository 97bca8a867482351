"""``string-bounds``."""

from typing import Final

from tallystick.contract.visit import SchemaNode
from tallystick.lint.rule import Check, Group, on, rule

_SHORT: Final = frozenset((
    "date", "date-time", "time", "duration", "uuid", "ipv4", "ipv6", "hostname", "email", "int64", "int32", "decimal",
    "binary",
))  # fmt: skip


@rule(
    "string-bounds",
    Group.SCHEMAS,
    "off",
    summary="Texts in requests have a maxLength, a pattern, an enum or a short format.",
    rationale="""
        A text without a bound is as long as the sender likes: it fills memory, logs and database columns. Off by
        default, because few descriptions say it; `strict` turns it on.
    """,
    bad="""
        paths:
          /items:
            get:
              operationId: listItems
              parameters:
                - {name: q, in: query, schema: {type: «string»}}
    """,
    good="""
        paths:
          /items:
            get:
              operationId: listItems
              parameters:
                - {name: q, in: query, schema: {type: string, maxLength: 100}}
    """,
)
class StringBounds(Check):
    """Texts that callers send."""

    @on(SchemaNode, having=("type",))
    def schema(self, node: SchemaNode) -> None:
        """Reports at the type."""
        if (
            "string" not in node.types
            or node.enum is not None
            or node.text("format") in _SHORT
            or node.flag("readOnly")
        ):
            return
        if "maxLength" in node.fields or "pattern" in node.fields or "request" not in self.context.uses.sides(node):
            return
        self.report(
            node.at("type"), "a caller may send a text of any length: add `maxLength`, `pattern`, `enum` or a format"
        )
