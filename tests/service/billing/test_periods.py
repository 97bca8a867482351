"""Billing periods and parts of them."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from warehouse.billing.periods import monthly, period_of, prorated


@pytest.mark.parametrize(
    ("moment", "key", "end"),
    [
        (datetime(2026, 11, 20, 9, tzinfo=UTC), "2026-11", datetime(2026, 12, 1, tzinfo=UTC)),
        (datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC), "2026-12", datetime(2027, 1, 1, tzinfo=UTC)),
        (datetime(2028, 2, 29, tzinfo=UTC), "2028-02", datetime(2028, 3, 1, tzinfo=UTC)),
        (
            datetime(2026, 12, 1, 0, 30, tzinfo=timezone(timedelta(hours=1))),
            "2026-11",
            datetime(2026, 12, 1, tzinfo=UTC),
        ),
    ],
)
def test_a_period_is_a_calendar_month_in_utc(moment, key, end):
    """Also at the turn of a year, in a leap year, and for a moment given in another zone."""
    period = period_of(moment)
    assert (period.key, period.end) == (key, end)
    assert period.start <= moment < period.end


def test_a_part_of_the_price_is_in_whole_cents():
    """Half of the month costs half, the first moment all of it, the last one next to nothing."""
    period = period_of(datetime(2026, 11, 16, tzinfo=UTC))
    assert prorated(Decimal("40.00"), moment=datetime(2026, 11, 16, tzinfo=UTC), period=period) == Decimal("20.00")
    assert prorated(Decimal("40.00"), moment=period.start, period=period) == Decimal("40.00")
    assert prorated(Decimal("40.00"), moment=period.end - timedelta(seconds=1), period=period) == Decimal("0.00")
    assert prorated(Decimal("-0.35"), moment=datetime(2026, 11, 11, tzinfo=UTC), period=period) == Decimal("-0.23")


def test_a_yearly_price_counts_as_its_twelfth():
    """Plans of different intervals can be compared."""
    assert monthly(Decimal("1990.00"), "year") == Decimal("165.83")
    assert monthly(Decimal("49.00"), "month") == Decimal("49.00")
    with pytest.raises(ValueError, match="unknown interval week"):
        monthly(Decimal("1.00"), "week")
