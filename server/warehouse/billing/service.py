"""Plans, the subscription and what it has used, and invoices."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, func, select, type_coerce
from sqlalchemy.orm import InstrumentedAttribute

from warehouse.billing.periods import Period, monthly, period_of, prorated
from warehouse.billing.tables import (
    SUBSCRIPTION_ID,
    InvoiceLineRow,
    InvoiceRow,
    PendingChargeRow,
    PlanRow,
    SubscriptionRow,
)
from warehouse.contract.problems import NotFound, PlanTooSmall
from warehouse.items import repository as items
from warehouse.platform.ids import new_id
from warehouse.platform.pagination import Page, SortKey, read_page
from warehouse.platform.scope import Scope
from warehouse.reports.tables import ReportRow
from warehouse.stock.tables import MovementRow


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageFigures:
    """What a period has used so far."""

    period: Period
    item_count: int
    movement_count: int
    report_count: int


@dataclass(frozen=True, slots=True)
class SubscriptionState:
    """The plan in force and what it has used."""

    subscription: SubscriptionRow
    plan: PlanRow
    status: str
    usage: UsageFigures


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice with its lines in order."""

    row: InvoiceRow
    lines: Sequence[InvoiceLineRow]


async def list_plans(scope: Scope, *, cursor: str | None, limit: int) -> Page:
    """Return a page of the plans on offer, the cheapest first; each row begins with a `PlanRow`.

    Raises InvalidCursor.
    """
    cents: ColumnElement[int] = type_coerce(PlanRow.price, BigInteger)
    order = [SortKey(cents), SortKey(PlanRow.id)]
    statement = select(PlanRow).where(PlanRow.is_offered)
    return await read_page(scope, statement, order=order, cursor=cursor, limit=limit, query={"list": "plans"})


async def subscription_state(scope: Scope) -> SubscriptionState:
    """Return the subscription of the warehouse."""
    return await _state(scope, await scope.session.get_one(SubscriptionRow, SUBSCRIPTION_ID))


async def change_plan(scope: Scope, plan_id: str) -> SubscriptionState:
    """Put another plan in force at once; what it costs more or less this month goes to the next invoice.

    Raises NotFound (plan), PlanTooSmall.
    """
    subscription = await scope.session.get_one(SubscriptionRow, SUBSCRIPTION_ID, with_for_update=True)
    plan = await scope.session.get(PlanRow, plan_id)
    if plan is None or not plan.is_offered:
        raise NotFound(f"There is no plan {plan_id}.", resource="plan")
    if plan.id != subscription.plan_id:
        await _refuse_too_small(scope, plan)
        await _change(scope, subscription, plan)
    return await _state(scope, subscription)


async def usage(scope: Scope) -> UsageFigures:
    """Return what the current period has used so far."""
    period = period_of(scope.clock.now())
    return UsageFigures(
        period=period,
        item_count=await items.count(scope.session),
        movement_count=await _count_in(scope, MovementRow.created_at, period),
        report_count=await _count_in(scope, ReportRow.created_at, period),
    )


async def list_invoices(scope: Scope, *, cursor: str | None, limit: int) -> tuple[Sequence[Invoice], str | None]:
    """Return a page of invoices, the newest first, and the cursor of the next one.

    Raises InvalidCursor.
    """
    order = [
        SortKey(InvoiceRow.issued_at, descending=True),
        SortKey(InvoiceRow.id, descending=True),
    ]
    page = await read_page(
        scope, select(InvoiceRow), order=order, cursor=cursor, limit=limit, query={"list": "invoices"}
    )
    return await _with_lines(scope, [row[0] for row in page.rows]), page.next_cursor


async def get_invoice(scope: Scope, invoice_id: UUID) -> Invoice:
    """Return an invoice.

    Raises NotFound.
    """
    row = await scope.session.get(InvoiceRow, invoice_id)
    if row is None:
        raise NotFound("There is no such invoice.", resource="invoice")
    return (await _with_lines(scope, [row]))[0]


async def _with_lines(scope: Scope, invoices: Sequence[InvoiceRow]) -> Sequence[Invoice]:
    lines: dict[UUID, list[InvoiceLineRow]] = {invoice.id: [] for invoice in invoices}
    statement = select(InvoiceLineRow).where(InvoiceLineRow.invoice_id.in_(lines))
    for line in await scope.session.scalars(statement.order_by(InvoiceLineRow.position)):
        lines[line.invoice_id].append(line)
    return [Invoice(invoice, lines[invoice.id]) for invoice in invoices]


async def _state(scope: Scope, subscription: SubscriptionRow) -> SubscriptionState:
    plan = await scope.session.get_one(PlanRow, subscription.plan_id)
    status = effective_status(subscription, scope.clock.now())
    return SubscriptionState(subscription, plan, status, await usage(scope))


def effective_status(subscription: SubscriptionRow, now: datetime) -> str:
    """Return where the subscription stands; a trial that has ended is an active subscription."""
    ends = subscription.trial_ends_at
    if subscription.status == "trialing" and ends is not None and ends <= now:
        return "active"
    return subscription.status


async def _refuse_too_small(scope: Scope, plan: PlanRow) -> None:
    count = await items.count(scope.session)
    if plan.item_limit is not None and count > plan.item_limit:
        raise PlanTooSmall(
            f"The plan {plan.id} holds {plan.item_limit} items, you have {count}.",
            item_limit=plan.item_limit,
            item_count=count,
        )


async def _change(scope: Scope, subscription: SubscriptionRow, plan: PlanRow) -> None:
    now = scope.clock.now()
    old = await scope.session.get_one(PlanRow, subscription.plan_id)
    difference = _difference(old, plan, now)
    if difference and effective_status(subscription, now) != "trialing":
        scope.session.add(
            PendingChargeRow(
                id=new_id(),
                description=f"Change from {old.name} to {plan.name} on {now:%Y-%m-%d}",
                amount=difference,
                currency=plan.currency,
                created_at=now,
            )
        )
    scope.audit.record("subscription.changed", plan.id, plan_before=old.id)
    subscription.plan_id, subscription.started_at = plan.id, now


def _difference(old: PlanRow, new: PlanRow, now: datetime) -> Decimal:
    more = monthly(new.price, new.interval) - monthly(old.price, old.interval)
    return prorated(more, moment=now, period=period_of(now))


async def _count_in(scope: Scope, moment: InstrumentedAttribute[datetime], period: Period) -> int:
    statement = select(func.count()).where(moment >= period.start, moment < period.end)
    return await scope.session.scalar(statement) or 0
