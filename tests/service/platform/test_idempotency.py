"""Safe repeats of stock changes."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import delete, func, select

from warehouse.platform.housekeeping import tidy_platform
from warehouse.platform.idempotency import IdempotencyKeyRow
from warehouse.stock.tables import MovementRow

KEY = "5f0c7d1e-8f6f-4b0e-9f43-2f1d1c9b7a10"
ITEM = {"sku": "SKU-1", "name": "Bolt", "category": "component", "price": {"amount": "0.10", "currency": "EUR"}}


@pytest.fixture
async def shop(service):
    """A service with one item, and somebody who may change its stock."""
    service.headers = await service.sign_in()
    assert (await service.client.post("/items", json=ITEM, headers=service.headers)).status_code == 201
    return service


async def change(service, kind="restocks", quantity=5, key=KEY, headers=None, **more):
    headers = {**(headers or service.headers), "Idempotency-Key": key}
    return await service.client.post(f"/items/SKU-1/{kind}", json={"quantity": quantity, **more}, headers=headers)


async def movements(service):
    async with service.scope() as scope:
        return (await scope.session.scalars(select(func.count()).select_from(MovementRow))).one()


async def test_a_repeat_gets_the_first_answer(shop):
    """Byte for byte, headers of the operation included; booked once."""
    first, second = await change(shop), await change(shop)
    assert first.status_code == second.status_code == 201
    assert first.content == second.content
    assert first.headers["content-type"] == second.headers["content-type"]
    assert await movements(shop) == 1


async def test_a_refusal_of_the_warehouse_is_repeated_too(shop):
    """409 stays 409 for this key, although there is stock meanwhile."""
    first = await change(shop, "picks")
    assert first.status_code == 409
    assert first.json()["available"] == 0
    assert (await change(shop, key="another-key")).status_code == 201
    assert (await change(shop, "picks")).content == first.content
    assert (await change(shop, "picks", key="fresh-key")).status_code == 201


@pytest.mark.parametrize("other", [{"quantity": 6}, {"kind": "picks"}, {"reference": "PO-1"}])
async def test_another_request_with_the_key_is_refused(shop, other):
    """422, and nothing is booked."""
    await change(shop)
    answer = await change(shop, **other)
    assert answer.status_code == 422
    assert answer.json()["type"].endswith("/idempotency-key-reused")
    assert await movements(shop) == 1


async def test_keys_belong_to_their_caller(shop):
    """Two accounts may come upon the same key."""
    await change(shop)
    assert (await change(shop, headers=await shop.sign_in("manager"))).status_code == 201
    assert await movements(shop) == 2


async def test_without_a_key_nothing_is_booked(shop):
    """400 with a type of its own."""
    answer = await shop.client.post("/items/SKU-1/restocks", json={"quantity": 1}, headers=shop.headers)
    assert answer.status_code == 400
    assert answer.json()["type"].endswith("/idempotency-key-missing")
    assert await movements(shop) == 0


async def test_an_unreadable_request_does_not_use_the_key_up(shop):
    """The corrected request may keep its key."""
    assert (await change(shop, quantity=0)).status_code == 422
    assert (await change(shop)).status_code == 201


async def test_many_at_once_book_once(shop):
    """Whoever is not first gets the first answer, or is asked to try again."""
    answers = await asyncio.gather(*(change(shop) for _ in range(8)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    booked = [answer.content for answer in answers if answer.status_code == 201]
    assert len(set(booked)) == 1
    assert all(
        answer.json()["type"].endswith("/request-in-progress") for answer in answers if answer.status_code == 409
    )
    assert await movements(shop) == 1


async def test_a_fault_gives_the_key_back(shop, monkeypatch):
    """Answers of 5xx are not kept, and what was half done is undone."""
    from warehouse.stock.handlers import Stock

    original = Stock.restock_item

    async def broken(self, **arguments):
        await original(self, **arguments)
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr(Stock, "restock_item", broken)
    assert (await change(shop)).status_code == 500
    assert await movements(shop) == 0
    monkeypatch.setattr(Stock, "restock_item", original)
    assert (await change(shop)).status_code == 201
    assert await movements(shop) == 1


async def test_an_undeclared_problem_gives_the_key_back(shop, monkeypatch):
    """A problem that the operation may not raise is a fault like any other."""
    from warehouse.contract.problems import EmailTaken
    from warehouse.stock.handlers import Stock

    original = Stock.restock_item

    async def broken(self, **arguments):
        raise EmailTaken

    monkeypatch.setattr(Stock, "restock_item", broken)
    assert (await change(shop)).status_code == 500
    monkeypatch.setattr(Stock, "restock_item", original)
    assert (await change(shop)).status_code == 201
    assert await movements(shop) == 1


async def test_a_claim_left_by_a_crash_is_taken_over(shop):
    """Within a minute a repeat is told to wait, then it does the work."""
    async with shop.scope() as scope:
        now = scope.clock.now()
        me = (await shop.client.get("/me", headers=shop.headers)).json()["id"]
        scope.session.add(
            IdempotencyKeyRow(
                id=uuid4(),
                caller=me,
                key=KEY,
                fingerprint=await fingerprint_of(shop),
                claimed_at=now,
                expires_at=now + timedelta(hours=24),
                status=None,
                headers=[],
                content=b"",
            )
        )
    waiting = await change(shop)
    assert waiting.status_code == 409
    assert waiting.json()["type"].endswith("/request-in-progress")
    shop.clock.advance(timedelta(minutes=1, seconds=1))
    assert (await change(shop)).status_code == 201


async def fingerprint_of(shop):
    """The fingerprint of the usual change, as the service computes it."""
    await change(shop, key="only-for-its-fingerprint")
    async with shop.scope() as scope:
        statement = select(IdempotencyKeyRow.fingerprint).where(IdempotencyKeyRow.key == "only-for-its-fingerprint")
        return (await scope.session.scalars(statement)).one()


async def test_a_key_is_forgotten_after_a_day(shop):
    """Then it stands for a new change; housekeeping removes the old answers."""
    await change(shop)
    shop.clock.advance(timedelta(hours=24))
    shop.headers = await shop.sign_in()
    assert (await change(shop)).status_code == 201
    assert await movements(shop) == 2
    shop.clock.advance(timedelta(hours=24))
    async with shop.scope() as scope:
        await tidy_platform(scope)
        assert (await scope.session.scalars(select(func.count()).select_from(IdempotencyKeyRow))).one() == 0


async def test_who_has_lost_the_claim_books_nothing(shop, monkeypatch):
    """A request that took longer than a minute must not be committed beside the one that took over."""
    from warehouse.stock.handlers import Stock

    original = Stock.restock_item

    async def overtaken(self, **arguments):
        async with shop.scope() as other:
            await other.session.execute(delete(IdempotencyKeyRow))
        return await original(self, **arguments)

    monkeypatch.setattr(Stock, "restock_item", overtaken)
    answer = await change(shop)
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert await movements(shop) == 0
