"""A stream holds items of another type."""

from collections.abc import AsyncIterator

from shelf.handlers import ItemsHandlers
from shelf.replies import ExportItems200, ExportItemsReply


async def lines() -> AsyncIterator[str]:
    yield "a"


class Items(ItemsHandlers):
    async def export_items(self) -> ExportItemsReply:
        return ExportItems200(lines())  # mypy: incompatible type "AsyncIterator[str]" # pyright: cannot be assigned to parameter "body"
