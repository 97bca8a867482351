"""``number-money``."""

import re
from typing import Final

from tallystick.contract.visit import SchemaNode
from tallystick.lint.rule import Check, Group, Options, on, rule
from tallystick.lint.spelling import words


class NumberMoneyOptions(Options):
    """``words``: words in a property's name that mean money."""

    words: tuple[str, ...] = (
        "amount", "balance", "charge", "cost", "discount", "fee", "money", "price", "refund", "salary", "subtotal",
        "surcharge", "tax", "tip", "wage",
    )  # fmt: skip


_NOT_MONEY: Final = re.compile(r"rate|ratio|percent|count|factor|weight|amount_?to")


@rule(
    "number-money",
    Group.SCHEMAS,
    "info",
    summary="Amounts of money are no binary floats.",
    rationale="""
        `type: number` becomes a binary float in most languages, and 0.1 + 0.2 is not 0.3 there. Send money as an
        integer of the smallest unit, or as text with `format: decimal`.
    """,
    bad="""
        paths: {}
        components:
          schemas:
            Item:
              type: object
              properties:
                unitPrice:
                  type: «number»
    """,
    good="""
        paths: {}
        components:
          schemas:
            Item:
              type: object
              properties:
                unitPrice:
                  type: integer
                  format: int64
                  description: In cents.
    """,
    options=NumberMoneyOptions,
)
class NumberMoney(Check):
    """Properties of type number whose name speaks of money."""

    options: NumberMoneyOptions

    @on(SchemaNode, having=("type",))
    def schema(self, node: SchemaNode) -> None:
        """Reports at the type."""
        name = node.property_name
        if name is None or "number" not in node.types or node.text("format") in ("decimal", "decimal128"):
            return
        spoken = {word.lower() for word in words(name)}
        if spoken.intersection(self.options.words) and not _NOT_MONEY.search(name.lower()):
            message = f"{name!r} looks like money: send an integer of the smallest unit, or text with `format: decimal`"
            self.report(node.at("type"), message)
