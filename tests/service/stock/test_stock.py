"""Booking changes of stock through the API."""

import asyncio
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import update

from warehouse.items.tables import ItemRow


class Warehouse:
    """Short ways to book, each change with a key of its own."""

    def __init__(self, service, headers):
        self.service = service
        self.headers = headers

    async def item(self, sku="SKU-1", **members):
        body = {"sku": sku, "name": "Bolt", "category": "component", "price": {"amount": "1.00", "currency": "EUR"}}
        answer = await self.service.client.post("/items", json={**body, **members}, headers=self.headers)
        assert answer.status_code == 201, answer.text

    async def location(self, code):
        body = {"code": code, "name": code}
        answer = await self.service.client.post("/locations", json=body, headers=self.headers)
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    async def post(self, path, body, key=None):
        headers = {**self.headers, "Idempotency-Key": key or uuid.uuid4().hex}
        return await self.service.client.post(path, json=body, headers=headers)

    async def restock(self, quantity, sku="SKU-1", key=None, **body):
        return await self.post(f"/items/{sku}/restocks", {"quantity": quantity, **body}, key)

    async def pick(self, quantity, sku="SKU-1", key=None, **body):
        return await self.post(f"/items/{sku}/picks", {"quantity": quantity, **body}, key)

    async def stock(self, sku="SKU-1"):
        answer = await self.service.client.get(f"/items/{sku}/stock", headers=self.headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def movements(self, query=""):
        answer = await self.service.client.get(f"/stock/movements{query}", headers=self.headers)
        assert answer.status_code == 200, answer.text
        return answer.json()["items"]


@pytest.fixture
async def warehouse(service):
    """A signed-in member with one item."""
    ready = Warehouse(service, await service.sign_in())
    await ready.item()
    return ready


async def test_goods_come_and_go(warehouse):
    """A restock and a pick at the default location change level, total and journal alike."""
    put = (await warehouse.restock(5, reference="Delivery 4711")).json()
    assert (put["kind"], put["quantity"], put["balance"], put["reference"]) == ("restock", 5, 5, "Delivery 4711")
    taken = (await warehouse.pick(2)).json()
    assert (taken["kind"], taken["quantity"], taken["balance"], taken["reference"]) == ("pick", 2, 3, None)
    stock = await warehouse.stock()
    assert stock["quantity"] == 3
    assert [(level["location_code"], level["quantity"]) for level in stock["locations"]] == [("MAIN", 3)]
    assert [movement["id"] for movement in await warehouse.movements()] == [taken["id"], put["id"]]
    item = (await warehouse.service.client.get("/items/SKU-1", headers=warehouse.headers)).json()
    assert (item["quantity"], item["version"]) == (3, 3)
    me = (await warehouse.service.client.get("/me", headers=warehouse.headers)).json()["id"]
    assert put["actor_id"] == me


async def test_too_little_is_refused_with_what_is_there(warehouse):
    """Nothing is booked, and the problem tells both quantities."""
    await warehouse.restock(3)
    answer = await warehouse.pick(5)
    assert answer.status_code == 409
    problem = answer.json()
    assert problem["type"].endswith("/out-of-stock")
    assert (problem["available"], problem["requested"]) == (3, 5)
    assert problem["detail"] == "MAIN holds 3 pieces of SKU-1, 5 were asked for."
    assert (await warehouse.stock())["quantity"] == 3
    assert len(await warehouse.movements()) == 1


async def test_a_place_can_be_emptied(warehouse):
    """An empty location is no longer listed."""
    await warehouse.restock(3)
    assert (await warehouse.pick(3)).json()["balance"] == 0
    stock = await warehouse.stock()
    assert (stock["quantity"], stock["locations"]) == (0, [])


async def test_a_transfer_moves_and_keeps_the_total(warehouse):
    """Both balances are told; the total and the version of the item stay."""
    shelf = await warehouse.location("B-07")
    main = (await warehouse.restock(10)).json()["location_id"]
    body = {"sku": "SKU-1", "quantity": 4, "from_location_id": main, "to_location_id": shelf}
    moved = (await warehouse.post("/stock/transfers", body)).json()
    assert (moved["kind"], moved["from_balance"], moved["to_balance"]) == ("transfer", 6, 4)
    stock = await warehouse.stock()
    assert stock["quantity"] == 10
    assert [(level["location_code"], level["quantity"]) for level in stock["locations"]] == [("B-07", 4), ("MAIN", 6)]
    back = await warehouse.post("/stock/transfers", {**body, "quantity": 7})
    assert (back.status_code, back.json()["available"]) == (409, 6)


async def test_a_transfer_needs_two_locations(warehouse):
    """From a place to itself is a conflict of its own kind."""
    main = (await warehouse.restock(1)).json()["location_id"]
    body = {"sku": "SKU-1", "quantity": 1, "from_location_id": main, "to_location_id": main}
    answer = await warehouse.post("/stock/transfers", body)
    assert answer.status_code == 409
    assert answer.json()["type"].endswith("/same-location")


async def test_the_books_can_be_corrected_both_ways(warehouse):
    """Differences are booked as they are, but never below nothing."""
    found = await warehouse.post("/stock/adjustments", {"sku": "SKU-1", "delta": 3, "reason": "found"})
    assert (found.json()["balance"], found.json()["reason"]) == (3, "found")
    lost = await warehouse.post("/stock/adjustments", {"sku": "SKU-1", "delta": -2, "reason": "loss"})
    assert (lost.json()["delta"], lost.json()["balance"]) == (-2, 1)
    none = await warehouse.post("/stock/adjustments", {"sku": "SKU-1", "delta": 0, "reason": "count"})
    assert none.json()["balance"] == 1
    less = await warehouse.post("/stock/adjustments", {"sku": "SKU-1", "delta": -2, "reason": "damage"})
    assert (less.status_code, less.json()["available"], less.json()["requested"]) == (409, 1, 2)


async def test_a_repeat_with_the_same_key_books_once(warehouse):
    """The first answer comes again; another request with the key is refused; a missing key is 400."""
    first = await warehouse.restock(5, key="delivery-4711")
    again = await warehouse.restock(5, key="delivery-4711")
    assert (again.status_code, again.json()) == (201, first.json())
    other = await warehouse.restock(6, key="delivery-4711")
    assert other.status_code == 422
    assert other.json()["type"].endswith("/idempotency-key-reused")
    headers = warehouse.headers
    missing = await warehouse.service.client.post("/items/SKU-1/restocks", json={"quantity": 1}, headers=headers)
    assert missing.status_code == 400
    assert missing.json()["type"].endswith("/idempotency-key-missing")
    assert (await warehouse.stock())["quantity"] == 5


@pytest.mark.parametrize(
    ("path", "body", "resource"),
    [
        ("/items/NONE/restocks", {"quantity": 1}, "item"),
        ("/items/NONE/picks", {"quantity": 1}, "item"),
        ("/items/SKU-1/restocks", {"quantity": 1, "location_id": str(uuid.uuid4())}, "location"),
        ("/items/SKU-1/picks", {"quantity": 1, "location_id": str(uuid.uuid4())}, "location"),
        ("/stock/adjustments", {"sku": "NONE", "delta": 1, "reason": "count"}, "item"),
        (
            "/stock/transfers",
            {
                "sku": "SKU-1",
                "quantity": 1,
                "from_location_id": str(uuid.uuid4()),
                "to_location_id": str(uuid.uuid4()),
            },
            "location",
        ),
    ],
)
async def test_what_does_not_exist_is_not_found(warehouse, path, body, resource):
    """404 names what was looked for, in the path or in the body."""
    answer = await warehouse.post(path, body)
    assert answer.status_code == 404
    assert answer.json()["resource"] == resource


@pytest.mark.parametrize("quantity", [0, -1, 1_000_001, 10**30, 1.5, "1", True, None])
async def test_absurd_quantities_are_refused(warehouse, quantity):
    """Only 1 to 1,000,000 whole pieces can be moved at once."""
    answer = await warehouse.restock(quantity)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/quantity"


async def test_the_scopes_are_needed(service):
    """Reading needs items:read, booking stock:write."""
    reader = await service.sign_in(scopes="items:read")
    writer = await service.api_key("stock:write")
    for path in ("/items/A/restocks", "/items/A/picks", "/stock/transfers", "/stock/adjustments"):
        assert (await service.client.post(path, json={})).status_code == 401
        answer = await service.client.post(path, json={}, headers=reader)
        assert (answer.status_code, answer.json()["required_scopes"]) == (403, ["stock:write"])
    for path in ("/items/A/stock", "/stock/movements"):
        assert (await service.client.get(path)).status_code == 401
        answer = await service.client.get(path, headers=writer)
        assert (answer.status_code, answer.json()["required_scopes"]) == (403, ["items:read"])


async def test_picks_at_the_same_time_never_take_more_than_there_is(warehouse):
    """Of twenty simultaneous picks of one piece exactly as many succeed as there are pieces."""
    await warehouse.restock(7)
    answers = await asyncio.gather(*(warehouse.pick(1) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [201] * 7 + [409] * 13
    assert sorted(answer.json()["balance"] for answer in answers if answer.status_code == 201) == list(range(7))
    assert (await warehouse.stock())["quantity"] == 0


async def test_transfers_against_each_other_keep_the_sum(warehouse):
    """Opposite transfers at the same time neither block each other for ever nor lose a piece."""
    shelf = await warehouse.location("B")
    main = (await warehouse.restock(50)).json()["location_id"]
    await warehouse.restock(50, location_id=shelf)
    there = {"sku": "SKU-1", "quantity": 3, "from_location_id": main, "to_location_id": shelf}
    back = {**there, "from_location_id": shelf, "to_location_id": main}
    answers = await asyncio.gather(*(warehouse.post("/stock/transfers", each) for each in [there, back] * 8))
    assert {answer.status_code for answer in answers} == {201}
    stock = await warehouse.stock()
    assert [level["quantity"] for level in stock["locations"]] == [50, 50]


async def test_an_item_in_stock_cannot_be_deleted(warehouse):
    """Only when the last piece is gone; its movements stay readable."""
    await warehouse.restock(2)
    refused = await warehouse.service.client.delete("/items/SKU-1", headers=warehouse.headers)
    assert (refused.status_code, refused.json()["quantity"]) == (409, 2)
    await warehouse.pick(2)
    assert (await warehouse.service.client.delete("/items/SKU-1", headers=warehouse.headers)).status_code == 204
    assert [movement["kind"] for movement in await warehouse.movements("?sku=SKU-1")] == ["pick", "restock"]
    answer = await warehouse.service.client.get("/items/SKU-1/stock", headers=warehouse.headers)
    assert answer.status_code == 404


async def test_a_location_with_stock_cannot_be_deleted(warehouse):
    """An emptied one can, and its movements stay readable."""
    shelf = await warehouse.location("B")
    await warehouse.restock(1, location_id=shelf)
    path = f"/locations/{shelf}"
    assert (await warehouse.service.client.delete(path, headers=warehouse.headers)).status_code == 409
    await warehouse.pick(1, location_id=shelf)
    assert (await warehouse.service.client.delete(path, headers=warehouse.headers)).status_code == 204
    assert (await warehouse.restock(1, location_id=shelf)).status_code == 404
    assert {movement["location_id"] for movement in await warehouse.movements()} == {shelf}


async def test_the_journal_is_filtered_and_paged(warehouse):
    """By item and by kinds, the newest first, page by page."""
    await warehouse.item("SKU-2")
    for _ in range(3):
        await warehouse.restock(5)
        warehouse.service.clock.advance(timedelta(seconds=1))
        await warehouse.pick(1)
    await warehouse.restock(1, sku="SKU-2")
    assert len(await warehouse.movements("?sku=SKU-1")) == 6
    assert {movement["kind"] for movement in await warehouse.movements("?kinds=pick")} == {"pick"}
    assert len(await warehouse.movements("?kinds=pick,restock&sku=SKU-2")) == 1
    assert await warehouse.movements("?sku=NONE") == []
    everything = [movement["id"] for movement in await warehouse.movements()]
    paged, path = [], "/stock/movements?limit=2"
    while path:
        page = (await warehouse.service.client.get(path, headers=warehouse.headers)).json()
        paged += [movement["id"] for movement in page["items"]]
        path = page["next_cursor"] and f"/stock/movements?limit=2&cursor={page['next_cursor']}"
    assert paged == everything
    assert len(paged) == 7


@pytest.mark.parametrize("query", ["kinds=theft", "kinds=pick,pick", "sku=lower", "limit=0", "limit=201", "page=2"])
async def test_absurd_queries_are_refused(warehouse, query):
    """Unknown kinds, repeats, sizes and parameters."""
    answer = await warehouse.service.client.get(f"/stock/movements?{query}", headers=warehouse.headers)
    assert answer.status_code == (400 if query == "page=2" else 422)


async def test_the_stock_cannot_exceed_what_the_contract_can_express(warehouse):
    """A restock beyond the largest quantity is refused as invalid."""
    await warehouse.restock(1)
    async with warehouse.service.scope() as scope:
        await scope.session.execute(update(ItemRow).values(quantity=1_000_000_000_000))
    answer = await warehouse.restock(1)
    assert answer.status_code == 422
    assert answer.json()["errors"][0] == {
        "source": "body",
        "pointer": "/quantity",
        "detail": "The stock would exceed 1000000000000 pieces.",
        "keyword": "maximum",
    }
