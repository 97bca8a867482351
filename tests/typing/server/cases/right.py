"""A complete implementation."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import final

from shelf import models, problems
from shelf.handlers import ItemsHandlers, OrdersHandlers
from shelf.replies import (
    CreateItem201,
    CreateItemReply,
    ExportItems200,
    ExportItemsReply,
    GetItem200,
    GetItemReply,
    ListOrders204,
    ListOrdersReply,
)
from shelf.router import create_app
from shelf.wiring import Call, Contract


class Session:
    """A unit of work."""


@asynccontextmanager
async def session(call: Call) -> AsyncIterator[Session]:
    yield Session()


@final
class Items(ItemsHandlers):
    def __init__(self, session: Session) -> None:
        self.session = session

    async def get_item(self, *, sku: str) -> GetItemReply:
        if not sku:
            raise problems.NotFound("There is none.")
        return GetItem200(models.Item(sku=sku))

    async def create_item(self, *, body: models.Item) -> CreateItemReply:
        return CreateItem201(body, location=f"/items/{body.sku}")

    async def export_items(self) -> ExportItemsReply:
        return ExportItems200(self._all())

    async def _all(self) -> AsyncIterator[models.Item]:
        yield models.Item(sku="a", count=1)


@final
class Orders(OrdersHandlers):
    async def list_orders(self) -> ListOrdersReply:
        return ListOrders204()


app = create_app(Contract(scope=session, items=Items, orders=lambda _session: Orders()))
