"""``security-stated``."""

from tallystick.contract import Contract
from tallystick.lint.habits import report_lapses
from tallystick.lint.rule import Check, Group, on, rule


@rule(
    "security-stated",
    Group.PROTOCOL,
    "error",
    summary="Every operation is protected, or says `security: []`.",
    rationale="""
        An operation that says nothing about security is public, whether that was meant or forgotten. A `security` at
        the root protects all operations; `security: []` on one of them says that it is open on purpose.
    """,
    bad="""
        paths:
          /items:
            «get»:
              operationId: listItems
    """,
    good="""
        paths:
          /items:
            get:
              operationId: listItems
              security: []
    """,
)
class SecurityStated(Check):
    """Operations on paths; webhooks and callbacks are calls to somebody else."""

    @on(Contract)
    def operations(self, contract: Contract) -> None:
        """One finding for all where the description never says it."""
        silent = [operation.location.pointer for operation in contract.operations if not operation.security_stated]
        report_lapses(self, silent, len(contract.operations) - len(silent), _message, key=True)


def _message(others: str) -> str:
    return f"who may call this? add `security`, here or at the root, or `security: []` if everybody may{others}"
