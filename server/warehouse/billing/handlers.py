"""The operations on the subscription and its invoices."""

from datetime import UTC, date, datetime
from decimal import Decimal
from email.utils import format_datetime
from typing import final
from uuid import UUID

from warehouse.billing import service
from warehouse.billing.service import Invoice, SubscriptionState, UsageFigures
from warehouse.billing.tables import PlanRow
from warehouse.contract import models
from warehouse.contract.handlers.billing import BillingHandlers
from warehouse.contract.operations import get_usage
from warehouse.contract.replies.billing import (
    ChangeSubscription200,
    GetInvoice200,
    GetSubscription200,
    GetUsage200,
    ListInvoices200,
    ListPlans200,
)
from warehouse.contract.wiring import Caller
from warehouse.platform.scope import Scope

USAGE_DEPRECATED_SINCE = datetime(2026, 11, 1, tzinfo=UTC)
"""When `getUsage` was deprecated in favour of `getSubscription`."""


@final
class Billing(BillingHandlers):
    """Serves the billing of the warehouse."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    async def list_plans(self, *, cursor: str | None, limit: int) -> ListPlans200:
        """Answer a page of the plans on offer."""
        page = await service.list_plans(self._scope, cursor=cursor, limit=limit)
        return ListPlans200(models.PlanPage(items=[_plan(row[0]) for row in page.rows], next_cursor=page.next_cursor))

    async def get_subscription(self, *, caller: Caller) -> GetSubscription200:  # noqa: ARG002
        """Answer the plan in force."""
        return GetSubscription200(_subscription(await service.subscription_state(self._scope)))

    async def change_subscription(
        self,
        *,
        caller: Caller,  # noqa: ARG002
        body: models.SubscriptionChange,
    ) -> ChangeSubscription200:
        """Put another plan in force."""
        return ChangeSubscription200(_subscription(await service.change_plan(self._scope, body.plan_id)))

    async def get_usage(self, *, caller: Caller) -> GetUsage200:  # noqa: ARG002
        """Answer what the current period has used."""
        return GetUsage200(
            _usage(await service.usage(self._scope)),
            deprecation=f"@{int(USAGE_DEPRECATED_SINCE.timestamp())}",
            sunset=http_date(_end_of_usage()),
        )

    async def list_invoices(self, *, caller: Caller, cursor: str | None, limit: int) -> ListInvoices200:  # noqa: ARG002
        """Answer a page of invoices."""
        invoices, next_cursor = await service.list_invoices(self._scope, cursor=cursor, limit=limit)
        return ListInvoices200(models.InvoicePage(items=[*map(_invoice, invoices)], next_cursor=next_cursor))

    async def get_invoice(self, *, caller: Caller, invoice_id: UUID) -> GetInvoice200:  # noqa: ARG002
        """Answer one invoice."""
        return GetInvoice200(_invoice(await service.get_invoice(self._scope, invoice_id)))


def http_date(day: date) -> str:
    """Return the first moment of a day in UTC as an HTTP date (RFC 9110, section 5.6.7)."""
    return format_datetime(datetime(day.year, day.month, day.day, tzinfo=UTC), usegmt=True)


def _end_of_usage() -> date:
    """Return when the contract switches `getUsage` off."""
    sunset = get_usage.sunset
    assert sunset is not None, "the contract deprecates getUsage"
    return date.fromisoformat(sunset.date)


def _money(amount: Decimal, currency: str) -> models.Money:
    return models.Money(amount=str(amount), currency=currency)


def _plan(row: PlanRow) -> models.Plan:
    return models.Plan(
        id=row.id,
        name=row.name,
        price=_money(row.price, row.currency),
        interval=models.BillingInterval(row.interval),
        item_limit=row.item_limit,
        monthly_movement_limit=row.monthly_movement_limit,
    )


def _usage(figures: UsageFigures) -> models.Usage:
    return models.Usage(
        period_start=figures.period.start,
        period_end=figures.period.end,
        item_count=figures.item_count,
        movement_count=figures.movement_count,
        report_count=figures.report_count,
    )


def _subscription(state: SubscriptionState) -> models.Subscription:
    return models.Subscription(
        plan=_plan(state.plan),
        status=models.SubscriptionStatus(state.status),
        started_at=state.subscription.started_at,
        trial_ends_at=state.subscription.trial_ends_at,
        usage=_usage(state.usage),
    )


def _invoice(invoice: Invoice) -> models.Invoice:
    row = invoice.row
    lines = [
        models.InvoiceLine(
            description=line.description,
            quantity=line.quantity,
            unit_price=_money(line.unit_price, row.currency),
            amount=_money(line.amount, row.currency),
        )
        for line in invoice.lines
    ]
    return models.Invoice(
        id=row.id,
        number=row.number,
        status=models.InvoiceStatus(row.status),
        lines=lines,
        total=_money(row.total, row.currency),
        issued_at=row.issued_at,
        due_on=row.due_on,
        paid_at=row.paid_at,
    )
