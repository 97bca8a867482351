"""A handler is not asynchronous."""

from shelf.handlers import OrdersHandlers
from shelf.replies import ListOrders204, ListOrdersReply


class Orders(OrdersHandlers):
    def list_orders(self) -> ListOrdersReply:  # mypy: incompatible with return type "Coroutine # pyright: overrides class "OrdersHandlers" in an incompatible manner
        return ListOrders204()
