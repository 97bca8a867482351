"""Litestar on its native msgspec structures."""

from datetime import datetime
from typing import Annotated, Any, Literal

import data
import msgspec
from litestar import Litestar, Request, get, post
from litestar.exceptions import NotFoundException, ValidationException
from litestar.response import Response
from msgspec import Meta, Struct


class Location(Struct):
    warehouse: str
    aisle: int
    bin: str


class Item(Struct):
    id: int
    sku: Annotated[str, Meta(pattern=data.SKU_PATTERN)]
    name: str
    quantity: Annotated[int, Meta(ge=0)]
    reorder_level: int
    unit_price: str
    status: Literal["active", "discontinued", "backorder"]
    location: Location
    created_at: datetime
    updated_at: datetime


class Restock(Struct):
    sku: Annotated[str, Meta(pattern=data.SKU_PATTERN)]
    quantity: Annotated[int, Meta(ge=1, le=100000)]
    note: Annotated[str, Meta(max_length=200)] | None = None


@get("/items/{item_id:int}", sync_to_thread=False)
async def get_item(item_id: int) -> Item:
    item = data.BY_ID.get(item_id)
    if item is None:
        raise NotFoundException
    return msgspec.convert(item, Item, from_attributes=True)


@get("/items")
async def list_items() -> list[Item]:
    return msgspec.convert(data.ITEMS, list[Item], from_attributes=True)


@post("/restock", status_code=200)
async def restock(data: Restock) -> Item:  # the framework's name for the body
    return msgspec.convert(find(data), Item, from_attributes=True)


def find(body: Restock) -> Any:
    item = data.restocked(body.sku, body.quantity)
    if item is None:
        raise NotFoundException
    return item


def refused(_request: Request[Any, Any, Any], error: ValidationException) -> Response[Any]:
    return Response({"detail": error.extra}, status_code=422)


app = Litestar([get_item, list_items, restock], exception_handlers={ValidationException: refused}, openapi_config=None)
