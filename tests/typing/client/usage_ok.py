"""What a consumer writes, and what type checkers must accept."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import assert_type

from warehouse_client import (
    AsyncWarehouse,
    NotGiven,
    OAuth2Password,
    OutOfStock,
    Warehouse,
    WebhookReceiver,
    etag_of,
    models,
)
from warehouse_client.runtime.paging import AsyncPage, AsyncPaginator, Page
from warehouse_client.runtime.streams import RawResponse, StreamedResponse


def blocking(client: Warehouse) -> None:
    assert_type(client.items.list(), Page[models.Item, models.ItemPage])
    for item in client.items.list(filter=models.ItemFilter(category="component"), tags=["a"], sort="-sku"):
        assert_type(item, models.Item)
        assert_type(item.sku, str)
        assert_type(item.description, str | None)
        assert_type(item.weight_grams, int | NotGiven)
        assert_type(item.created_at, dt.datetime)
        if item.weight_grams:
            assert_type(item.weight_grams, int)
    created = client.items.create(
        sku="SKU-1", name="Bolt", category="component", price=models.Money(amount="0.35", currency="EUR")
    )
    changed = client.items.update("SKU-1", name="Nut", description=None, if_match=created)
    assert_type(etag_of(changed), str | None)
    assert_type(client.items.delete("SKU-1"), None)
    try:
        client.items.pick("SKU-1", quantity=5, idempotency_key="k", options={"deadline": 5})
    except OutOfStock as error:
        assert_type(error.available, int)
        assert_type(error.request_id, str | None)
    client.items.import_csv(file=Path("items.csv"), dry_run=True)
    client.items.import_csv(file=("items.csv", b"sku", "text/csv"))
    assert_type(client.items.export(accept="text/csv"), str)
    assert_type(client.items.with_raw_response.get("SKU-1"), RawResponse[models.Item])
    with client.items.with_streaming_response.get("SKU-1") as response:
        assert_type(response, StreamedResponse[models.Item])
    client.with_options(timeout=5, retries=0).users.get_current()


async def awaiting(client: AsyncWarehouse) -> None:
    assert_type(client.items.list(), AsyncPaginator[models.Item, models.ItemPage])
    assert_type(await client.items.list(), AsyncPage[models.Item, models.ItemPage])
    async for item in client.items.list():
        assert_type(item, models.Item)
    assert_type(await client.items.with_raw_response.get("SKU-1"), RawResponse[models.Item])


def receiving(body: bytes, headers: dict[str, str]) -> None:
    event = WebhookReceiver("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap(body, headers)
    if isinstance(event, models.StockLowEvent):
        assert_type(event.data.sku, str)


def opening() -> Warehouse:
    return Warehouse(base_url="http://localhost:8000", bearer_auth=OAuth2Password("jane", "secret"))
