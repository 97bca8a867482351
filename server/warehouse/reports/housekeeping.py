"""Removes files of reports that have expired."""

from sqlalchemy import delete, select

from warehouse.platform.scope import Scope
from warehouse.reports.tables import ReportFileRow, ReportRow


async def tidy(scope: Scope) -> None:
    """Remove the files; the reports themselves stay, and say that their file has expired."""
    expired = select(ReportRow.id).where(ReportRow.expires_at <= scope.clock.now())
    await scope.session.execute(delete(ReportFileRow).where(ReportFileRow.report_id.in_(expired)))
