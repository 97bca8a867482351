"""Tables of plans, the subscription and invoices."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from warehouse.platform.database import Base, Cents

SUBSCRIPTION_ID = 1
"""The warehouse has one subscription: one row, with this key."""


class PlanRow(Base):
    """A plan. One that is no longer on offer stays in force for a subscription that has it."""

    __tablename__ = "plans"
    __table_args__ = (Index(None, "price", "id"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    price: Mapped[Decimal] = mapped_column(Cents)
    currency: Mapped[str] = mapped_column(String(3))
    interval: Mapped[str] = mapped_column(String(8))
    item_limit: Mapped[int | None]
    monthly_movement_limit: Mapped[int | None]
    is_offered: Mapped[bool]


class SubscriptionRow(Base):
    """The plan in force."""

    __tablename__ = "subscriptions"
    __table_args__ = (CheckConstraint(f"id = {SUBSCRIPTION_ID}", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    plan_id: Mapped[str] = mapped_column(ForeignKey("plans.id"))
    status: Mapped[str] = mapped_column(String(16))
    started_at: Mapped[datetime]
    trial_ends_at: Mapped[datetime | None]


class PendingChargeRow(Base):
    """What a change of plan adds to the next invoice; negative if the new plan costs less."""

    __tablename__ = "pending_charges"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    description: Mapped[str] = mapped_column(String(200))
    amount: Mapped[Decimal] = mapped_column(Cents)
    currency: Mapped[str] = mapped_column(String(3))
    created_at: Mapped[datetime]


class InvoiceRow(Base):
    """An invoice; `period` names the month it is for, so that none is written twice."""

    __tablename__ = "invoices"
    __table_args__ = (Index(None, "issued_at", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(32), unique=True)
    period: Mapped[str] = mapped_column(String(7), unique=True)
    status: Mapped[str] = mapped_column(String(16))
    total: Mapped[Decimal] = mapped_column(Cents)
    currency: Mapped[str] = mapped_column(String(3))
    issued_at: Mapped[datetime]
    due_on: Mapped[date]
    paid_at: Mapped[datetime | None]


class InvoiceLineRow(Base):
    """One line of an invoice."""

    __tablename__ = "invoice_lines"

    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("invoices.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    description: Mapped[str] = mapped_column(String(200))
    quantity: Mapped[int]
    unit_price: Mapped[Decimal] = mapped_column(Cents)
    amount: Mapped[Decimal] = mapped_column(Cents)
