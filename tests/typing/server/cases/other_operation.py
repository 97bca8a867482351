"""The declared return type belongs to another operation."""

from shelf import models
from shelf.handlers import ItemsHandlers
from shelf.replies import CreateItem201, CreateItemReply


class Items(ItemsHandlers):
    async def get_item(self, *, sku: str) -> CreateItemReply:  # mypy: Return type # pyright: overrides class "ItemsHandlers" in an incompatible manner
        return CreateItem201(models.Item(sku=sku), location="/")
