"""Runs jobs on DBOS: each is a durable workflow named by its outbox row, resumed after a crash."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from dbos import DBOS, SetWorkflowID
from dbos import error as dbos_errors
from sqlalchemy.engine import make_url

from warehouse.platform.jobs import Job, JobExecution
from warehouse.platform.settings import Settings

__all__ = ["DbosRunner", "job_database_url"]

_FIRST_PAUSE = 1.0
_GROWTH = 3.0


class DbosRunner:
    """One per process, since DBOS is one per process. ``concurrency`` bounds how many jobs run at a time."""

    def __init__(self, url: str, *, instance: str, concurrency: int) -> None:
        self._url = url
        self._instance = instance
        self._slots = asyncio.Semaphore(concurrency)
        self._workflow: Any = None

    async def start(self, execution: JobExecution) -> None:
        """Starts DBOS, which takes up the jobs that this instance left unfinished."""
        DBOS(
            config={
                "name": "warehouse",
                "system_database_url": self._url,
                "executor_id": self._instance,
                "application_version": "1",  # a job is one step: every later version can take it up
                "console_log_level": "ERROR",  # failed attempts are logged by JobExecution
                "enable_otlp": False,
                "max_executor_threads": 4,
                "db_engine_kwargs": _engine_options(self._url),
            }
        )
        self._workflow = self._defined(execution)
        DBOS.launch()

    def _defined(self, execution: JobExecution) -> Any:
        async def attempt(job: Job) -> None:
            status = DBOS.step_status
            number = 1 + (0 if status is None or status.current_attempt is None else status.current_attempt)
            async with self._slots:
                await execution.attempt(job, number)

        @DBOS.workflow(name="warehouse.job")
        async def run(job_id: str, kind: str, payload: dict[str, Any]) -> None:
            job = Job(UUID(job_id), kind, payload)
            last = execution.attempts(kind)
            try:
                await DBOS.run_step_async(
                    {
                        "name": kind,
                        "retries_allowed": last > 1,
                        "max_attempts": last,
                        "interval_seconds": _FIRST_PAUSE,
                        "backoff_rate": _GROWTH,
                    },
                    attempt,
                    job,
                )
            except Exception as error:  # noqa: BLE001 - a job may raise anything
                await DBOS.run_step_async({"name": f"{kind} given up"}, execution.give_up, job, _cause(error))

        return run

    async def hand_over(self, job: Job) -> None:
        """Starts a workflow with the job's id; DBOS knows the id if it was started before."""
        with SetWorkflowID(str(job.id)):
            await DBOS.start_workflow_async(self._workflow, str(job.id), job.kind, dict(job.payload))

    async def stop(self, patience: float) -> None:
        """Waits for running jobs, then ends DBOS."""
        loop = asyncio.get_running_loop()
        wait = max(1, round(patience))
        destroy = partial(DBOS.destroy, destroy_registry=True, workflow_completion_timeout_sec=wait)
        with ThreadPoolExecutor(1) as own:
            await loop.run_in_executor(own, destroy)
        loop.set_default_executor(ThreadPoolExecutor())  # DBOS has put its own there, which is closed now


class _SubsecondConnection(sqlite3.Connection):
    """Knows ``unixepoch('subsec')``, which DBOS asks for on Python 3.12 and later and SQLite has since 3.42.

    Python there may well stand on an older SQLite, that of the system.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.create_function("unixepoch", 1, _seconds)


def _seconds(modifier: str) -> float:
    if modifier != "subsec":
        raise ValueError(f"unixepoch({modifier!r}) is not provided")
    return time.time()


def _engine_options(url: str) -> dict[str, Any]:
    is_old_sqlite = url.startswith("sqlite") and sqlite3.sqlite_version_info < (3, 42)
    return {"connect_args": {"factory": _SubsecondConnection}} if is_old_sqlite else {}


def _cause(error: Exception) -> Exception:
    """What the handler raised in its last attempt."""
    if isinstance(error, dbos_errors.DBOSMaxStepRetriesExceeded) and error.errors:
        return error.errors[-1]
    return error


def job_database_url(settings: Settings) -> str:
    """Where DBOS keeps its state: what the settings say, else beside the service's own data."""
    if settings.job_database_url:
        return settings.job_database_url
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite":
        return f"sqlite:///{Path(url.database or 'warehouse.db').with_name('jobs.db')}"
    return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
