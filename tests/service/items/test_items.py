"""Creating, reading, changing, listing and deleting items."""

import asyncio
from datetime import timedelta
from urllib.parse import urlencode

import pytest

BOLT = {
    "sku": "SKU-1",
    "name": "Hex bolt M8",
    "category": "component",
    "price": {"amount": "0.35", "currency": "EUR"},
}


async def create(service, headers, **members):
    answer = await service.client.post("/items", json={**BOLT, **members}, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer


async def listed(service, headers, **query):
    text = urlencode(query, safe="[],")
    answer = await service.client.get(f"/items?{text}", headers=headers)
    assert answer.status_code == 200, answer.text
    return [item["sku"] for item in answer.json()["items"]]


async def test_a_new_item_can_be_read_back(service):
    """What was sent is answered, with the members that the server adds, and again by reading."""
    headers = await service.sign_in()
    created = await create(
        service, headers, description="Zinc-plated", tags=["metal", "small"], reorder_point=100, weight_grams=18
    )
    body = created.json()
    assert created.headers["Location"] == "/items/SKU-1"
    assert body == {
        **BOLT,
        "description": "Zinc-plated",
        "status": "active",
        "tags": ["metal", "small"],
        "reorder_point": 100,
        "weight_grams": 18,
        "quantity": 0,
        "version": 1,
        "created_at": "2026-11-20T09:30:00Z",
        "updated_at": "2026-11-20T09:30:00Z",
    }
    read = await service.client.get("/items/SKU-1", headers=headers)
    assert read.json() == body
    assert read.headers["ETag"] == created.headers["ETag"]


async def test_members_that_were_left_out_are_empty(service):
    """Absent members are null where the contract allows null, and absent where it does not."""
    body = (await create(service, await service.sign_in())).json()
    assert (body["description"], body["tags"], body["reorder_point"]) == (None, [], None)
    assert "weight_grams" not in body


async def test_a_sku_is_given_once(service):
    """A second item of the same SKU is a conflict and changes nothing."""
    headers = await service.sign_in()
    await create(service, headers)
    again = await service.client.post("/items", json={**BOLT, "name": "Other"}, headers=headers)
    assert again.status_code == 409
    assert again.json()["type"].endswith("/sku-taken")
    assert (await service.client.get("/items/SKU-1", headers=headers)).json()["name"] == "Hex bolt M8"


async def test_of_simultaneous_creations_one_succeeds(service):
    """The others are told that the SKU is taken, whichever of them looked first."""
    headers = await service.sign_in()
    answers = await asyncio.gather(*(service.client.post("/items", json=BOLT, headers=headers) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]


async def test_of_simultaneous_changes_with_one_etag_one_succeeds(service):
    """Nobody overwrites a change that was made in the same moment."""
    headers = await service.sign_in()
    etag = (await create(service, headers)).headers["ETag"]
    send = {**headers, "Content-Type": "application/merge-patch+json", "If-Match": etag}
    bodies = [f'{{"name": "Name {number}"}}' for number in range(5)]
    answers = await asyncio.gather(
        *(service.client.patch("/items/SKU-1", content=body, headers=send) for body in bodies)
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412, 412]


async def test_a_change_needs_the_latest_etag(service):
    """The ETag of the last answer works, an older one is 412, `*` always works, none at all is 428."""
    headers = await service.sign_in()
    first = (await create(service, headers)).headers["ETag"]
    patch = {"Content-Type": "application/merge-patch+json", **headers}

    async def change(body, **more):
        return await service.client.patch("/items/SKU-1", content=body, headers={**patch, **more})

    changed = await change('{"name": "Bolt"}', **{"If-Match": first})
    assert changed.status_code == 200
    assert (changed.json()["name"], changed.json()["version"]) == ("Bolt", 2)
    assert changed.headers["ETag"] != first
    stale = await change('{"name": "Screw"}', **{"If-Match": first})
    assert stale.status_code == 412
    assert stale.json()["type"].endswith("/precondition-failed")
    assert (await change('{"name": "Screw"}', **{"If-Match": "*"})).json()["version"] == 3
    assert (await change('{"name": "Nail"}')).status_code == 428
    assert (await service.client.get("/items/SKU-1", headers=headers)).json()["name"] == "Screw"


async def test_a_patch_clears_with_null_and_leaves_the_rest(service):
    """JSON Merge Patch: null clears, absent stays, a change to the same value is none."""
    headers = await service.sign_in()
    await create(service, headers, description="x", reorder_point=5, weight_grams=18, tags=["metal"])
    send = {**headers, "Content-Type": "application/merge-patch+json", "If-Match": "*"}
    body = b'{"description": null, "weight_grams": null, "price": {"amount": "0.39", "currency": "USD"}}'
    item = (await service.client.patch("/items/SKU-1", content=body, headers=send)).json()
    assert (item["description"], item["reorder_point"], item["tags"]) == (None, 5, ["metal"])
    assert "weight_grams" not in item
    assert item["price"] == {"amount": "0.39", "currency": "USD"}
    same = (await service.client.patch("/items/SKU-1", content=body, headers=send)).json()
    assert same["version"] == item["version"] == 2


async def test_an_item_of_the_same_sku_is_another_item(service):
    """An ETag of a deleted item does not match its successor."""
    headers = await service.sign_in()
    etag = (await create(service, headers)).headers["ETag"]
    assert (await service.client.delete("/items/SKU-1", headers=headers)).status_code == 204
    assert (await service.client.get("/items/SKU-1", headers=headers)).status_code == 404
    assert (await create(service, headers)).headers["ETag"] != etag


async def test_lists_are_read_page_by_page(service):
    """Pages neither repeat nor skip, in each order, also with equal keys."""
    headers = await service.sign_in()
    for number in range(7):
        await create(service, headers, sku=f"A-{number}", name=f"Item {number // 3}")
        service.clock.advance(timedelta(seconds=number % 2))
    for sort in ("sku", "-sku", "name", "-name", "quantity", "-quantity", "updated_at", "-updated_at"):
        found, query = [], {"sort": sort, "limit": 3}
        while True:
            page = (await service.client.get("/items", params=query, headers=headers)).json()
            found += [item["sku"] for item in page["items"]]
            if page["next_cursor"] is None:
                break
            query["cursor"] = page["next_cursor"]
        assert sorted(found) == [f"A-{number}" for number in range(7)], sort
        assert found == await listed(service, headers, sort=sort), sort
        assert found[::-1] == await listed(service, headers, sort=sort.removeprefix("-") if "-" in sort else f"-{sort}")


async def test_filters_narrow_the_list_together(service):
    """Each filter and each tag must be met."""
    headers = await service.sign_in()
    await create(service, headers, sku="A", name="Größe 100%", tags=["metal", "small"], reorder_point=0)
    await create(service, headers, sku="B", name="box_100", category="packaging", tags=["metal"])
    await create(service, headers, sku="C", name="boxX100", category="packaging")
    assert await listed(service, headers, **{"filter[category]": "packaging"}) == ["B", "C"]
    assert await listed(service, headers, **{"filter[name]": "GRÖSSE"}) == ["A"]
    assert await listed(service, headers, **{"filter[name]": "box_"}) == ["B"]
    assert await listed(service, headers, **{"filter[name]": "0%"}) == ["A"]
    assert await listed(service, headers, tags="metal") == ["A", "B"]
    assert await listed(service, headers, tags="metal,small") == ["A"]
    assert await listed(service, headers, **{"filter[below_reorder_point]": "true"}) == ["A"]
    assert await listed(service, headers, **{"filter[below_reorder_point]": "false"}) == ["B", "C"]
    assert await listed(service, headers, **{"filter[min_quantity]": "1"}) == []
    assert await listed(service, headers, **{"filter[max_quantity]": "0", "filter[status]": "active"}) == [
        "A",
        "B",
        "C",
    ]
    assert await listed(service, headers, **{"filter[category]": "packaging", "tags": "metal"}) == ["B"]


async def test_a_cursor_belongs_to_its_query(service):
    """Another filter or order with an old cursor is refused."""
    headers = await service.sign_in()
    for sku in ("A", "B"):
        await create(service, headers, sku=sku)
    page = (await service.client.get("/items", params={"limit": 1}, headers=headers)).json()
    for changed in ({"sort": "-sku"}, {"tags": "metal"}, {"filter[name]": "x"}):
        answer = await service.client.get("/items", params={**changed, "cursor": page["next_cursor"]}, headers=headers)
        assert answer.status_code == 400
        assert answer.json()["type"].endswith("/invalid-cursor")


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "/items", "items:read"),
        ("GET", "/items/SKU-1", "items:read"),
        ("POST", "/items", "items:write"),
        ("PATCH", "/items/SKU-1", "items:write"),
        ("DELETE", "/items/SKU-1", "items:write"),
        ("POST", "/item-imports", "items:write"),
        ("GET", "/item-exports", "items:read"),
    ],
)
async def test_the_scope_is_needed(service, method, path, scope):
    """Without credentials it is 401, with other scopes 403, for tokens and keys alike."""
    assert (await service.client.request(method, path)).status_code == 401
    for headers in (await service.sign_in(scopes="profile"), await service.api_key("reports:read")):
        answer = await service.client.request(method, path, headers=headers)
        assert answer.status_code == 403
        assert answer.json()["required_scopes"] == [scope]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"sku": "sku-1"}, "/sku"),
        ({"price": {"amount": 0.35, "currency": "EUR"}}, "/price/amount"),
        ({"price": {"amount": "0.355", "currency": "EUR"}}, "/price/amount"),
        ({"tags": ["a", "a"]}, "/tags"),
        ({"tags": [str(number) for number in range(21)]}, "/tags"),
        ({"reorder_point": -1}, "/reorder_point"),
        ({"weight_grams": None}, "/weight_grams"),
        ({"name": ""}, "/name"),
        ({"category": "toy"}, "/category"),
        ({"surprise": 1}, ""),
    ],
)
async def test_absurd_items_are_refused_with_their_place(service, change, pointer):
    """What breaks the schema is 422 and names where."""
    answer = await service.client.post("/items", json={**BOLT, **change}, headers=await service.sign_in())
    assert answer.status_code == 422
    assert any(issue["pointer"].startswith(pointer) for issue in answer.json()["errors"])


