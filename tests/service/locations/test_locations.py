"""The places where stock is kept."""

import pytest

from warehouse.locations import service as locations

ADDRESS = {"street": "Hafenstrasse 1", "city": "Hamburg", "postal_code": "20457", "country": "DE"}
PATCH = {"Content-Type": "application/merge-patch+json"}


async def create(service, headers, code="A-01", **changes):
    return await service.client.post(
        "/locations", json={"code": code, "name": "Aisle A, shelf 1", **changes}, headers=headers
    )


async def default_of(service, headers):
    listed = (await service.client.get("/locations", headers=headers)).json()["items"]
    return next(location for location in listed if location["is_default"])


async def test_a_warehouse_has_one_default_location(service):
    """It is there from the start, and only once."""
    headers = await service.sign_in()
    listed = (await service.client.get("/locations", headers=headers)).json()["items"]
    assert [location["is_default"] for location in listed] == [True]
    async with service.scope() as scope:
        await locations.seed(scope)
    assert (await service.client.get("/locations", headers=headers)).json()["items"] == listed


async def test_a_location_is_created_read_changed_and_deleted(service):
    """Through its whole life, by a partner system."""
    key = await service.api_key("items:read", "items:write")
    created = await create(service, key, address=ADDRESS)
    assert created.status_code == 201
    path = created.headers["location"]
    assert created.json()["address"] == ADDRESS
    assert created.json()["is_default"] is False
    assert (await service.client.get(path, headers=key)).json() == created.json()
    changed = await service.client.patch(path, json={"address": None}, headers={**key, **PATCH})
    assert (changed.json()["address"], changed.json()["name"]) == (None, "Aisle A, shelf 1")
    assert (await service.client.delete(path, headers=key)).status_code == 204
    for method in ("GET", "DELETE"):
        answer = await service.client.request(method, path, headers=key)
        assert answer.status_code == 404
        assert answer.json()["resource"] == "location"


async def test_a_code_is_unique_among_living_locations(service):
    """409 while the other one lives, free again once it is deleted."""
    headers = await service.sign_in()
    first = await create(service, headers)
    taken = await create(service, headers)
    assert taken.status_code == 409
    assert taken.json()["type"].endswith("/location-code-taken")
    await service.client.delete(first.headers["location"], headers=headers)
    assert (await create(service, headers)).status_code == 201


async def test_the_default_location_stays(service):
    """It cannot be deleted, but renamed."""
    headers = await service.sign_in()
    default = await default_of(service, headers)
    answer = await service.client.delete(f"/locations/{default['id']}", headers=headers)
    assert answer.status_code == 409
    assert answer.json()["type"].endswith("/location-in-use")
    path = f"/locations/{default['id']}"
    renamed = await service.client.patch(path, json={"name": "Hall"}, headers={**headers, **PATCH})
    assert renamed.json()["name"] == "Hall"


async def test_a_location_with_stock_stays(service):
    """It can be deleted once it is empty."""
    headers = await service.sign_in()
    shelf = (await create(service, headers)).json()
    item = {"sku": "SKU-1", "name": "Bolt", "category": "component", "price": {"amount": "0.10", "currency": "EUR"}}
    assert (await service.client.post("/items", json=item, headers=headers)).status_code == 201
    change = {"quantity": 3, "location_id": shelf["id"]}
    first, second = ({**headers, "Idempotency-Key": f"change-{number}"} for number in (1, 2))
    assert (await service.client.post("/items/SKU-1/restocks", json=change, headers=first)).status_code == 201
    path = f"/locations/{shelf['id']}"
    refused = await service.client.delete(path, headers=headers)
    assert refused.status_code == 409
    assert "3 pieces" in refused.json()["detail"]
    assert (await service.client.post("/items/SKU-1/picks", json=change, headers=second)).status_code == 201
    assert (await service.client.delete(path, headers=headers)).status_code == 204
    movements = (await service.client.get("/stock/movements", headers=headers)).json()["items"]
    assert {movement["location_id"] for movement in movements} == {shelf["id"]}


async def test_locations_are_listed_by_code(service):
    """Page by page, nothing twice."""
    headers = await service.sign_in()
    for code in ("B-02", "A-02", "A-01", "C"):
        await create(service, headers, code)
    first = (await service.client.get("/locations", params={"limit": 3}, headers=headers)).json()
    rest = (await service.client.get("/locations", params={"cursor": first["next_cursor"]}, headers=headers)).json()
    codes = [location["code"] for location in (*first["items"], *rest["items"])]
    assert codes == ["A-01", "A-02", "B-02", "C", "MAIN"]
    assert rest["next_cursor"] is None


async def test_reading_is_not_writing(service):
    """A credential that only reads cannot create; a visitor cannot read."""
    assert (await create(service, await service.api_key("items:read"))).status_code == 403
    assert (await create(service, await service.sign_in(scopes="profile"))).status_code == 403
    assert (await service.client.get("/locations")).status_code == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"code": "lower"},
        {"code": "A" * 17},
        {"name": "\u0000"},
        {"address": {"city": "Hamburg"}},
        {"address": {**ADDRESS, "country": "Germany"}},
        {"is_default": True},
    ],
)
async def test_absurd_locations_are_refused(service, changes):
    """What breaks the schema is told by place."""
    answer = await service.client.post(
        "/locations", json={"code": "A-01", "name": "Shelf", **changes}, headers=await service.sign_in()
    )
    assert answer.status_code == 422


@pytest.mark.parametrize("body", [b"", b"{", b'{"name": "a", "name": "b"}', b"\xff", b'{"name": "\\ud800"}'])
async def test_what_is_no_json_cannot_be_read(service, body):
    """400 or, for an empty body, 422; never a fault of ours."""
    headers = {**await service.sign_in(), "Content-Type": "application/json"}
    answer = await service.client.post("/locations", content=body, headers=headers)
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"
