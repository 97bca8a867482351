"""The time, as something that is handed in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol

__all__ = ["Clock", "FixedClock", "SystemClock", "utc"]


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The time in UTC, with its zone."""
        ...


class SystemClock:
    """The time of the machine."""

    def now(self) -> datetime:
        """The time in UTC, with its zone."""
        return datetime.now(UTC)


class FixedClock:
    """A time that moves only when told, for tests."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """The time last set."""
        return self._now

    def advance(self, by: timedelta) -> None:
        """Moves the time forward."""
        self._now += by


def utc(moment: datetime) -> datetime:
    """An aware moment in UTC. What lies before year 1 or after year 9999 there becomes the nearest moment that does not."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return (datetime.max if moment.year > 5000 else datetime.min).replace(tzinfo=UTC)
