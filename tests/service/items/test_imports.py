"""Importing items from a file."""

import uuid
from datetime import timedelta

import pytest

from warehouse.items import imports

HEADER = "sku,name,category,price,currency,tags\n"


async def send(service, headers, content, **fields):
    files = {"file": ("items.csv", content, "text/csv")}
    return await service.client.post("/item-imports", files=files, data=fields, headers=headers)


async def imported(service, headers, content, **fields):
    """Send a file, let the job run, and return the import."""
    received = await send(service, headers, content, **fields)
    assert received.status_code == 202, received.text
    await service.run_jobs()
    return (await service.client.get(received.headers["Location"], headers=headers)).json()


async def test_a_file_is_imported_in_the_background(service):
    """The answer is a queued import with its address; afterwards it tells what was done."""
    headers = await service.sign_in()
    received = await send(service, headers, HEADER + "SKU-1,Hex bolt M8,component,0.35,EUR,metal small\n")
    queued = received.json()
    assert received.status_code == 202
    assert (queued["status"], queued["finished_at"]) == ("queued", None)
    assert received.headers["Location"] == f"/item-imports/{queued['id']}"
    waiting = await service.client.get(received.headers["Location"], headers=headers)
    assert int(waiting.headers["Retry-After"]) > 0
    await service.run_jobs()
    done = await service.client.get(received.headers["Location"], headers=headers)
    assert "Retry-After" not in done.headers
    assert done.json() == {
        **queued,
        "status": "succeeded",
        "created_count": 1,
        "finished_at": "2026-11-20T09:30:00Z",
    }
    item = (await service.client.get("/items/SKU-1", headers=headers)).json()
    assert (item["name"], item["tags"], item["price"]["amount"]) == ("Hex bolt M8", ["metal", "small"], "0.35")


async def test_known_items_are_updated_and_faulty_lines_listed(service):
    """The figures add up, and what a line does not mention stays."""
    headers = await service.sign_in()
    body = {"sku": "A", "name": "Old", "category": "component", "price": {"amount": "1.00", "currency": "EUR"}}
    await service.client.post("/items", json={**body, "reorder_point": 7, "tags": ["old"]}, headers=headers)
    lines = "A,New,packaging,2.00,USD,new\nbad\nB,B,component,1.00,EUR,\nB,Again,component,1.00,EUR,\n"
    result = await imported(service, headers, HEADER + lines)
    assert (result["created_count"], result["updated_count"], result["skipped_count"]) == (1, 2, 1)
    assert result["errors"] == [{"line": 3, "detail": "There are 1 fields instead of 6."}]
    item = (await service.client.get("/items/A", headers=headers)).json()
    assert (item["name"], item["category"], item["price"]["currency"]) == ("New", "packaging", "USD")
    assert (item["tags"], item["reorder_point"], item["version"]) == (["new"], 7, 2)
    assert (await service.client.get("/items/B", headers=headers)).json()["name"] == "Again"
    found = (await service.client.get("/items?tags=new", headers=headers)).json()["items"]
    assert [each["sku"] for each in found] == ["A"]
    assert (await service.client.get("/items?tags=old", headers=headers)).json()["items"] == []


async def test_a_dry_run_changes_nothing(service):
    """It tells what would be done, also over several batches and for lines that repeat a SKU."""
    headers = await service.sign_in()
    lines = [f"N-{number % 700},Name,component,1.00,EUR,t" for number in range(1200)]
    result = await imported(service, headers, HEADER + "\n".join(lines), dry_run="true")
    assert (result["created_count"], result["updated_count"]) == (700, 500)
    assert result["dry_run"] is True
    assert (await service.client.get("/items", headers=headers)).json()["items"] == []
    real = await imported(service, headers, HEADER + "\n".join(lines))
    assert (real["created_count"], real["updated_count"]) == (700, 500)


async def test_only_the_first_hundred_faults_are_listed(service):
    """The others are counted."""
    headers = await service.sign_in()
    result = await imported(service, headers, HEADER + "bad\n" * 250)
    assert (result["skipped_count"], len(result["errors"])) == (250, 100)


@pytest.mark.parametrize("content", [b"", b"\x00\xff\xfe", b"name\n", HEADER.encode() + b"A,\xff"])
async def test_an_unreadable_file_fails_with_a_reason(service, content):
    """What is no such file at all ends as a failed import, not as an error of the server."""
    headers = await service.sign_in()
    result = await imported(service, headers, content)
    assert result["status"] == "failed"
    assert len(result["errors"]) == 1
    assert result["finished_at"] is not None


async def test_a_job_that_was_stopped_goes_on_where_it_was(service, monkeypatch):
    """A crash between two batches neither loses nor doubles a line."""
    headers = await service.sign_in()
    lines = [f"N-{number},Name,component,1.00,EUR,t" for number in range(25)]
    received = await send(service, headers, HEADER + "\n".join(lines))
    monkeypatch.setattr(imports, "BATCH", 10)
    store, calls = imports._store, []

    async def crash_once(*args, **options):
        calls.append(1)
        if len(calls) == 2:
            raise ConnectionError("the machine stopped")
        await store(*args, **options)

    monkeypatch.setattr(imports, "_store", crash_once)
    await service.run_jobs()
    while (state := (await service.client.get(received.headers["Location"], headers=headers)).json())[
        "status"
    ] == "running":
        service.clock.advance(timedelta(hours=1))
        await service.run_jobs()
    assert (state["status"], state["created_count"], state["updated_count"]) == ("succeeded", 25, 0)


async def test_a_job_that_keeps_failing_ends_the_import(service, monkeypatch):
    """After its last attempt the import is failed, with a message for people and no inner detail."""
    headers = await service.sign_in()
    received = await send(service, headers, HEADER + "A,Name,component,1.00,EUR,\n")

    async def broken(*args, **options):
        raise RuntimeError("secret detail")

    monkeypatch.setattr(imports, "_store", broken)
    await service.run_jobs()
    state = (await service.client.get(received.headers["Location"], headers=headers)).json()
    assert state["status"] == "failed"
    assert [error["detail"] for error in state["errors"]] == [
        "The import was broken off by a fault on our side. Send it again."
    ]


async def test_a_form_without_a_file_is_refused(service):
    """The part `file` is required, and nothing else may be sent."""
    headers = await service.sign_in()
    empty = await service.client.post("/item-imports", data={"dry_run": "true"}, files={}, headers=headers)
    assert empty.status_code in {400, 415, 422}
    strange = await send(service, headers, HEADER, surprise="1")
    assert strange.status_code == 422
    wrong = await send(service, headers, HEADER, dry_run="yes")
    assert wrong.status_code == 422


async def test_a_file_above_ten_mebibytes_is_refused(service):
    """413 tells the limit."""
    answer = await send(service, await service.sign_in(), b"x" * (10 * 1024 * 1024 + 1))
    assert answer.status_code == 413
    assert answer.json()["limit_bytes"] == 10485760


async def test_an_unknown_import_is_not_found(service):
    """404 for an id that was never given."""
    answer = await service.client.get(f"/item-imports/{uuid.uuid4()}", headers=await service.sign_in())
    assert answer.status_code == 404
