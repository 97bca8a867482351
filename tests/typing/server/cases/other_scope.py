"""Handlers want another unit of work than the one that is opened."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import final

from shelf.handlers import ItemsHandlers, OrdersHandlers
from shelf.replies import ListOrders204, ListOrdersReply
from shelf.wiring import Call, Contract


@asynccontextmanager
async def opened(call: Call) -> AsyncIterator[int]:
    yield 1


@final
class Orders(OrdersHandlers):
    def __init__(self, session: str) -> None:
        self.session = session

    async def list_orders(self) -> ListOrdersReply:
        return ListOrders204()


def wire(items: ItemsHandlers) -> Contract[int]:
    return Contract(
        scope=opened,
        items=lambda _scope: items,
        orders=Orders,  # mypy: incompatible type "type[Orders]" # pyright: cannot be assigned to parameter "orders"
    )
