"""The body returns a reply that the operation does not declare."""

from shelf import models
from shelf.handlers import ItemsHandlers
from shelf.replies import CreateItem201, GetItemReply


class Items(ItemsHandlers):
    async def get_item(self, *, sku: str) -> GetItemReply:
        return CreateItem201(models.Item(sku=sku), location="/")  # mypy: Incompatible return value type # pyright: is not assignable to return type
