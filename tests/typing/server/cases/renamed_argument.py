"""An argument has another name."""

from shelf import models
from shelf.handlers import ItemsHandlers
from shelf.replies import GetItem200, GetItemReply


class Items(ItemsHandlers):
    async def get_item(self, *, item: str) -> GetItemReply:  # mypy: incompatible with supertype # pyright: overrides class "ItemsHandlers" in an incompatible manner
        return GetItem200(models.Item(sku=item))
