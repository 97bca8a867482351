"""``integer-format``."""

from typing import Final

from tallystick.contract.visit import SchemaNode
from tallystick.lint.habits import report_lapses
from tallystick.lint.rule import Check, Group, on, rule

_SIZED: Final = frozenset(("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "unix-time"))
_LARGEST: Final = 2**63


@rule(
    "integer-format",
    Group.SCHEMAS,
    "warning",
    summary="Integers say int32 or int64, or have bounds.",
    rationale="""
        In most languages an integer needs a size. Without `format` or bounds each client picks one, and the first
        value beyond 2147483647 breaks those who picked 32 bits.
    """,
    bad="""
        paths: {}
        components:
          schemas:
            Quantity:
              type: «integer»
    """,
    good="""
        paths: {}
        components:
          schemas:
            Quantity:
              type: integer
              format: int32
            Page:
              type: integer
              minimum: 1
              maximum: 100
    """,
)
class IntegerFormat(Check):
    """Gathers the integers, then reports those without a size."""

    def start(self) -> None:
        """Nothing gathered."""
        self._open: list[str] = []
        self._sized = 0

    @on(SchemaNode, having=("type",))
    def schema(self, node: SchemaNode) -> None:
        """Enums and constants have their size."""
        if "integer" not in node.types or node.enum is not None:
            return
        if node.text("format") in _SIZED or _is_bounded(node):
            self._sized += 1
        else:
            self._open.append(node.at("type"))

    def finish(self) -> None:
        """Each one, or one for all."""
        report_lapses(self, self._open, self._sized, _message)


def _is_bounded(node: SchemaNode) -> bool:
    low = node.number("minimum") if node.number("minimum") is not None else node.number("exclusiveMinimum")
    high = node.number("maximum") if node.number("maximum") is not None else node.number("exclusiveMaximum")
    return low is not None and high is not None and low >= -_LARGEST and high <= _LARGEST


def _message(others: str) -> str:
    return f"how large can it get? add `format: int32` or `int64`, or minimum and maximum{others}"
