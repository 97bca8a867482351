"""Jobs: exactly those of committed changes, done until they succeed or are given up."""

import asyncio
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from sqlalchemy import select
from tests.service.conftest import settings_for

from warehouse.migrations.apply import upgrade
from warehouse.platform.clock import FixedClock, SystemClock
from warehouse.platform.dbos_runner import DbosRunner, job_database_url
from warehouse.platform.inline_runner import InlineRunner
from warehouse.platform.jobs import JobExecution, JobRegistry
from warehouse.platform.outbox import JobRow
from warehouse.platform.request import SYSTEM
from warehouse.platform.resources import Resources


class Bench:
    """Resources with job kinds of a test, without the API."""

    def __init__(self, settings, clock):
        self.registry = JobRegistry()
        self.resources = Resources(settings, clock, self.registry, ())
        self.done = []
        self.failed = []

    async def note(self, context, payload):
        self.done.append((context.attempt, payload))

    async def break_down(self, context, payload):
        self.done.append((context.attempt, payload))
        raise RuntimeError("broken on purpose")

    async def note_failure(self, context, payload, reason):
        self.failed.append((payload, reason))

    def execution(self, http):
        resources = self.resources
        return JobExecution(
            registry=self.registry,
            settings=resources.settings,
            clock=resources.clock,
            http=http,
            units=resources.units,
            metrics=resources.metrics,
        )

    async def enqueue(self, kind, payload, run_at=None):
        async with self.resources.units.open(SYSTEM) as scope:
            return scope.jobs.enqueue(kind, payload, run_at=run_at)

    async def row(self, job_id):
        async with self.resources.units.open(SYSTEM) as scope:
            return (await scope.session.scalars(select(JobRow).where(JobRow.id == job_id))).one()


@pytest.fixture
async def bench(database_url, tmp_path):
    bench = Bench(settings_for(database_url, tmp_path), FixedClock(datetime(2026, 11, 20, tzinfo=UTC)))
    await upgrade(bench.resources.database.engine)
    async with httpx2.AsyncClient() as http:
        runner = bench.resources.runner
        assert isinstance(runner, InlineRunner)
        await runner.start(bench.execution(http))

        async def run():
            await bench.resources.relay.relay_due(runner)
            return await runner.run()

        bench.run = run
        yield bench
    await bench.resources.database.close()


async def test_a_job_of_a_committed_change_is_done_once(bench):
    """And noted as finished."""
    bench.registry.register("note", bench.note)
    job_id = await bench.enqueue("note", {"report": "r1"})
    assert await bench.run() == 1
    assert await bench.run() == 0
    assert bench.done == [(1, {"report": "r1"})]
    row = await bench.row(job_id)
    assert row.finished_at is not None
    assert row.error is None


async def test_a_job_of_a_change_that_was_rolled_back_does_not_exist(bench):
    """No change, no job."""
    bench.registry.register("note", bench.note)
    with pytest.raises(RuntimeError):
        await enqueue_and_fail(bench)
    assert await bench.run() == 0


async def enqueue_and_fail(bench):
    async with bench.resources.units.open(SYSTEM) as scope:
        scope.jobs.enqueue("note", {})
        await scope.session.flush()
        raise RuntimeError


async def test_a_job_waits_for_its_time(bench):
    """`run_at` is kept."""
    bench.registry.register("note", bench.note)
    await bench.enqueue("note", {}, run_at=bench.resources.clock.now() + timedelta(minutes=5))
    assert await bench.run() == 0
    bench.resources.clock.advance(timedelta(minutes=5))
    assert await bench.run() == 1


async def test_a_failing_job_is_tried_again_then_given_up(bench):
    """Its domain is told why."""
    bench.registry.register("break", bench.break_down, attempts=3, on_failure=bench.note_failure)
    job_id = await bench.enqueue("break", {"n": 1})
    await bench.run()
    assert [attempt for attempt, _ in bench.done] == [1, 2, 3]
    assert bench.failed == [({"n": 1}, "RuntimeError: broken on purpose")]
    assert (await bench.row(job_id)).error == "RuntimeError: broken on purpose"
    numbers = bench.resources.metrics.text().decode()
    assert 'jobs_total{kind="break",outcome="failed"} 3.0' in numbers
    assert 'jobs_total{kind="break",outcome="given up"} 1.0' in numbers


