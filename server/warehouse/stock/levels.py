"""The arithmetic of stock, free of any database."""

from dataclasses import dataclass

MOST_PIECES = 1_000_000_000_000
"""The largest quantity that the contract can express (schema QuantityOnHand)."""


@dataclass(frozen=True, slots=True)
class Shortage(Exception):
    """A location holds less than was asked for."""

    available: int
    requested: int


class OverflowingStockError(Exception):
    """A quantity would exceed what the contract can express."""


def after(held: int, delta: int) -> int:
    """Return what a place holds after a change of `delta` pieces.

    Raises Shortage if less than nothing would be left, OverflowingStockError above `MOST_PIECES`.
    """
    if held + delta < 0:
        raise Shortage(available=held, requested=-delta)
    if held + delta > MOST_PIECES:
        raise OverflowingStockError
    return held + delta


def runs_low(*, before: int, now: int, reorder_point: int | None) -> bool:
    """Tell whether a change has taken the total from above the reorder point to it or below."""
    return reorder_point is not None and now <= reorder_point < before
