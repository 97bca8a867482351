"""What the billing needs to work, and sample invoices."""

from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import select

from warehouse.billing import invoicing
from warehouse.billing.periods import Period, period_of
from warehouse.billing.tables import SUBSCRIPTION_ID, InvoiceLineRow, InvoiceRow, PlanRow, SubscriptionRow
from warehouse.platform.ids import new_id
from warehouse.platform.scope import Scope

_PLANS = (
    # id, name, price, interval, items, movements a month
    ("starter", "Starter", "9.00", "month", 100, 1_000),
    ("team", "Team", "49.00", "month", 10_000, None),
    ("business", "Business", "199.00", "month", None, None),
    ("business-yearly", "Business, paid yearly", "1990.00", "year", None, None),
)
_FIRST_PLAN = "team"
_CURRENCY = "EUR"
_DEMO_MONTHS = 3


async def seed(scope: Scope, *, demo: bool) -> None:
    """Add the plans, the subscription and the monthly job; with `demo` also invoices of the last months."""
    for id_, name, price, interval, item_limit, movement_limit in _PLANS:
        if await scope.session.get(PlanRow, id_) is None:
            scope.session.add(
                PlanRow(
                    id=id_,
                    name=name,
                    price=Decimal(price),
                    currency=_CURRENCY,
                    interval=interval,
                    item_limit=item_limit,
                    monthly_movement_limit=movement_limit,
                    is_offered=True,
                )
            )
    await scope.session.flush()
    await _subscribe(scope)
    await invoicing.ensure_queued(scope)
    if demo and await scope.session.scalar(select(InvoiceRow.id).limit(1)) is None:
        await _sample_invoices(scope)


async def _subscribe(scope: Scope) -> None:
    if await scope.session.get(SubscriptionRow, SUBSCRIPTION_ID) is not None:
        return
    scope.session.add(
        SubscriptionRow(
            id=SUBSCRIPTION_ID,
            plan_id=_FIRST_PLAN,
            status="active",
            started_at=scope.clock.now(),
            trial_ends_at=None,
        )
    )
    await scope.session.flush()


async def _sample_invoices(scope: Scope) -> None:
    plan = await scope.session.get_one(PlanRow, _FIRST_PLAN)
    periods = [period_of(scope.clock.now())]
    while len(periods) < _DEMO_MONTHS:
        periods.insert(0, period_of(periods[0].start - timedelta(days=1)))
    for number, period in enumerate(periods, start=1):
        paid_at = None if period is periods[-1] else period.start + timedelta(days=9)
        await _sample_invoice(scope, plan, period, number, paid_at)


async def _sample_invoice(scope: Scope, plan: PlanRow, period: Period, number: int, paid_at: datetime | None) -> None:
    invoice = InvoiceRow(
        id=new_id(),
        number=f"INV-{period.start.year}-{number:04}",
        period=period.key,
        status="open" if paid_at is None else "paid",
        total=plan.price,
        currency=plan.currency,
        issued_at=period.start,
        due_on=(period.start + invoicing.PAYABLE_WITHIN).date(),
        paid_at=paid_at,
    )
    scope.session.add(invoice)
    await scope.session.flush()
    scope.session.add(
        InvoiceLineRow(
            invoice_id=invoice.id,
            position=0,
            description=f"Plan {plan.name}, {period.name}",
            quantity=1,
            unit_price=plan.price,
            amount=plan.price,
        )
    )
