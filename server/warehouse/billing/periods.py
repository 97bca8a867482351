"""Billing periods and what part of one is left: arithmetic of dates and money, free of any database."""

from calendar import month_name
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Period:
    """A calendar month in UTC, from its first moment (included) to that of the next month (excluded)."""

    start: datetime
    end: datetime

    @property
    def key(self) -> str:
        """The month as `2026-11`."""
        return f"{self.start:%Y-%m}"

    @property
    def name(self) -> str:
        """The month as people write it: `November 2026`."""
        return f"{month_name[self.start.month]} {self.start.year}"


def period_of(moment: datetime) -> Period:
    """Return the period that a moment lies in."""
    start = moment.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return Period(start, (start + timedelta(days=32)).replace(day=1))


def prorated(price: Decimal, *, moment: datetime, period: Period) -> Decimal:
    """Return the part of a period's price that falls on the time from a moment to the period's end, in whole cents."""
    share = Decimal((period.end - moment) // timedelta(microseconds=1)) / Decimal(
        (period.end - period.start) // timedelta(microseconds=1)
    )
    return (price * share).quantize(_CENT, rounding=ROUND_HALF_EVEN)


def monthly(price: Decimal, interval: str) -> Decimal:
    """Return what a plan costs in a month, given its price for an interval (`month` or `year`)."""
    if interval == "month":
        return price
    if interval == "year":
        return (price / 12).quantize(_CENT, rounding=ROUND_HALF_EVEN)
    message = f"unknown interval {interval}"
    raise ValueError(message)
