"""Numbers for Prometheus."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

__all__ = ["Metrics"]


class Metrics:
    """The numbers of one application, labelled by operation id and never by path: their count is bounded."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter("http_requests", "Answered requests.", ("operation", "status"), registry=self.registry)
        self._seconds = Histogram(
            "http_request_duration_seconds",
            "Time from the first to the last byte.",
            ("operation",),
            registry=self.registry,
        )
        self.running = 0
        """Requests being served."""
        self.watch("http_requests_running", "Requests being served.", lambda: self.running)
        self._jobs = Counter("jobs", "Attempts at jobs.", ("kind", "outcome"), registry=self.registry)
        self._job_seconds = Histogram("job_duration_seconds", "Time of an attempt.", ("kind",), registry=self.registry)
        self._counts: dict[tuple[str, int], Counter] = {}
        self._times: dict[str, Histogram] = {}

    def answered(self, operation: str, status: int, seconds: float) -> None:
        """Counts an answer."""
        count = self._counts.get((operation, status))
        if count is None:
            count = self._counts[operation, status] = self._requests.labels(operation, str(status))
        count.inc()
        time = self._times.get(operation)
        if time is None:
            time = self._times[operation] = self._seconds.labels(operation)
        time.observe(seconds)

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
