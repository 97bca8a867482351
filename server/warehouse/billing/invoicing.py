"""Writes one invoice a month: the fee of the plan, and what changes of plan have added or saved."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, func, select

from warehouse.billing.charges import NOTHING, Charge, compose
from warehouse.billing.periods import Period, period_of
from warehouse.billing.service import effective_status
from warehouse.billing.tables import (
    SUBSCRIPTION_ID,
    InvoiceLineRow,
    InvoiceRow,
    PendingChargeRow,
    PlanRow,
    SubscriptionRow,
)
from warehouse.platform.ids import new_id
from warehouse.platform.jobs import JobContext
from warehouse.platform.outbox import JobRow
from warehouse.platform.scope import Scope

INVOICE = "billing.invoice"
"""The kind of the job that writes the invoice of a month and queues itself for the next one."""

PAYABLE_WITHIN = timedelta(days=14)


async def write_invoice(scope: Scope, period: Period) -> InvoiceRow | None:
    """Write the invoice of a period; return None if it is written already or there is nothing to charge."""
    if await scope.session.scalar(select(InvoiceRow.id).where(InvoiceRow.period == period.key)) is not None:
        return None
    subscription = await scope.session.get_one(SubscriptionRow, SUBSCRIPTION_ID, with_for_update=True)
    plan = await scope.session.get_one(PlanRow, subscription.plan_id)
    pending = (await scope.session.scalars(select(PendingChargeRow).order_by(PendingChargeRow.id))).all()
    fee = _fee(scope, subscription, plan, period)
    lines, credit = compose(fee, [Charge(charge.description, charge.amount) for charge in pending])
    if not lines:
        return None
    await scope.session.execute(delete(PendingChargeRow))
    if credit:
        _keep(scope, credit, plan.currency)
    return await _store(scope, period, lines, plan.currency)


async def invoice_and_continue(context: JobContext, payload: Mapping[str, Any]) -> None:
    """Write the invoice of the current month, and queue the job of the next month."""
    del payload
    async with context.scope() as scope:
        period = period_of(scope.clock.now())
        await write_invoice(scope, period)
        scope.jobs.enqueue(INVOICE, {}, run_at=period.end)


async def continue_anyway(context: JobContext, payload: Mapping[str, Any], reason: str) -> None:
    """Queue the job of the next month when this one has failed for good; the reason is in the log."""
    del payload, reason
    async with context.scope() as scope:
        scope.jobs.enqueue(INVOICE, {}, run_at=period_of(scope.clock.now()).end)


async def ensure_queued(scope: Scope) -> None:
    """Queue the job of the next month unless one is waiting."""
    waiting = select(JobRow.id).where(JobRow.kind == INVOICE, JobRow.finished_at.is_(None)).limit(1)
    if await scope.session.scalar(waiting) is None:
        scope.jobs.enqueue(INVOICE, {}, run_at=period_of(scope.clock.now()).end)


def _fee(scope: Scope, subscription: SubscriptionRow, plan: PlanRow, period: Period) -> Charge | None:
    """Return the fee of a period: none in a trial, none for nothing, a year's fee in its first month only."""
    trial = effective_status(subscription, scope.clock.now()) != "active"
    later_month = plan.interval == "year" and subscription.started_at.month != period.start.month
    if trial or later_month or not plan.price:
        return None
    return Charge(f"Plan {plan.name}, {period.name}", plan.price)


def _keep(scope: Scope, credit: Decimal, currency: str) -> None:
    description = "Credit of an earlier change of plan"
    now = scope.clock.now()
    scope.session.add(
        PendingChargeRow(id=new_id(), description=description, amount=credit, currency=currency, created_at=now)
    )


async def _store(scope: Scope, period: Period, lines: Sequence[Charge], currency: str) -> InvoiceRow:
    now = scope.clock.now()
    invoice = InvoiceRow(
        id=new_id(),
        number=await _next_number(scope, now.year),
        period=period.key,
        status="open",
        total=sum((line.amount for line in lines), NOTHING),
        currency=currency,
        issued_at=now,
        due_on=(now + PAYABLE_WITHIN).date(),
        paid_at=None,
    )
    scope.session.add(invoice)
    await scope.session.flush()
    scope.session.add_all(
        InvoiceLineRow(
            invoice_id=invoice.id,
            position=position,
            description=line.description,
            quantity=1,
            unit_price=line.amount,
            amount=line.amount,
        )
        for position, line in enumerate(lines)
    )
    return invoice


async def _next_number(scope: Scope, year: int) -> str:
    beginning = f"INV-{year}-"
    statement = select(func.count()).select_from(InvoiceRow).where(InvoiceRow.number.startswith(beginning))
    return f"{beginning}{(await scope.session.scalar(statement) or 0) + 1:04}"
