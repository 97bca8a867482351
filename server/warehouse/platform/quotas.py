"""How many requests a caller may send; the contract says how many, the settings may say otherwise."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from limits import RateLimitItem, RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage, Storage
from limits.aio.strategies import RateLimiter, SlidingWindowCounterRateLimiter
from limits.storage import storage_from_string

from warehouse.contract.wiring import RateLimit

__all__ = ["LocalWindows", "Quota", "Quotas", "Spent", "duration"]

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

    policy: bytes = field(init=False)
    """The value of ``RateLimit-Policy`` (IETF draft ietf-httpapi-ratelimit-headers)."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "policy", f'"{self.name}";q={self.limit};w={self.window}'.encode())


@dataclass(slots=True)
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


class LocalWindows:
    """Counts as the library does with a sliding window, for this process alone: no tasks, no locks, nothing to expire.

    Requests of the window before count in proportion to how much of it still lies within the last ``window`` seconds.
    """

    def __init__(self, quota: Quota) -> None:
        self._quota = quota
        self._number = -1.0
        self._before: dict[str, int] = {}
        self._counts: dict[str, int] = {}

    def spend(self, who: str, now: float) -> Spent:
        """Counts one request at ``now``, in seconds, unless it is one too many."""
        quota = self._quota
        number, elapsed = divmod(now, quota.window)
        if number != self._number:
            self._before = self._counts if number == self._number + 1 else {}
            self._counts = {}
            self._number = number
        before, count = self._before.get(who, 0), self._counts.get(who, 0)
        left = reset = quota.window - elapsed
        weighted = 0.0
        if before:
            weighted = before * left / quota.window
            reset = min(left % (quota.window / before), left)
        is_allowed = int(weighted) + count < quota.limit
        if is_allowed:
            self._counts[who] = count = count + 1
        remaining = quota.limit - int(weighted + count)
        return Spent(quota, is_allowed, max(0, remaining), math.ceil(reset) or 1)


class _Counter:
    """Counts one quota, in a shared storage if there is one."""

    def __init__(self, quota: Quota, shared: RateLimiter | None) -> None:
        self.quota = quota
        self._item: RateLimitItem = RateLimitItemPerSecond(quota.limit, quota.window, quota.name)
        self._local = LocalWindows(quota)
        self._shared = shared

    def spend(self, who: str) -> Spent | Awaitable[Spent]:
        """Counts one request; only a shared storage has to be waited for."""
        return self._local.spend(who, time.time()) if self._shared is None else self._spend_anywhere(self._shared, who)

    async def _spend_anywhere(self, limiter: RateLimiter, who: str) -> Spent:
        try:
            return await self._spend_shared(limiter, who)
        except Exception:  # noqa: BLE001 - each storage has errors of its own
            _log.warning("quotas are counted by this process alone", exc_info=True)
            return self._local.spend(who, time.time())

    async def _spend_shared(self, limiter: RateLimiter, who: str) -> Spent:
        is_allowed = await limiter.hit(self._item, who)
        stats = await limiter.get_window_stats(self._item, who)
        seconds = max(1, min(self.quota.window, math.ceil(stats.reset_time - time.time())))
        return Spent(self.quota, is_allowed, stats.remaining, seconds)


class Quotas:
    """Counts requests. ``storage`` is an address that the library ``limits`` understands; ``overrides`` are by name.

    While a shared storage is away each process counts for itself: quotas are looser then, but never gone.
    """

    def __init__(self, storage: str, overrides: Mapping[str, int]) -> None:
        kept = storage_from_string(storage)
        assert isinstance(kept, Storage)
        self._shared = None if isinstance(kept, MemoryStorage) else SlidingWindowCounterRateLimiter(kept)
        self._overrides = overrides
        self._counters: dict[RateLimit, _Counter] = {}
        self._found: dict[int, tuple[RateLimit, _Counter]] = {}
        """Counters by the identity of what was declared, which is quicker than its equality."""

    def quota(self, declared: RateLimit) -> Quota:
        """The quota in force for a declared one."""
        return self._counter(declared).quota

    def _counter(self, declared: RateLimit) -> _Counter:
        counter = self._counters.get(declared)
        if counter is None:
            limit = self._overrides.get(declared.name, declared.limit)
            window = int(duration(declared.window).total_seconds())
            counter = _Counter(Quota(declared.name, limit, window, declared.by == "address"), self._shared)
            self._counters[declared] = counter
        return counter

    def spend(self, declared: RateLimit, who: str) -> Spent | Awaitable[Spent]:
        """Counts one request of ``who``; without a shared storage at once."""
        found = self._found.get(id(declared))
        if found is None:
            found = self._found[id(declared)] = declared, self._counter(declared)  # kept, so that the identity is
        return found[1].spend(who)
