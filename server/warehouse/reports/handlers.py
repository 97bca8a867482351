"""The operations on reports."""

from typing import Literal, final
from uuid import UUID

from warehouse.contract import models
from warehouse.contract.handlers.reports import ReportsHandlers
from warehouse.contract.problems import NotAcceptable
from warehouse.contract.replies.reports import (
    CancelReport200,
    CreateReport202,
    DownloadReport200Csv,
    DownloadReport200Pdf,
    DownloadReportReply,
    GetReport200,
    ListReports200,
)
from warehouse.contract.wiring import Caller, Negotiation
from warehouse.platform.identity import known
from warehouse.platform.scope import Scope
from warehouse.reports import service
from warehouse.reports.service import UNFINISHED
from warehouse.reports.tables import ReportRow

POLL_AFTER_SECONDS = 2
"""When to ask again how far a report is."""

_MEDIA_TYPES = {"pdf": "application/pdf", "csv": "text/csv"}


@final
class Reports(ReportsHandlers):
    """Serves the reports of the account that calls."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    async def list_reports(
        self,
        *,
        caller: Caller,
        statuses: list[models.ReportStatusesItem] | None,
        cursor: str | None,
        limit: int,
    ) -> ListReports200:
        """Answer a page of reports."""
        wanted = None if statuses is None else [status.value for status in statuses]
        owner_id = known(caller).user_id
        page = await service.list_reports(self._scope, owner_id=owner_id, statuses=wanted, cursor=cursor, limit=limit)
        return ListReports200(
            models.ReportPage(items=[_report(row[0]) for row in page.rows], next_cursor=page.next_cursor)
        )

    async def create_report(self, *, caller: Caller, body: models.ReportCreate) -> CreateReport202:
        """Queue a report."""
        row = await service.order(
            self._scope,
            owner_id=known(caller).user_id,
            kind=body.kind.value,
            format_=body.format.value,
            period_days=body.period_days,
            location_id=body.location_id,
        )
        return CreateReport202(_report(row), location=f"/reports/{row.id}", retry_after=POLL_AFTER_SECONDS)

    async def get_report(self, *, caller: Caller, report_id: UUID) -> GetReport200:
        """Answer how far a report is."""
        row = await service.get(self._scope, report_id, owner_id=known(caller).user_id)
        return GetReport200(_report(row), retry_after=POLL_AFTER_SECONDS if row.status in UNFINISHED else None)

    async def download_report(
        self,
        *,
        caller: Caller,
        accept: Literal["application/pdf", "text/csv"],  # noqa: ARG002
        report_id: UUID,
    ) -> DownloadReportReply:
        """Answer the file in its own format, if that is acceptable."""
        file = await service.find_file(self._scope, report_id, owner_id=known(caller).user_id)
        # `accept` is the best of both formats, while a report has only one: the header is looked at again.
        media_type = _MEDIA_TYPES[file.format]
        if Negotiation([media_type]).choose(self._scope.request.accept or "*/*") is None:
            raise NotAcceptable(f"The report was made as {media_type}.", available=[media_type])
        disposition = f'attachment; filename="{file.name}"'
        if file.format == "pdf":
            return DownloadReport200Pdf(file.content, content_disposition=disposition)
        return DownloadReport200Csv(file.content, content_disposition=disposition)

    async def cancel_report(self, *, caller: Caller, report_id: UUID) -> CancelReport200:
        """Stop a report."""
        row = await service.cancel(self._scope, report_id, owner_id=known(caller).user_id)
        return CancelReport200(_report(row))


def _report(row: ReportRow) -> models.Report:
    return models.Report(
        id=row.id,
        kind=models.ReportKind(row.kind),
        format=models.ReportFormat(row.format),
        status=models.JobStatus(row.status),
        period_days=row.period_days,
        location_id=row.location_id,
        result=_result(row),
        failure_reason=row.failure_reason,
        created_at=row.created_at,
        finished_at=row.finished_at,
    )


def _result(row: ReportRow) -> models.ReportResult | None:
    if row.row_count is None or row.size_bytes is None or row.sha256 is None or row.expires_at is None:
        return None
    return models.ReportResult(
        row_count=row.row_count, size_bytes=row.size_bytes, sha256=row.sha256, expires_at=row.expires_at
    )
