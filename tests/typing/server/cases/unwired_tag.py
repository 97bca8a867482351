"""A whole tag is not wired."""

from contextlib import nullcontext

from shelf.handlers import ItemsHandlers
from shelf.wiring import Contract


def wire(items: ItemsHandlers) -> Contract[None]:
    return Contract(  # mypy: Missing named argument "orders" # pyright: Argument missing for parameter "orders"
        scope=lambda _call: nullcontext(),
        items=lambda _scope: items,
    )
