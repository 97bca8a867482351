"""Sample items with some stock, for a database to play with."""

from decimal import Decimal

from sqlalchemy import select

from warehouse.items import service
from warehouse.items.draft import ItemDraft
from warehouse.items.tables import ItemRow
from warehouse.platform.scope import Scope
from warehouse.stock import service as stock
from warehouse.stock.service import Booking
from warehouse.users.tables import UserRow

_ITEMS = (
    # SKU, name, category, price, tags, reorder point, grams, pieces
    ("SKU-1", "Hex bolt M8", "component", "0.35", ("metal", "small"), 100, 18, 240),
    ("SKU-2", "Hex nut M8", "component", "0.12", ("metal", "small"), 100, 6, 80),
    ("SKU-3", "Steel sheet 2 mm", "raw_material", "42.00", ("metal", "heavy"), 10, 15700, 24),
    ("SKU-4", "Cardboard box 40x30", "packaging", "0.89", ("paper",), 200, 310, 1200),
    ("SKU-5", "Bubble wrap, 50 m", "packaging", "12.40", ("plastic", "bulky"), 5, 1900, 3),
    ("SKU-6", "Workbench, oak", "finished_good", "489.00", ("wood", "heavy"), 2, 48000, 6),
    ("SKU-7", "Drive belt 1200", "spare_part", "23.75", ("rubber",), None, 420, 15),
    ("SKU-8", "Glass pane 60x60", "component", "31.90", ("fragile",), 8, 7200, 0),
)


async def seed(scope: Scope, *, demo: bool) -> None:
    """Add the samples if `demo` is set and there is no item yet. They are booked in the name of the first account."""
    if not demo or await scope.session.scalar(select(ItemRow.id).limit(1)) is not None:
        return
    actor_id = await scope.session.scalar(select(UserRow.id).order_by(UserRow.created_at).limit(1))
    for sku, name, category, price, tags, reorder_point, grams, pieces in _ITEMS:
        draft = ItemDraft(
            sku=sku,
            name=name,
            category=category,
            price=Decimal(price),
            currency="EUR",
            tags=tags,
            reorder_point=reorder_point,
            weight_grams=grams,
        )
        await service.create(scope, draft)
        if pieces and actor_id is not None:
            await stock.restock(scope, Booking(sku=sku, quantity=pieces, reference="Opening stock"), actor_id=actor_id)
