"""Stock and movements as the contract shows them."""

from warehouse.contract import models
from warehouse.stock.service import StockFigures
from warehouse.stock.tables import MovementRow

Movement = models.RestockMovement | models.PickMovement | models.TransferMovement | models.AdjustmentMovement


def stock(figures: StockFigures) -> models.Stock:
    """Return the stock of an item as it is answered."""
    levels = [
        models.StockAtLocation(
            location_id=level.location_id, location_code=level.location_code, quantity=level.quantity
        )
        for level in figures.levels
    ]
    return models.Stock(sku=figures.sku, quantity=figures.quantity, locations=levels, as_of=figures.as_of)


def movement(row: MovementRow) -> Movement:
    """Return a movement of any kind as it is answered."""
    if row.kind == "restock":
        return restock(row)
    if row.kind == "pick":
        return pick(row)
    if row.kind == "transfer":
        return transfer(row)
    return adjustment(row)


def restock(row: MovementRow) -> models.RestockMovement:
    """Return goods that arrived."""
    return models.RestockMovement(
        kind="restock",
        id=row.id,
        sku=row.sku,
        quantity=row.quantity,
        location_id=row.location_id,
        balance=row.balance,
        reference=row.reference,
        actor_id=row.actor_id,
        created_at=row.created_at,
    )


def pick(row: MovementRow) -> models.PickMovement:
    """Return goods that were taken."""
    return models.PickMovement(
        kind="pick",
        id=row.id,
        sku=row.sku,
        quantity=row.quantity,
        location_id=row.location_id,
        balance=row.balance,
        reference=row.reference,
        actor_id=row.actor_id,
        created_at=row.created_at,
    )


def transfer(row: MovementRow) -> models.TransferMovement:
    """Return goods that were moved."""
    assert row.to_location_id is not None, "a transfer is booked with both locations"
    assert row.to_balance is not None, "a transfer is booked with both balances"
    return models.TransferMovement(
        kind="transfer",
        id=row.id,
        sku=row.sku,
        quantity=row.quantity,
        from_location_id=row.location_id,
        to_location_id=row.to_location_id,
        from_balance=row.balance,
        to_balance=row.to_balance,
        reference=row.reference,
        actor_id=row.actor_id,
        created_at=row.created_at,
    )


def adjustment(row: MovementRow) -> models.AdjustmentMovement:
    """Return a correction of the books."""
    assert row.reason is not None, "an adjustment is booked with its reason"
    return models.AdjustmentMovement(
        kind="adjustment",
        id=row.id,
        sku=row.sku,
        delta=row.quantity,
        reason=models.AdjustmentReason(row.reason),
        location_id=row.location_id,
        balance=row.balance,
        reference=row.reference,
        actor_id=row.actor_id,
        created_at=row.created_at,
    )
