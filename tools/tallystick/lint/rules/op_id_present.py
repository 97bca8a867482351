"""``op-id-present``."""

from tallystick.contract import Operation
from tallystick.lint.rule import Check, Group, on, rule


@rule(
    "op-id-present",
    Group.NAMES,
    "error",
    summary="Every operation has an operationId, callbacks and webhooks included.",
    rationale="""
        The operationId names the handler on the server and the call in the SDK. Without one a name is derived from
        method and path, and moving the path breaks everybody who calls it.
    """,
    bad="""
        paths:
          /items:
            «get»:
              summary: List the items
    """,
    good="""
        paths:
          /items:
            get:
              operationId: listItems
              summary: List the items
    """,
)
class OpIdPresent(Check):
    """One look at each operation."""

    @on(Operation)
    def operation(self, operation: Operation) -> None:
        """Reports at the method."""
        if not operation.has_id:
            hint = "" if "{$" in operation.path else f", for example {operation.id!r}"
            message = f"the operation has no operationId: give it one{hint}"
            self.report(operation.location.pointer, message, key=True)
