"""Ordering, making, downloading and cancelling reports."""

import csv
import hashlib
import io
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from warehouse.reports import housekeeping, jobs, queries
from warehouse.reports.tables import ReportFileRow, ReportRow


class Desk:
    """Short ways to order reports about a small warehouse."""

    def __init__(self, service, headers):
        self.service = service
        self.headers = headers

    async def post(self, path, body):
        headers = {**self.headers, "Idempotency-Key": uuid.uuid4().hex}
        answer = await self.service.client.post(path, json=body, headers=headers)
        assert answer.status_code in {201, 202}, answer.text
        return answer

    async def item(self, sku, pieces, price="1.00", reorder_point=None, **restock):
        body = {"sku": sku, "name": f"Name {sku}", "category": "component"}
        price = {"amount": price, "currency": "EUR"}
        await self.post("/items", {**body, "price": price, "reorder_point": reorder_point})
        if pieces:
            await self.post(f"/items/{sku}/restocks", {"quantity": pieces, **restock})

    async def order(self, kind="low_stock", format_="csv", **more):
        return (await self.post("/reports", {"kind": kind, "format": format_, **more})).json()["id"]

    async def get(self, report_id):
        return (await self.service.client.get(f"/reports/{report_id}", headers=self.headers)).json()

    async def download(self, report_id, accept="*/*"):
        headers = {**self.headers, "Accept": accept}
        return await self.service.client.get(f"/reports/{report_id}/file", headers=headers)

    async def rows(self, *order, **more):
        report_id = await self.order(*order, **more)
        await self.service.run_jobs()
        answer = await self.download(report_id)
        assert answer.status_code == 200, answer.text
        return list(csv.reader(io.StringIO(answer.text, newline="")))


@pytest.fixture
async def desk(service):
    """A signed-in member."""
    return Desk(service, await service.sign_in())


async def test_a_report_is_made_in_the_background(desk):
    """It is queued with its address, and afterwards tells what its file holds."""
    await desk.item("A", 3, reorder_point=5)
    ordered = await desk.post("/reports", {"kind": "low_stock", "format": "pdf"})
    queued = ordered.json()
    assert ordered.status_code == 202
    assert ordered.headers["Location"] == f"/reports/{queued['id']}"
    assert (queued["status"], queued["result"], queued["period_days"]) == ("queued", None, 30)
    waiting = await desk.service.client.get(f"/reports/{queued['id']}", headers=desk.headers)
    assert int(waiting.headers["Retry-After"]) > 0
    await desk.service.run_jobs()
    done = await desk.get(queued["id"])
    file = await desk.download(queued["id"])
    assert done["status"] == "succeeded"
    assert done["result"] == {
        "row_count": 1,
        "size_bytes": len(file.content),
        "sha256": hashlib.sha256(file.content).hexdigest(),
        "expires_at": "2026-12-20T09:30:00Z",
    }
    assert file.headers["Content-Type"] == "application/pdf"
    assert file.headers["Content-Disposition"] == 'attachment; filename="low_stock.pdf"'
    assert file.content.startswith(b"%PDF-")


async def test_low_stock_lists_what_is_to_be_ordered(desk):
    """Items at or below their reorder point, without discontinued ones."""
    await desk.item("A", 5, reorder_point=5)
    await desk.item("B", 6, reorder_point=5)
    await desk.item("C", 1)
    await desk.item("D", 0, reorder_point=0)
    send = {**desk.headers, "Content-Type": "application/merge-patch+json", "If-Match": "*"}
    await desk.service.client.patch("/items/D", content=b'{"status": "discontinued"}', headers=send)
    assert await desk.rows("low_stock") == [["sku", "name", "quantity", "reorder_point"], ["A", "Name A", "5", "5"]]


