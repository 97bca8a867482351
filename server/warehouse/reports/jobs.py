"""Background work of the reports: making them."""

import hashlib
from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

import anyio.to_thread
from sqlalchemy import select

from warehouse.contract import models
from warehouse.locations.tables import LocationRow
from warehouse.platform.jobs import JobContext, JobRegistry
from warehouse.platform.scope import Scope
from warehouse.reports import pdf
from warehouse.reports.content import ReportTable, write_csv
from warehouse.reports.queries import MOST_ROWS, QUERIES, Order, TooManyRowsError
from warehouse.reports.service import KEPT_FOR, MAKE, UNFINISHED
from warehouse.reports.tables import ReportFileRow, ReportRow
from warehouse.webhooks import events

_BROKEN = "The report was broken off by a fault on our side. Order it again."
_TOO_LONG = f"The report would have more than {MOST_ROWS} rows. Choose a shorter period or one location."


def register(registry: JobRegistry) -> None:
    """Make the job of this domain known."""
    registry.register(MAKE, make, on_failure=give_up)


async def make(context: JobContext, payload: Mapping[str, Any]) -> None:
    """Make a report. A repeat begins anew; a report that was cancelled or has finished is left alone."""
    report_id = UUID(payload["report_id"])
    async with context.scope() as scope:
        report = await _unfinished(scope, report_id)
        if report is None:
            return
        report.status = "running"
    async with context.scope(write=False) as scope:
        order = Order(report=report, location_code=await _code(scope, report.location_id))
        try:
            table = await QUERIES[report.kind](scope, order)
        except TooManyRowsError:
            table = None
    if table is None:
        await _fail(context, report_id, _TOO_LONG)
        return
    content = await anyio.to_thread.run_sync(partial(_written, report, table))
    async with context.scope() as scope:
        await _succeed(scope, report_id, table, content)


async def give_up(context: JobContext, payload: Mapping[str, Any], reason: str) -> None:
    """End a report that could not be made for a reason that is not its own; the reason itself is in the log."""
    del reason
    await _fail(context, UUID(payload["report_id"]), _BROKEN)


def _written(report: ReportRow, table: ReportTable) -> bytes:
    if report.format == "pdf":
        return pdf.write(table, created_at=report.created_at)
    return write_csv(table)


async def _succeed(scope: Scope, report_id: UUID, table: ReportTable, content: bytes) -> None:
    report = await _unfinished(scope, report_id)
    if report is None:
        return
    now = scope.clock.now()
    report.status, report.finished_at, report.expires_at = "succeeded", now, now + KEPT_FOR
    report.row_count, report.size_bytes = len(table.rows), len(content)
    report.sha256 = hashlib.sha256(content).hexdigest()
    scope.session.add(ReportFileRow(report_id=report.id, content=content))
    _announce(scope, report)


async def _fail(context: JobContext, report_id: UUID, reason: str) -> None:
    async with context.scope() as scope:
        report = await _unfinished(scope, report_id)
        if report is None:
            return
        report.status, report.finished_at, report.failure_reason = "failed", scope.clock.now(), reason
        _announce(scope, report)


def _announce(scope: Scope, report: ReportRow) -> None:
    data = models.ReportCompletedData(report_id=report.id, status=models.JobStatus(report.status))
    events.report_completed(scope, data, owner_id=report.owner_id)


async def _unfinished(scope: Scope, report_id: UUID) -> ReportRow | None:
    report = await scope.session.get(ReportRow, report_id, with_for_update=True)
    return report if report is not None and report.status in UNFINISHED else None


async def _code(scope: Scope, location_id: UUID | None) -> str | None:
    if location_id is None:
        return None
    return await scope.session.scalar(select(LocationRow.code).where(LocationRow.id == location_id))
