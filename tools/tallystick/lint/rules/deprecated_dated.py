"""``deprecated-dated``."""

from tallystick.contract import Operation
from tallystick.lint.habits import report_lapses
from tallystick.lint.rule import Check, Group, on, rule


@rule(
    "deprecated-dated",
    Group.PROTOCOL,
    "warning",
    summary="A deprecated operation says when it ends and what follows it.",
    rationale="""
        "Deprecated" alone tells a caller that he should move, but neither by when nor where to. `x-tally-sunset` (or
        `x-sunset`) holds the date and the operationId of the successor; clients warn with it and servers send it as
        the `Sunset` header (RFC 8594).
    """,
    bad="""
        paths:
          /items:
            get:
              operationId: listItems
              deprecated: «true»
    """,
    good="""
        paths:
          /items:
            get:
              operationId: listItems
              deprecated: true
              x-tally-sunset: '2030-06-30'
    """,
)
class DeprecatedDated(Check):
    """Gathers the deprecated operations."""

    def start(self) -> None:
        """Nothing gathered."""
        self._open: list[str] = []
        self._dated = 0

    @on(Operation)
    def operation(self, operation: Operation) -> None:
        """Sorts an operation."""
        if not operation.deprecated:
            return
        if "x-tally-sunset" in operation.extensions or "x-sunset" in operation.extensions:
            self._dated += 1
        else:
            self._open.append(f"{operation.location.pointer}/deprecated")

    def finish(self) -> None:
        """Each one, or one for all."""
        report_lapses(self, self._open, self._dated, _message)


def _message(others: str) -> str:
    return f"until when, and what instead? add x-tally-sunset with a date and a successor{others}"
