"""What an invoice charges: arithmetic of fees and credits, free of any database."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Charge:
    """One line to be; a negative amount is a credit."""

    description: str
    amount: Decimal


def compose(fee: Charge | None, changes: Sequence[Charge]) -> tuple[Sequence[Charge], Decimal]:
    """Return the lines of an invoice and the credit (0 or less) that is left for the next one.

    An invoice has no negative lines: credits are taken off the others in their order, and what is left waits.
    """
    credit = sum((change.amount for change in changes if change.amount < 0), NOTHING)
    lines = []
    for charge in [*([fee] if fee else []), *(change for change in changes if change.amount > 0)]:
        used = min(charge.amount, -credit)
        credit += used
        text = f"{charge.description}, less a credit of {used}" if used else charge.description
        lines.append(Charge(text, charge.amount - used))
    return lines, credit