async def test_the_valuation_multiplies_exactly(desk):
    """Quantities times prices, to the cent, for all locations or one."""
    shelf = (await desk.post("/locations", {"code": "B", "name": "B"})).json()["id"]
    await desk.item("A", 3, price="0.35")
    await desk.item("B", 7, price="9999999999.99", location_id=shelf)
    await desk.item("C", 0)
    rows = await desk.rows("inventory_valuation")
    assert rows[1:] == [
        ["A", "Name A", "3", "0.35", "EUR", "1.05"],
        ["B", "Name B", "7", "9999999999.99", "EUR", "69999999999.93"],
    ]
    assert [row[0] for row in await desk.rows("inventory_valuation", location_id=shelf)] == ["sku", "B"]


async def test_the_journal_covers_its_period(desk):
    """Only the days asked for, the oldest first; picks count negative."""
    await desk.item("A", 10)
    desk.service.clock.advance(timedelta(days=3))
    desk.headers = await desk.service.sign_in()
    await desk.post("/items/A/picks", {"quantity": 4, "reference": "Order 1"})
    everything = await desk.rows("stock_movements")
    assert [row[1:] for row in everything[1:]] == [
        ["restock", "A", "10", "MAIN", "", "10", ""],
        ["pick", "A", "-4", "MAIN", "", "6", "Order 1"],
    ]
    recent = await desk.rows("stock_movements", period_days=2)
    assert [row[1] for row in recent[1:]] == ["pick"]


async def test_a_file_has_one_format(desk):
    """`*/*` gives the format that was ordered; an `Accept` without it is 406 and names it."""
    report_id = await desk.order("low_stock", "csv")
    await desk.service.run_jobs()
    for accept in ("*/*", "text/csv", "text/*", "application/pdf, text/csv;q=0.1"):
        answer = await desk.download(report_id, accept)
        assert answer.status_code == 200, accept
        assert answer.headers["Content-Type"].startswith("text/csv")
    refused = await desk.download(report_id, "application/pdf")
    assert (refused.status_code, refused.json()["available"]) == (406, ["text/csv"])
    assert (await desk.download(report_id, "image/png")).status_code == 406


async def test_without_a_file_there_is_a_reason(desk):
    """Before it is made, after it was cancelled and after 30 days the download is a conflict."""
    report_id = await desk.order()
    early = await desk.download(report_id)
    assert (early.status_code, early.json()["report_status"]) == (409, "queued")
    await desk.service.run_jobs()
    desk.service.clock.advance(timedelta(days=30))
    desk.headers = await desk.service.sign_in()
    late = await desk.download(report_id)
    assert (late.status_code, late.json()["report_status"]) == (409, "succeeded")
    assert late.json()["detail"] == "The file has expired. Order the report again."
    async with desk.service.scope() as scope:
        await housekeeping.tidy(scope)
    async with desk.service.scope() as scope:
        assert (await scope.session.scalars(select(ReportFileRow.report_id))).all() == []
    assert (await desk.download(report_id)).json()["detail"] == late.json()["detail"]


async def test_a_queued_report_can_be_cancelled_once(desk):
    """Its job then does nothing; a second time, or after the end, it is a conflict."""
    report_id = await desk.order()
    path = f"/reports/{report_id}/cancellation"
    cancelled = await desk.service.client.post(path, headers=desk.headers)
    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
    again = await desk.service.client.post(path, headers=desk.headers)
    assert (again.status_code, again.json()["report_status"]) == (409, "cancelled")
    await desk.service.run_jobs()
    assert (await desk.get(report_id))["status"] == "cancelled"
    assert (await desk.download(report_id)).json()["detail"] == "The report has been cancelled, so it has no file."


async def test_cancelling_while_it_is_made_throws_the_work_away(desk, monkeypatch):
    """Between reading and writing the report is cancelled: it stays so."""
    report_id = await desk.order()
    written = jobs._succeed

    async def cancel_first(scope, *args):
        report = await scope.session.get_one(ReportRow, uuid.UUID(report_id))
        report.status = "cancelled"
        await written(scope, *args)

    monkeypatch.setattr(jobs, "_succeed", cancel_first)
    await desk.service.run_jobs()
    state = await desk.get(report_id)
    assert (state["status"], state["result"]) == ("cancelled", None)


