"""A reply has a body of another type, or a member of another type."""

from shelf import models
from shelf.handlers import ItemsHandlers
from shelf.replies import GetItem200, GetItemReply


class Items(ItemsHandlers):
    async def get_item(self, *, sku: str) -> GetItemReply:
        if sku == "a":
            return GetItem200("text")  # mypy: incompatible type "str"; expected "Item" # pyright: cannot be assigned to parameter "body"
        return GetItem200(models.Item(sku=sku, count="many"))  # mypy: incompatible type "str"; expected "int | None" # pyright: cannot be assigned to parameter "count"
