"""Scaffolded handlers of an operation that the contract does not have any more, or by another name."""

from typing import final

from desk.security import Authenticator, Caller
from desk.wiring import Operation
from shelf.handlers import OrdersHandlers
from shelf.replies import ListOrders204, ListOrdersReply
from typing_extensions import override


@final
class Orders(OrdersHandlers):
    @override
    async def list_orders(self) -> ListOrdersReply:
        return ListOrders204()

    @override
    async def find_orders(self) -> ListOrdersReply:  # mypy: no base method was found # pyright: Method "find_orders" is marked as override, but no base method of same name is present
        return ListOrders204()


@final
class Desk(Authenticator):
    @override
    async def session(self, token: str, *, operation: Operation) -> Caller | None:
        return None

    @override
    async def desk_key(self, key: str, *, operation: Operation) -> Caller | None:
        return None

    @override
    async def basic(self, user: str, word: str, *, operation: Operation) -> None:  # mypy: no base method was found # pyright: no base method of same name is present
        return None
