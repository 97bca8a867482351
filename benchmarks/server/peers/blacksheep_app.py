"""BlackSheep with Pydantic for bodies and replies, as its documentation binds them."""

from datetime import datetime
from typing import Annotated, Any, Literal

import data
from blacksheep import Application, Content, FromJSON, Request, Response
from blacksheep.server.bindings import InvalidRequestBody
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError


class Location(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    warehouse: str
    aisle: int
    bin: str


class Item(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int
    sku: Annotated[str, Field(pattern=data.SKU_PATTERN)]
    name: str
    quantity: Annotated[int, Field(ge=0)]
    reorder_level: int
    unit_price: str
    status: Literal["active", "discontinued", "backorder"]
    location: Location
    created_at: datetime
    updated_at: datetime


class Restock(BaseModel):
    sku: Annotated[str, Field(pattern=data.SKU_PATTERN)]
    quantity: Annotated[int, Field(ge=1, le=100000)]
    note: Annotated[str | None, Field(max_length=200)] = None


ONE, MANY = TypeAdapter(Item), TypeAdapter(list[Item])
app = Application(show_error_details=False)


def answer(kind: TypeAdapter[Any], value: object) -> Response:
    return Response(200, content=Content(b"application/json", kind.dump_json(kind.validate_python(value))))


@app.router.get("/items/{item_id}")
async def get_item(item_id: int) -> Response:
    item = data.BY_ID.get(item_id)
    return Response(404) if item is None else answer(ONE, item)


@app.router.get("/items")
async def list_items() -> Response:
    return answer(MANY, data.ITEMS)


@app.router.post("/restock")
async def restock(body: FromJSON[Restock]) -> Response:
    item = data.restocked(body.value.sku, body.value.quantity)
    return Response(404) if item is None else answer(ONE, item)


@app.exception_handler(InvalidRequestBody)
async def refused(_app: Application, _request: Request, error: InvalidRequestBody) -> Response:
    cause = error.__cause__
    faults = cause.json(include_url=False) if isinstance(cause, ValidationError) else "[]"
    return Response(422, content=Content(b"application/json", faults.encode()))
