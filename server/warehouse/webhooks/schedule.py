"""When a delivery is tried again, and when an endpoint is given up."""

from datetime import datetime, timedelta

RETRY_DELAYS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=6),
    timedelta(hours=8),
)
"""The pauses after the first, second, … failed attempt. With the largest spread they end within 24 hours."""

SPREAD = 0.1
"""Each pause is longer by up to this share, so that the retries after an outage do not all arrive at once."""

PATIENCE = timedelta(days=5)
"""How long an endpoint may fail without a single success before it is disabled."""


def next_attempt(failed_attempts: int, *, now: datetime, spread: float) -> datetime | None:
    """Return when to try again after so many failed attempts (1 or more), None if it is time to give up.

    `spread` is a random number from 0 to 1.
    """
    if failed_attempts > len(RETRY_DELAYS):
        return None
    return now + RETRY_DELAYS[failed_attempts - 1] * (1 + SPREAD * spread)


def is_hopeless(failing_since: datetime, *, now: datetime) -> bool:
    """Tell whether an endpoint has failed for so long that it is to be disabled."""
    return now - failing_since >= PATIENCE
