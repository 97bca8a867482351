"""How many requests a caller may send; the contract says how many, the settings may say otherwise."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import structlog
from limits import RateLimitItem, RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage, Storage
from limits.aio.strategies import RateLimiter, SlidingWindowCounterRateLimiter
from limits.storage import storage_from_string

from warehouse.contract._runtime.descriptors import RateLimit

__all__ = ["Quota", "Quotas", "Spent", "duration"]

_log = structlog.get_logger(__name__)
_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")


def duration(text: str) -> timedelta:
    """An ISO 8601 duration of days, hours, minutes and seconds.

    Raises:
        ValueError: it is none, or has years, months or weeks, whose length is not fixed or not needed here.
    """
    match = _DURATION.fullmatch(text)
    if match is None or not any(match.groups()):
        raise ValueError(f"{text} is no duration such as PT1M")
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


@dataclass(frozen=True, slots=True)
class Quota:
    """A limit in force. ``window`` in seconds."""

    name: str
    limit: int
    window: int
    by_address: bool

    @property
    def policy(self) -> str:
        """The value of ``RateLimit-Policy`` (IETF draft ietf-httpapi-ratelimit-headers)."""
        return f'"{self.name}";q={self.limit};w={self.window}'

    @property
    def item(self) -> RateLimitItem:
        """The limit as the library counts it."""
        return RateLimitItemPerSecond(self.limit, self.window, self.name)


@dataclass(frozen=True, slots=True)
class Spent:
    """What is left of a quota after a request. ``seconds`` until it is whole again."""

    quota: Quota
    is_allowed: bool
    remaining: int
    seconds: int

    @property
    def state(self) -> str:
        """The value of ``RateLimit``."""
        return f'"{self.quota.name}";r={self.remaining};t={self.seconds}'


class Quotas:
    """Counts requests. ``storage`` is an address that the library ``limits`` understands; ``overrides`` are by name.

    While a shared storage is away each process counts for itself: quotas are looser then, but never gone.
    """

    def __init__(self, storage: str, overrides: Mapping[str, int]) -> None:
        kept = storage_from_string(storage)
        assert isinstance(kept, Storage)
        self._limiter = SlidingWindowCounterRateLimiter(kept)
        self._fallback = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._overrides = overrides
        self._quotas: dict[RateLimit, tuple[Quota, RateLimitItem]] = {}

    def quota(self, declared: RateLimit) -> Quota:
        """The quota in force for a declared one."""
        return self._known(declared)[0]

    def _known(self, declared: RateLimit) -> tuple[Quota, RateLimitItem]:
        known = self._quotas.get(declared)
        if known is None:
            limit = self._overrides.get(declared.name, declared.limit)
            window = int(duration(declared.window).total_seconds())
            quota = Quota(declared.name, limit, window, declared.by == "address")
            known = self._quotas[declared] = (quota, quota.item)
        return known

    async def spend(self, declared: RateLimit, who: str) -> Spent:
        """Counts one request of ``who``."""
        quota, item = self._known(declared)
        try:
            return await _spend(self._limiter, quota, item, who)
        except Exception:  # noqa: BLE001 - each storage has errors of its own
            _log.warning("quotas are counted by this process alone", exc_info=True)
            return await _spend(self._fallback, quota, item, who)


async def _spend(limiter: RateLimiter, quota: Quota, item: RateLimitItem, who: str) -> Spent:
    is_allowed = await limiter.hit(item, who)
    window = await limiter.get_window_stats(item, who)
    seconds = max(1, min(quota.window, math.ceil(window.reset_time - time.time())))
    return Spent(quota, is_allowed, window.remaining, seconds)
