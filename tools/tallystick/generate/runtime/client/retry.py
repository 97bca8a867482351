"""When to try again, and how long to wait: full jitter, Retry-After, and one deadline over all attempts."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

IDEMPOTENT_METHODS = frozenset(("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "QUERY"))
"""Methods that may be repeated (RFC 9110, section 9.2.2; QUERY: RFC 9110 registry)."""

RETRYABLE_STATUS = frozenset((408, 429, 500, 502, 503, 504))


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how patiently a call is repeated.

    A wait that the server asks for is honoured in full or not at all: a longer one than ``longest_retry_after``, or
    than what is left of the deadline, ends the call with the error at hand, which carries ``retry_after``.
    """

    retries: int = 2
    """Attempts after the first."""
    first_delay: float = 0.5
    """Upper bound of the first wait in seconds; it doubles with each attempt."""
    longest_delay: float = 8.0
    """Upper bound of every wait in seconds that the server did not ask for."""
    longest_retry_after: float = 120.0
    """Longest wait in seconds that a ``Retry-After`` may ask for."""

    def delay(
        self, attempt: int, retry_after: float | None, left: float | None, draw: Draw = random.uniform
    ) -> float | None:
        """Seconds to wait after ``attempt`` attempts (from 1), None to give up.

        ``left`` is what remains of the deadline, in seconds.
        """
        if attempt > self.retries:
            return None
        if retry_after is None:
            wait = draw(0.0, min(self.longest_delay, self.first_delay * 2.0 ** (attempt - 1)))
        elif retry_after > self.longest_retry_after:
            return None
        else:
            wait = retry_after
        return None if left is not None and wait >= left else wait


Draw = Callable[[float, float], float]


def retry_after_seconds(headers: Mapping[str, str], now: dt.datetime | None = None) -> float | None:
    """The wait that ``Retry-After`` asks for, in seconds from now; None without a readable one (RFC 9110, 10.2.3)."""
    text = headers.get("retry-after")
    if text is None:
        return None
    try:
        return max(0.0, float(int(text)))
    except ValueError:
        return _until(text, now or dt.datetime.now(dt.UTC))


def _until(text: str, now: dt.datetime) -> float | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    return max(0.0, (moment - now).total_seconds())


def may_repeat(method: str, *, has_key: bool, stated: bool | None) -> bool:
    """Whether a call may be sent again although the server may have acted on it.

    ``stated`` is what the contract says (``x-tally-retryable``); else idempotent methods and idempotency keys may.
    """
    return stated if stated is not None else has_key or method in IDEMPOTENT_METHODS


def status_may_be_retried(status: int, *, stated: bool | None) -> bool:
    """Whether a reply of this status is worth another attempt; ``stated`` is what the contract says about it."""
    return stated if stated is not None else status in RETRYABLE_STATUS or (status > 500 and status != 501)
