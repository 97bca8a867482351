"""Requests that are cut off, as when the server is stopped: nothing is half done, nothing stays taken."""

import asyncio
from uuid import uuid4

from sqlalchemy import func, select

from warehouse.platform.idempotency import IdempotencyKeyRow
from warehouse.stock.tables import MovementRow

ITEM = {"sku": "SKU-1", "name": "Bolt", "category": "component", "price": {"amount": "0.10", "currency": "EUR"}}
REQUESTS = 60


async def _cut_off(request, steps):
    """Cancels a request after so many turns of the event loop; tells the status of one that was quicker."""
    task = asyncio.ensure_future(request)
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()
    try:
        return (await task).status_code
    except asyncio.CancelledError:
        return None


async def test_changes_are_whole_or_not_at_all(service):
    """Wherever changes are cut off, stock and movements agree, and keys of cut off requests may be used again."""
    headers = await service.sign_in()
    assert (await service.client.post("/items", json=ITEM, headers=headers)).status_code == 201
    keys = [str(uuid4()) for _ in range(REQUESTS)]

    def restock(key):
        with_key = {**headers, "Idempotency-Key": key}
        return service.client.post("/items/SKU-1/restocks", json={"quantity": 1}, headers=with_key)

    statuses = [await _cut_off(restock(key), 3 * number) for number, key in enumerate(keys)]
    assert None in statuses
    async with service.scope() as scope:
        movements = (await scope.session.scalars(select(func.count()).select_from(MovementRow))).one()
        kept = select(func.count()).select_from(IdempotencyKeyRow).where(IdempotencyKeyRow.status == 201)
        assert (await scope.session.scalars(kept)).one() == movements
    item = (await service.client.get("/items/SKU-1", headers=headers)).json()
    assert item["quantity"] == movements >= sum(status == 201 for status in statuses)
    repeated = [(await restock(key)).status_code for key in keys]
    assert set(repeated) == {201}
    assert (await service.client.get("/items/SKU-1", headers=headers)).json()["quantity"] == REQUESTS


async def test_connections_come_back(service):
    """After many reads that were cut off at once, as many again are served."""
    headers = await service.sign_in()
    assert (await service.client.post("/items", json=ITEM, headers=headers)).status_code == 201
    reads = [_cut_off(service.client.get("/items", headers=headers), 2 * number) for number in range(REQUESTS)]
    await asyncio.gather(*reads)
    answers = await asyncio.gather(*(service.client.get("/items", headers=headers) for _ in range(REQUESTS)))
    assert {answer.status_code for answer in answers} == {200}