async def test_an_unknown_item_is_not_found(service):
    """Reading, changing and deleting what is not there is 404."""
    headers = await service.sign_in()
    send = {**headers, "Content-Type": "application/merge-patch+json", "If-Match": "*"}
    assert (await service.client.get("/items/NONE", headers=headers)).json()["resource"] == "item"
    assert (await service.client.patch("/items/NONE", content=b"{}", headers=send)).status_code == 404
    assert (await service.client.delete("/items/NONE", headers=headers)).status_code == 404


async def test_the_trail_tells_what_was_done(service):
    """Creating, changing and deleting are noted with the SKU and the caller."""
    headers = await service.sign_in("admin")
    await create(service, headers)
    send = {**headers, "Content-Type": "application/merge-patch+json", "If-Match": "*"}
    await service.client.patch("/items/SKU-1", content=b'{"name": "Bolt"}', headers=send)
    await service.client.delete("/items/SKU-1", headers=headers)
    events = (await service.client.get("/admin/audit-events", headers=headers)).json()["items"]
    told = [(event["action"], event["subject"]) for event in events if event["action"].startswith("item.")]
    assert told == [("item.deleted", "SKU-1"), ("item.updated", "SKU-1"), ("item.created", "SKU-1")]
    me = (await service.client.get("/me", headers=headers)).json()["id"]
    assert {event["actor_id"] for event in events if event["action"].startswith("item.")} == {me}
