"""An operation is missing; the class is final."""

from typing import final

from shelf import models
from shelf.handlers import ItemsHandlers
from shelf.replies import CreateItem201, CreateItemReply, GetItem200, GetItemReply


@final
class Items(ItemsHandlers):  # mypy: abstract attributes "export_items" # pyright: "ItemsHandlers.export_items" is not implemented
    async def get_item(self, *, sku: str) -> GetItemReply:
        return GetItem200(models.Item(sku=sku))

    async def create_item(self, *, body: models.Item) -> CreateItemReply:
        return CreateItem201(body, location="/")
