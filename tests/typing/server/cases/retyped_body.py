"""The body has another type."""

from shelf import models
from shelf.handlers import ItemsHandlers
from shelf.replies import CreateItem201, CreateItemReply


class Items(ItemsHandlers):
    async def create_item(self, *, body: dict[str, str]) -> CreateItemReply:  # mypy: incompatible with supertype # pyright: overrides class "ItemsHandlers" in an incompatible manner
        return CreateItem201(models.Item(sku=body["sku"]), location="/")