async def test_a_report_that_is_too_long_fails_with_advice(desk, monkeypatch):
    """It says what to do instead."""
    monkeypatch.setattr(queries, "MOST_ROWS", 1)
    await desk.item("A", 1)
    await desk.item("B", 1)
    report_id = await desk.order("inventory_valuation")
    await desk.service.run_jobs()
    state = await desk.get(report_id)
    assert state["status"] == "failed"
    assert state["failure_reason"].endswith("Choose a shorter period or one location.")
    assert (await desk.download(report_id)).json()["report_status"] == "failed"


async def test_a_report_that_cannot_be_made_fails_in_the_end(desk, monkeypatch):
    """A lasting fault ends the report after the last attempt, with words for people."""

    async def broken(scope, order):
        raise RuntimeError("secret detail")

    monkeypatch.setitem(queries.QUERIES, "low_stock", broken)
    report_id = await desk.order("low_stock")
    await desk.service.run_jobs()
    state = await desk.get(report_id)
    assert state["status"] == "failed"
    assert state["failure_reason"] == "The report was broken off by a fault on our side. Order it again."


async def test_reports_are_ones_own(desk):
    """Another account does not see them; the list is filtered by state and paged."""
    mine = [await desk.order() for _ in range(3)]
    await desk.service.client.post(f"/reports/{mine[0]}/cancellation", headers=desk.headers)
    other = await desk.service.sign_in("manager")
    for path in (f"/reports/{mine[1]}", f"/reports/{mine[1]}/file"):
        assert (await desk.service.client.get(path, headers=other)).status_code == 404
    assert (await desk.service.client.post(f"/reports/{mine[1]}/cancellation", headers=other)).status_code == 404
    assert (await desk.service.client.get("/reports", headers=other)).json()["items"] == []
    queued = (await desk.service.client.get("/reports?statuses=queued,running", headers=desk.headers)).json()["items"]
    assert [report["id"] for report in queued] == [mine[2], mine[1]]
    found, path = [], "/reports?limit=2"
    while path:
        page = (await desk.service.client.get(path, headers=desk.headers)).json()
        found += [report["id"] for report in page["items"]]
        path = page["next_cursor"] and f"/reports?limit=2&cursor={page['next_cursor']}"
    assert found == mine[::-1]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"kind": "horoscope"}, 422),
        ({"format": "docx"}, 422),
        ({"period_days": 0}, 422),
        ({"period_days": 367}, 422),
        ({"period_days": "30"}, 422),
        ({"location_id": "here"}, 422),
        ({"location_id": str(uuid.uuid4())}, 404),
    ],
)
async def test_absurd_orders_are_refused(desk, change, status):
    """What breaks the schema is 422, a location that does not exist 404."""
    body = {"kind": "low_stock", "format": "csv", **change}
    answer = await desk.service.client.post("/reports", json=body, headers=desk.headers)
    assert answer.status_code == status


async def test_the_scopes_are_needed(service):
    """Reading needs reports:read, ordering and cancelling reports:write."""
    report = uuid.uuid4()
    reader, writer = await service.api_key("reports:read"), await service.api_key("reports:write")
    for method, path in (("GET", "/reports"), ("GET", f"/reports/{report}"), ("GET", f"/reports/{report}/file")):
        assert (await service.client.request(method, path)).status_code == 401
        answer = await service.client.request(method, path, headers=writer)
        assert (answer.status_code, answer.json()["required_scopes"]) == (403, ["reports:read"])
    for path in ("/reports", f"/reports/{report}/cancellation"):
        assert (await service.client.post(path)).status_code == 401
        answer = await service.client.post(path, headers=reader)
        assert (answer.status_code, answer.json()["required_scopes"]) == (403, ["reports:write"])
