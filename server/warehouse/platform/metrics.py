"""Numbers for Prometheus."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import accumulate

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

__all__ = ["Metrics"]

_BOUNDS = Histogram.DEFAULT_BUCKETS
"""Upper bounds of the times of requests, in seconds; the last is infinite."""
_NAMES = (*map(str, _BOUNDS[:-1]), "+Inf")


class _Answers(Collector):
    """Counts and times of requests as plain numbers, which the library asks for at each scrape.

    All requests are served by one thread, so that nothing has to be locked.
    """

    def __init__(self) -> None:
        self._counts: defaultdict[tuple[str, int], int] = defaultdict(int)
        self._times: defaultdict[str, list[int]] = defaultdict(lambda: [0] * len(_BOUNDS))
        self._sums: defaultdict[str, float] = defaultdict(float)

    def add(self, operation: str, status: int, seconds: float) -> None:
        self._counts[operation, status] += 1
        self._times[operation][bisect_left(_BOUNDS, seconds)] += 1
        self._sums[operation] += seconds

    def collect(self) -> Iterator[Metric]:
        counts = CounterMetricFamily("http_requests", "Answered requests.", labels=("operation", "status"))
        for (operation, status), count in self._counts.items():
            counts.add_metric((operation, str(status)), count)
        yield counts
        times = HistogramMetricFamily(
            "http_request_duration_seconds", "Time from the first to the last byte.", labels=("operation",)
        )
        for operation, found in self._times.items():
            times.add_metric((operation,), _cumulative(found), self._sums[operation])
        yield times


def _cumulative(counts: list[int]) -> list[tuple[str, int]]:
    return list(zip(_NAMES, accumulate(counts), strict=True))


class Metrics:
    """The numbers of one application, labelled by operation id and never by path: their count is bounded."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._answers = _Answers()
        self.registry.register(self._answers)
        self.running = 0
        """Requests being served."""
        self.watch("http_requests_running", "Requests being served.", lambda: self.running)
        self._jobs = Counter("jobs", "Attempts at jobs.", ("kind", "outcome"), registry=self.registry)
        self._job_seconds = Histogram("job_duration_seconds", "Time of an attempt.", ("kind",), registry=self.registry)

    def answered(self, operation: str, status: int, seconds: float) -> None:
        """Counts an answer."""
        self._answers.add(operation, status, seconds)

    def attempted(self, kind: str, outcome: str, seconds: float) -> None:
        """Counts an attempt at a job: ``finished``, ``failed``, or ``given up`` after the last one."""
        self._jobs.labels(kind, outcome).inc()
        self._job_seconds.labels(kind).observe(seconds)

    def watch(self, name: str, description: str, value: Callable[[], float]) -> None:
        """Shows a number that is asked for at each scrape."""
        Gauge(name, description, registry=self.registry).set_function(value)

    def text(self) -> bytes:
        """All numbers in the text format of Prometheus."""
        return generate_latest(self.registry)
