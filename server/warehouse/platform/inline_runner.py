"""Runs jobs when asked, in the order in which they were handed over. For tests."""

from __future__ import annotations

from warehouse.platform.jobs import Job, JobExecution

__all__ = ["InlineRunner"]


class InlineRunner:
    """Keeps jobs until ``run`` is called."""

    def __init__(self) -> None:
        self._waiting: list[Job] = []
        self._execution: JobExecution | None = None

    async def start(self, execution: JobExecution) -> None:
        """Gets ready."""
        self._execution = execution

    async def hand_over(self, job: Job) -> None:
        """Takes a job."""
        self._waiting.append(job)

    async def run(self) -> int:
        """Does what waits, each job with all its attempts at once; gives the number of jobs done."""
        jobs, self._waiting = self._waiting, []
        for job in jobs:
            await self._do(job)
        return len(jobs)

    async def _do(self, job: Job) -> None:
        assert self._execution is not None
        last = self._execution.attempts(job.kind)
        for number in range(1, last + 1):
            try:
                await self._execution.attempt(job, number)
            except Exception as error:  # noqa: BLE001 - a job may raise anything; the last error is reported
                if number == last:
                    await self._execution.give_up(job, error)
            else:
                return

    async def stop(self, patience: float) -> None:  # noqa: ARG002 - nothing runs on its own here
        """Forgets what waits; the outbox still has it."""
        self._waiting.clear()
