"""Sample items for a demonstration."""

from warehouse.items import seed


async def test_samples_are_added_once(service):
    """A second start adds nothing; the stock is booked like any other."""
    for _ in range(2):
        async with service.scope() as scope:
            await seed.seed(scope, demo=True)
    headers = await service.sign_in()
    items = (await service.client.get("/items", headers=headers)).json()["items"]
    assert [(item["sku"], item["quantity"]) for item in items][:2] == [("SKU-1", 240), ("SKU-2", 80)]
    assert len(items) == 8
    movements = (await service.client.get("/stock/movements", headers=headers)).json()["items"]
    assert {movement["reference"] for movement in movements} == {"Opening stock"}
    low = (await service.client.get("/items?filter[below_reorder_point]=true", headers=headers)).json()["items"]
    assert [item["sku"] for item in low] == ["SKU-2", "SKU-5", "SKU-8"]


async def test_without_demonstration_nothing_is_added(service):
    """A service for real work starts empty."""
    async with service.scope() as scope:
        await seed.seed(scope, demo=False)
    assert (await service.client.get("/items", headers=await service.sign_in())).json()["items"] == []
