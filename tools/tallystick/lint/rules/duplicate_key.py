"""``duplicate-key``."""

from tallystick.lint.rule import Check, Group, rule


@rule(
    "duplicate-key",
    Group.VALIDITY,
    "error",
    summary="No key stands twice in a map; no path is described twice.",
    rationale="""
        Of two equal keys some readers take the first, others the last, and none says so. Usually one of them was
        copied and forgotten. Tallystick uses the first.
    """,
    bad="""
        paths:
          /items:
            summary: All items
          «/items»:
            summary: Some items
    """,
    good="""
        paths:
          /items:
            summary: All items
          /items/{sku}:
            summary: One item
    """,
)
class DuplicateKey(Check):
    """Decided by reading."""
