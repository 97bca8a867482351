"""``enum-name-clean``."""

from typing import Any

from tallystick.contract import constant_case
from tallystick.contract.visit import SchemaNode
from tallystick.findings import quoted
from tallystick.lint.rule import Check, Group, on, rule


@rule(
    "enum-name-clean",
    Group.NAMES,
    "warning",
    summary="Each enum value makes a distinct, valid member name, or `x-enum-varnames` gives one.",
    rationale="""
        Enum values become members of a class. `1d` or the empty text make no name, and `asc` and `ASC` make the same
        one: the generated names are then mended by rule (`VALUE_1D`). `x-enum-varnames`, a list as long as the enum,
        says what people should read instead.
    """,
    bad="""
        paths: {}
        components:
          schemas:
            Window:
              type: string
              enum: [hour, «1d», 7d]
            Order:
              type: string
              enum: [asc, desc, «ASC»]
    """,
    good="""
        paths: {}
        components:
          schemas:
            Window:
              type: string
              enum: [1d, 7d]
              x-enum-varnames: [DAY, WEEK]
    """,
)
class EnumNameClean(Check):
    """One finding per enum, at the first value that makes no name of its own."""

    @on(SchemaNode, having=("enum",))
    def schema(self, node: SchemaNode) -> None:
        """Looks at texts and numbers; null is no member."""
        values = node.fields["enum"]
        if not isinstance(values, list) or len(values) < 2 or _named(node, len(values)):
            return
        seen: dict[str, Any] = {}
        bad: list[int] = []
        for index, value in enumerate(values):
            if value is None or isinstance(value, bool | list | dict):
                continue
            name = constant_case(value, symbols=True) if isinstance(value, str) else ""
            if not name or name[0].isdigit() or seen.setdefault(name, value) != value:
                bad.append(index)
        if bad:
            self.report(node.at("enum", bad[0]), _message(values, bad))


def _named(node: SchemaNode, count: int) -> bool:
    names = node.fields.get("x-enum-varnames")
    return isinstance(names, list) and len(names) == count


def _message(values: list[Any], bad: list[int]) -> str:
    more = f" and {len(bad) - 1} more" if len(bad) > 1 else ""
    verb = "make" if len(bad) > 1 else "makes"
    return f"{quoted(values[bad[0]])}{more} {verb} no distinct member name: rename, or give all of them x-enum-varnames"
