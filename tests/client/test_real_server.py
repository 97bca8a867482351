"""The SDK against the real server: what a consumer who knows the README would write."""

from __future__ import annotations

import asyncio
import io
import uuid

import pytest
from sdk_servers import PASSWORD

from warehouse_client import (
    AsyncWarehouse,
    NotFound,
    OAuth2Password,
    OutOfStock,
    PreconditionFailed,
    Unauthorized,
    Warehouse,
    etag_of,
    models,
    reply_info,
)


@pytest.fixture(scope="session")
def client(warehouse_url):
    credentials = OAuth2Password("admin@example.com", PASSWORD)
    with Warehouse(base_url=warehouse_url, bearer_auth=credentials) as client:
        yield client


@pytest.fixture
def sku(client):
    """A new item without stock."""
    name = f"SDK-{uuid.uuid4().hex[:8].upper()}"
    client.items.create(sku=name, name="Bolt", category="component", price=models.Money(amount="0.35", currency="EUR"))
    return name


def test_lists_are_read_to_their_end(client):
    """Iterating reads page after page, and gives every item once."""
    everything = [item.sku for item in client.items.list()]
    in_pairs = [item.sku for item in client.items.list(limit=2)]
    assert everything == in_pairs == sorted(set(everything))
    assert len(everything) > 2


def test_filters_and_lists_arrive_in_their_styles(client, sku):
    """A deepObject filter, a comma list and an enum narrow the list as the contract says."""
    client.items.update(sku, tags=["fragile", "a-b"], if_match="*")
    found = client.items.list(filter=models.ItemFilter(category="component"), tags=["fragile", "a-b"], sort="-sku")
    assert [item.sku for item in found] == [sku]


def test_an_item_lives(client, sku):
    """Created, changed under its ETag, restocked, picked, deleted: each step is seen by the next."""
    item = client.items.get(sku)
    assert etag_of(item)
    changed = client.items.update(sku, name="Nut", description=None, if_match=item)
    assert (changed.name, changed.description) == ("Nut", None)
    with pytest.raises(PreconditionFailed):
        client.items.update(sku, name="Late", if_match=item)
    movement = client.items.restock(sku, quantity=5)
    assert (movement.balance, movement.kind) == (5, "restock")
    with pytest.raises(OutOfStock) as caught:
        client.items.pick(sku, quantity=6)
    assert caught.value.available == 5
    assert caught.value.request_id
    client.items.pick(sku, quantity=5)
    assert client.items.delete(sku) is None
    with pytest.raises(NotFound):
        client.items.get(sku)


def test_a_repeated_key_books_once(client, sku):
    """The same key gives the same answer, and nothing is booked twice."""
    key = str(uuid.uuid4())
    first = client.items.restock(sku, quantity=5, idempotency_key=key)
    second = client.items.restock(sku, quantity=5, idempotency_key=key)
    assert first == second
    assert client.items.get(sku).quantity == 5


def test_files_go_up_and_streams_come_down(client):
    """A CSV is uploaded from an open file; the export comes as text, and as JSON lines one by one."""
    csv = b"sku,name,category,price,currency,tags\nSDK-CSV,Washer,component,0.05,EUR,metal\n"
    job = client.items.import_csv(file=io.BytesIO(csv), dry_run=True)
    assert client.items.get_import(job.id).id == job.id
    assert client.items.export().startswith("sku,name,")
    with client.items.export(accept="application/x-ndjson") as items:
        first = next(iter(items))
    assert first["sku"]


def test_a_report_is_made_and_downloaded(client, tmp_path):
    """A report is ordered, awaited and saved without holding it in memory."""
    import time

    report = client.reports.create(kind="low_stock", format="csv")
    for _ in range(600):
        report = client.reports.get(report.id)
        if report.status not in {"queued", "running"}:
            break
        time.sleep(0.1)
    assert report.status == "succeeded"
    with client.reports.with_streaming_response.download(report.id) as response:
        size = response.save(tmp_path / "report.csv")
    assert (tmp_path / "report.csv").stat().st_size == size > 0


def test_raw_responses_tell_everything(client, sku):
    """Status, headers and request id are at hand, and the value too."""
    response = client.items.with_raw_response.get(sku)
    assert (response.status, response.parse().sku) == (200, sku)
    assert response.headers["ratelimit"]
    assert response.request_id
    assert reply_info(response.parse()).request_id == response.request_id


def test_wrong_credentials_are_unauthorized(warehouse_url):
    """A token that is none gives Unauthorized, once and without retries."""
    with Warehouse(base_url=warehouse_url, bearer_auth="nonsense") as client, pytest.raises(Unauthorized) as caught:
        client.users.get_current()
    assert caught.value.attempts == 1


def test_everything_works_asynchronously(warehouse_url):
    """Many calls at once share one token, iterate and raise as the blocking ones do."""

    async def work():
        credentials = OAuth2Password("admin@example.com", PASSWORD)
        async with AsyncWarehouse(base_url=warehouse_url, bearer_auth=credentials) as client:
            users = await asyncio.gather(*(client.users.get_current() for _ in range(20)))
            skus = [item.sku async for item in client.items.list(limit=3)]
            page = await client.items.list(limit=3)
            with pytest.raises(NotFound):
                await client.items.get("NO-SUCH-SKU")
            async with client.items.with_streaming_response.export() as response:
                lines = [line async for line in response.iter_lines()]
            return users, skus, page, lines

    users, skus, page, lines = asyncio.run(work())
    assert {user.email for user in users} == {"admin@example.com"}
    assert skus[:3] == [item.sku for item in page.items]
    assert lines[0].startswith("sku,")


def test_a_token_is_renewed_with_the_refresh_token(warehouse_url):
    """A token that ends is exchanged at the refresh endpoint, and a spent refresh token leads back to the password."""
    source = OAuth2Password("admin@example.com", PASSWORD)
    with Warehouse(base_url=warehouse_url, bearer_auth=source) as client:
        client.users.get_current()
        first = source.latest()
        source._ends = 0.0
        client.users.get_current()
        second = source.latest()
        source._ends, source._refresh_token = 0.0, "spent"
        client.users.get_current()
    assert len({first, second, source.latest()}) == 3
