"""The operations on stock. Repeats by `Idempotency-Key` are answered before they come here."""

from typing import final

from warehouse.contract import models
from warehouse.contract.handlers.stock import StockHandlers
from warehouse.contract.replies.stock import (
    AdjustStock201,
    GetStock200,
    ListMovements200,
    PickItem201,
    RestockItem201,
    TransferStock201,
)
from warehouse.contract.wiring import Caller
from warehouse.platform.identity import known
from warehouse.platform.scope import Scope
from warehouse.stock import representation, service
from warehouse.stock.service import Booking


@final
class Stock(StockHandlers):
    """Serves the stock. All accounts see the same."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    async def get_stock(self, *, caller: Caller, sku: str) -> GetStock200:  # noqa: ARG002
        """Answer the stock of an item."""
        return GetStock200(representation.stock(await service.stock_of(self._scope, sku)))

    async def restock_item(
        self,
        *,
        caller: Caller,
        sku: str,
        body: models.RestockRequest,
        idempotency_key: str,  # noqa: ARG002
    ) -> RestockItem201:
        """Put goods on the shelf."""
        booking = Booking(sku=sku, quantity=body.quantity, location_id=body.location_id, reference=body.reference)
        row = await service.restock(self._scope, booking, actor_id=known(caller).user_id)
        return RestockItem201(representation.restock(row))

    async def pick_item(
        self,
        *,
        caller: Caller,
        sku: str,
        body: models.PickRequest,
        idempotency_key: str,  # noqa: ARG002
    ) -> PickItem201:
        """Take goods off the shelf."""
        booking = Booking(sku=sku, quantity=body.quantity, location_id=body.location_id, reference=body.reference)
        row = await service.pick(self._scope, booking, actor_id=known(caller).user_id)
        return PickItem201(representation.pick(row))

    async def transfer_stock(
        self,
        *,
        caller: Caller,
        body: models.TransferRequest,
        idempotency_key: str,  # noqa: ARG002
    ) -> TransferStock201:
        """Move goods between locations."""
        booking = Booking(
            sku=body.sku, quantity=body.quantity, location_id=body.from_location_id, reference=body.reference
        )
        actor_id = known(caller).user_id
        row = await service.transfer(self._scope, booking, to_location_id=body.to_location_id, actor_id=actor_id)
        return TransferStock201(representation.transfer(row))

    async def adjust_stock(
        self,
        *,
        caller: Caller,
        body: models.AdjustmentRequest,
        idempotency_key: str,  # noqa: ARG002
    ) -> AdjustStock201:
        """Correct the books."""
        booking = Booking(sku=body.sku, quantity=body.delta, location_id=body.location_id, reference=body.reference)
        actor_id = known(caller).user_id
        row = await service.adjust(self._scope, booking, reason=body.reason.value, actor_id=actor_id)
        return AdjustStock201(representation.adjustment(row))

    async def list_movements(
        self,
        *,
        caller: Caller,  # noqa: ARG002
        sku: str | None,
        kinds: list[models.MovementKind] | None,
        cursor: str | None,
        limit: int,
    ) -> ListMovements200:
        """Answer a page of the journal."""
        wanted = None if kinds is None else [kind.value for kind in kinds]
        page = await service.list_movements(self._scope, sku=sku, kinds=wanted, cursor=cursor, limit=limit)
        items = [representation.movement(row[0]) for row in page.rows]
        return ListMovements200(models.MovementPage(items=items, next_cursor=page.next_cursor))
