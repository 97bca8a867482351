"""Orders reports, tells how far they are, and hands out their files. An account sees its own reports only."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from warehouse.contract.models import JobStatus
from warehouse.contract.problems import NotFound, ReportFinished, ReportNotReady
from warehouse.locations import service as locations
from warehouse.platform.ids import new_id
from warehouse.platform.pagination import Page, SortKey, read_page
from warehouse.platform.scope import Scope
from warehouse.reports.tables import ReportFileRow, ReportRow

MAKE = "reports.make"
"""The kind of the job that makes a report."""

KEPT_FOR = timedelta(days=30)
"""How long the file of a report is kept."""

UNFINISHED = frozenset(("queued", "running"))


@dataclass(frozen=True, slots=True)
class ReportFile:
    """The file of a report."""

    name: str
    format: str
    content: bytes


async def order(
    scope: Scope, *, owner_id: UUID, kind: str, format_: str, period_days: int, location_id: UUID | None
) -> ReportRow:
    """Queue a report.

    Raises NotFound (location).
    """
    if location_id is not None:
        await locations.resolve(scope, location_id)
    report = ReportRow(
        id=new_id(),
        owner_id=owner_id,
        kind=kind,
        format=format_,
        status="queued",
        period_days=period_days,
        location_id=location_id,
        created_at=scope.clock.now(),
    )
    scope.session.add(report)
    scope.jobs.enqueue(MAKE, {"report_id": str(report.id)})
    await scope.session.flush()
    return report


async def get(scope: Scope, report_id: UUID, *, owner_id: UUID) -> ReportRow:
    """Return a report.

    Raises NotFound.
    """
    return await _owned(scope, report_id, owner_id)


async def list_reports(
    scope: Scope, *, owner_id: UUID, statuses: Collection[str] | None, cursor: str | None, limit: int
) -> Page:
    """Return a page of an account's reports, the newest first; each row begins with a `ReportRow`.

    Raises InvalidCursor.
    """
    order_ = [
        SortKey(ReportRow.created_at, descending=True),
        SortKey(ReportRow.id, descending=True),
    ]
    statement = select(ReportRow).where(ReportRow.owner_id == owner_id)
    if statuses is not None:
        statement = statement.where(ReportRow.status.in_(statuses))
    wanted = None if statuses is None else sorted(statuses)
    query = {"list": "reports", "owner": str(owner_id), "statuses": wanted}
    return await read_page(scope, statement, order=order_, cursor=cursor, limit=limit, query=query)


async def cancel(scope: Scope, report_id: UUID, *, owner_id: UUID) -> ReportRow:
    """Stop a report; a job that is making it throws its work away.

    Raises NotFound, ReportFinished.
    """
    report = await _owned(scope, report_id, owner_id, lock=True)
    if report.status not in UNFINISHED:
        raise ReportFinished(f"The report has already {_ended(report)}.", report_status=JobStatus(report.status))
    report.status = "cancelled"
    report.finished_at = scope.clock.now()
    return report


async def find_file(scope: Scope, report_id: UUID, *, owner_id: UUID) -> ReportFile:
    """Return the file of a report.

    Raises NotFound, ReportNotReady.
    """
    report = await _owned(scope, report_id, owner_id)
    if report.status != "succeeded":
        raise ReportNotReady(_why_no_file(report), report_status=JobStatus(report.status))
    file = await scope.session.get(ReportFileRow, report_id)
    if file is None or report.expires_at is None or report.expires_at <= scope.clock.now():
        raise ReportNotReady("The file has expired. Order the report again.", report_status=JobStatus(report.status))
    return ReportFile(f"{report.kind}.{report.format}", report.format, file.content)


async def _owned(scope: Scope, report_id: UUID, owner_id: UUID, *, lock: bool = False) -> ReportRow:
    report = await scope.session.get(ReportRow, report_id, with_for_update=lock or None)
    if report is None or report.owner_id != owner_id:
        raise NotFound("You have no such report.", resource="report")
    return report


def _ended(report: ReportRow) -> str:
    return "been cancelled" if report.status == "cancelled" else report.status


def _why_no_file(report: ReportRow) -> str:
    if report.status in UNFINISHED:
        return "The report is still being made."
    return f"The report has {_ended(report)}, so it has no file."