async def test_a_job_of_an_unknown_kind_is_given_up_by_name(bench):
    """It does not block the others."""
    bench.registry.register("note", bench.note)
    job_id = await bench.enqueue("gone", {})
    await bench.enqueue("note", {})
    await bench.run()
    assert (await bench.row(job_id)).error == "KeyError: 'gone'"
    assert len(bench.done) == 1


async def test_after_a_crash_between_hand_over_and_mark_a_job_is_handed_over_again(bench):
    """The runner recognises the id: this is what makes it exactly once."""
    bench.registry.register("note", bench.note)
    await bench.enqueue("note", {})

    class Crashing(InlineRunner):
        async def hand_over(self, job):
            await super().hand_over(job)
            raise ConnectionError("the process dies here")

    with pytest.raises(ConnectionError):
        await bench.resources.relay.relay_due(Crashing())
    assert await bench.run() == 1


def test_a_kind_is_registered_once(tmp_path):
    """Two domains cannot take the same name by mistake."""
    registry = JobRegistry()

    async def nothing(context, payload):
        return None

    registry.register("same", nothing)
    with pytest.raises(ValueError, match="registered twice"):
        registry.register("same", nothing)


async def until(condition):
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - what is waited for happens elsewhere
            await asyncio.sleep(0.05)


@pytest.mark.slow
async def test_dbos_does_each_job_once_and_takes_up_what_a_stop_left(database_url, tmp_path):
    """The relay runs by itself; the same id is done once; an unfinished job goes on at the next start."""
    settings = settings_for(database_url, tmp_path)
    bench = Bench(settings, SystemClock())
    await upgrade(bench.resources.database.engine)
    gate = asyncio.Event()

    async def wait(context, payload):
        bench.done.append((context.attempt, "begun"))
        await gate.wait()
        bench.done.append((context.attempt, "ended"))

    bench.registry.register("note", bench.note)
    bench.registry.register("wait", wait)
    relay = bench.resources.relay
    async with httpx2.AsyncClient() as http:
        runner = DbosRunner(job_database_url(settings), instance="test", concurrency=2)
        await runner.start(bench.execution(http))
        relay.start(runner)
        first = await bench.enqueue("note", {"n": 1})
        await until(lambda: bench.done == [(1, {"n": 1})])
        from warehouse.platform.jobs import Job

        await runner.hand_over(Job(first, "note", {"n": 1}))
        await bench.enqueue("wait", {})
        await until(lambda: (1, "begun") in bench.done)
        await relay.stop()
        await runner.stop(1)
        assert bench.done == [(1, {"n": 1}), (1, "begun")]

        gate.set()
        again = DbosRunner(job_database_url(settings), instance="test", concurrency=2)
        await again.start(bench.execution(http))
        await until(lambda: (1, "ended") in bench.done)
        await again.stop(5)
    await bench.resources.database.close()


@pytest.mark.slow
async def test_dbos_gives_a_failing_job_up(database_url, tmp_path, monkeypatch):
    """After its attempts the domain is told."""
    from warehouse.platform import dbos_runner

    monkeypatch.setattr(dbos_runner, "_FIRST_PAUSE", 0.01)
    settings = settings_for(database_url, tmp_path)
    bench = Bench(settings, SystemClock())
    await upgrade(bench.resources.database.engine)
    bench.registry.register("break", bench.break_down, attempts=3, on_failure=bench.note_failure)
    async with httpx2.AsyncClient() as http:
        runner = DbosRunner(job_database_url(settings), instance="test", concurrency=2)
        await runner.start(bench.execution(http))
        job_id = await bench.enqueue("break", {"n": 1})
        await bench.resources.relay.relay_due(runner)
        await until(lambda: bench.failed)
        while (await bench.row(job_id)).finished_at is None:  # noqa: ASYNC110 - the same
            await asyncio.sleep(0.05)
        assert [attempt for attempt, _ in bench.done] == [1, 2, 3]
        assert "broken on purpose" in bench.failed[0][1]
        await runner.stop(5)
    await bench.resources.database.close()
