"""A required header is forgotten."""

from shelf import models
from shelf.handlers import ItemsHandlers
from shelf.replies import CreateItem201, CreateItemReply


class Items(ItemsHandlers):
    async def create_item(self, *, body: models.Item) -> CreateItemReply:
        return CreateItem201(body)  # mypy: Missing named argument "location" # pyright: Argument missing for parameter "location"
