"""The time, as something that is handed in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol

__all__ = ["Clock", "FixedClock", "SystemClock", "utc"]

_FIRST = datetime.min.replace(tzinfo=UTC)
_LAST = datetime.max.replace(tzinfo=UTC)


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
    """An aware moment in UTC. Before year 1 or after year 9999 it becomes the nearest moment within."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return _LAST if moment.year > 5000 else _FIRST
