"""Exporting items."""

import csv
import io
import json

import pytest

from warehouse.items import service as items


async def fill(service, headers, count):
    lines = [f'N-{number:04},"Name, ""{number}""",component,1.00,EUR,a b' for number in range(count)]
    content = "sku,name,category,price,currency,tags\n" + "\n".join(lines)
    await service.client.post("/item-imports", files={"file": ("f.csv", content, "text/csv")}, headers=headers)
    await service.run_jobs()


async def test_csv_is_the_default(service):
    """Without a preference CSV is streamed, with a header line, ordered by SKU."""
    headers = await service.sign_in()
    await fill(service, headers, 3)
    answer = await service.client.get("/item-exports", headers=headers)
    assert answer.headers["Content-Type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(answer.text, newline="")))
    assert rows[0] == ["sku", "name", "category", "status", "price", "currency", "tags", "quantity"]
    assert rows[1] == ["N-0000", 'Name, "0"', "component", "active", "1.00", "EUR", "a b", "0"]
    assert [row[0] for row in rows[1:]] == ["N-0000", "N-0001", "N-0002"]


async def test_lines_of_json_are_items(service):
    """`Accept` chooses NDJSON; each line is what `getItem` answers."""
    headers = await service.sign_in()
    await fill(service, headers, 2)
    answer = await service.client.get("/item-exports", headers={**headers, "Accept": "application/x-ndjson"})
    assert answer.headers["Content-Type"].startswith("application/x-ndjson")
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert lines[1] == (await service.client.get("/items/N-0001", headers=headers)).json()


async def test_another_format_is_not_acceptable(service):
    """406 names what can be given."""
    answer = await service.client.get("/item-exports", headers={**await service.sign_in(), "Accept": "application/pdf"})
    assert answer.status_code == 406
    assert answer.json()["available"] == ["text/csv", "application/x-ndjson"]


async def test_an_export_of_nothing_is_an_empty_file(service):
    """CSV keeps its header, NDJSON is empty."""
    headers = await service.sign_in()
    assert (await service.client.get("/item-exports", headers=headers)).text.count("\r\n") == 1
    answer = await service.client.get("/item-exports", headers={**headers, "Accept": "application/x-ndjson"})
    assert (answer.status_code, answer.text) == (200, "")


async def test_every_item_is_exported_once_over_many_portions(service, monkeypatch):
    """Portions follow each other without gaps; a filter narrows them."""
    monkeypatch.setattr(items, "CHUNK", 7)
    headers = await service.sign_in()
    await fill(service, headers, 50)
    answer = await service.client.get("/item-exports", headers=headers)
    assert [line[:6] for line in answer.text.splitlines()[1:]] == [f"N-{number:04}" for number in range(50)]
    some = await service.client.get('/item-exports?filter[name]="4', headers=headers)
    assert len(some.text.splitlines()) == 1 + 11


@pytest.mark.parametrize("query", ["filter[surprise]=1", "filter=1", "tags=", "cursor=x", "tags=a&tags=b"])
async def test_absurd_queries_are_refused(service, query):
    """Unknown members and parameters never pass."""
    answer = await service.client.get(f"/item-exports?{query}", headers=await service.sign_in())
    assert answer.status_code in {400, 422}
