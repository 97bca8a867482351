"""``op-id-unique``."""

from tallystick.lint.rule import Check, Group, rule


@rule(
    "op-id-unique",
    Group.NAMES,
    "error",
    minimal="error",
    summary="No two operations have the same operationId.",
    rationale="""
        An operationId stands for one operation: links, SDK calls and handlers are found by it. Of two equal ones the
        second gets a derived name until it is mended.
    """,
    bad="""
        paths:
          /items:
            get:
              operationId: list
          /users:
            get:
              operationId: «list»
    """,
    good="""
        paths:
          /items:
            get:
              operationId: listItems
          /users:
            get:
              operationId: listUsers
    """,
)
class OpIdUnique(Check):
    """Decided by reading."""
