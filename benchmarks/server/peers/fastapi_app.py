"""FastAPI as its tutorial writes it."""

from datetime import datetime
from typing import Annotated, Literal

import data
from fastapi import APIRouter, FastAPI, HTTPException
from pydantic import BaseModel, ConfigDict, Field


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


router = APIRouter()


@router.get("/items/{item_id}", response_model=Item)
async def get_item(item_id: int) -> object:
    item = data.BY_ID.get(item_id)
    if item is None:
        raise HTTPException(404)
    return item


@router.get("/items", response_model=list[Item])
async def list_items() -> object:
    return data.ITEMS


@router.post("/restock", response_model=Item)
async def restock(body: Restock) -> object:
    item = data.restocked(body.sku, body.quantity)
    if item is None:
        raise HTTPException(404)
    return item


app = FastAPI()
app.include_router(router)
