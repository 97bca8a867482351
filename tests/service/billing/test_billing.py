"""Plans, the subscription, usage and invoices through the API."""

import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
import yaml
from sqlalchemy import select, update

from warehouse.billing import invoicing, seed
from warehouse.billing.periods import period_of
from warehouse.billing.tables import PendingChargeRow, PlanRow, SubscriptionRow

SPEC = Path(__file__).parents[3] / "spec" / "paths"


async def get(service, path, headers=None):
    answer = await service.client.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def change(service, headers, plan_id):
    return await service.client.put("/billing/subscription", json={"plan_id": plan_id}, headers=headers)


async def test_plans_are_open_to_everybody_and_the_cheapest_comes_first(service):
    """Without credentials, page by page, by price; a plan that is no longer on offer is not listed."""
    plans = (await get(service, "/billing/plans"))["items"]
    prices = [Decimal(plan["price"]["amount"]) for plan in plans]
    assert prices == sorted(prices)
    assert len(plans) == 4
    first = await get(service, "/billing/plans?limit=1")
    second = await get(service, f"/billing/plans?limit=1&cursor={first['next_cursor']}")
    assert [first["items"][0], second["items"][0]] == plans[:2]
    async with service.scope() as scope:
        await scope.session.execute(update(PlanRow).where(PlanRow.id == "starter").values(is_offered=False))
    assert (await get(service, "/billing/plans"))["items"][0]["id"] == "team"


async def test_the_subscription_tells_what_the_month_has_used(service):
    """Items, movements and reports of the current month are counted."""
    headers = await service.sign_in("manager")
    body = {"sku": "A", "name": "A", "category": "component", "price": {"amount": "1.00", "currency": "EUR"}}
    await service.client.post("/items", json=body, headers=headers)
    await service.client.post("/reports", json={"kind": "low_stock", "format": "csv"}, headers=headers)
    state = await get(service, "/billing/subscription", headers)
    assert (state["plan"]["id"], state["status"], state["trial_ends_at"]) == ("team", "active", None)
    assert state["usage"] == {
        "period_start": "2026-11-01T00:00:00Z",
        "period_end": "2026-12-01T00:00:00Z",
        "item_count": 1,
        "movement_count": 0,
        "report_count": 1,
    }
    service.clock.advance(timedelta(days=30))
    headers = await service.sign_in("manager")
    usage = (await get(service, "/billing/subscription", headers))["usage"]
    assert (usage["item_count"], usage["report_count"]) == (1, 0)


async def test_usage_says_that_it_is_deprecated(service):
    """The headers tell since when and until when, as the contract does."""
    headers = await service.sign_in("manager")
    answer = await service.client.get("/billing/usage", headers=headers)
    assert answer.json() == (await get(service, "/billing/subscription", headers))["usage"]
    assert answer.headers["Deprecation"] == "@1793491200"
    described = yaml.safe_load((SPEC / "billing-usage.yaml").read_text())["get"]
    ends = datetime.fromisoformat(described["x-tally-sunset"]["date"]).replace(tzinfo=UTC)
    assert parsedate_to_datetime(answer.headers["Sunset"]) == ends


async def test_a_change_is_in_force_at_once_and_charged_in_part(service):
    """The difference for the rest of the month waits for the next invoice; the trail tells the change."""
    headers = await service.sign_in("admin")
    service.clock.advance(timedelta(days=-4, hours=-9, minutes=-30))  # 2026-11-16T00:00Z, half of the month
    headers = await service.sign_in("admin")
    changed = await change(service, headers, "business")
    assert changed.status_code == 200
    assert (changed.json()["plan"]["id"], changed.json()["started_at"]) == ("business", "2026-11-16T00:00:00Z")
    assert (await change(service, headers, "business")).json()["started_at"] == "2026-11-16T00:00:00Z"
    async with service.scope() as scope:
        charges = (await scope.session.scalars(select(PendingChargeRow))).all()
    assert [(charge.amount, charge.description) for charge in charges] == [
        (Decimal("75.00"), "Change from Team to Business on 2026-11-16")
    ]
    events = (await get(service, "/admin/audit-events", headers))["items"]
    told = [event for event in events if event["action"] == "subscription.changed"]
    assert [(event["subject"], event["details"]) for event in told] == [("business", {"plan_before": "team"})]


async def test_a_plan_that_is_too_small_is_refused(service):
    """The problem tells both figures, and the old plan stays."""
    headers = await service.sign_in("manager")
    lines = "".join(f"N-{number},N,component,1.00,EUR,\n" for number in range(101))
    content = "sku,name,category,price,currency,tags\n" + lines
    await service.client.post("/item-imports", files={"file": ("f.csv", content, "text/csv")}, headers=headers)
    await service.run_jobs()
    answer = await change(service, headers, "starter")
    assert answer.status_code == 409
    assert (answer.json()["item_limit"], answer.json()["item_count"]) == (100, 101)
    assert (await get(service, "/billing/subscription", headers))["plan"]["id"] == "team"


@pytest.mark.parametrize(("plan_id", "status"), [("none", 404), ("TEAM", 422), ("", 422), (None, 422), (7, 422)])
async def test_absurd_plans_are_refused(service, plan_id, status):
    """An unknown plan is 404, one that cannot be 422."""
    answer = await change(service, await service.sign_in("manager"), plan_id)
    assert answer.status_code == status


async def test_the_month_ends_with_an_invoice(service):
    """At the turn of the month one invoice is written: the fee and the change of plan, once."""
    headers = await service.sign_in("manager")
    await change(service, headers, "business")
    service.clock.advance(timedelta(days=11))
    await service.run_jobs()
    headers = await service.sign_in("manager")
    (invoice,) = (await get(service, "/billing/invoices", headers))["items"]
    assert (invoice["number"], invoice["status"], invoice["paid_at"]) == ("INV-2026-0001", "open", None)
    assert invoice["lines"][0]["description"] == "Plan Business, December 2026"
    amounts = [Decimal(line["amount"]["amount"]) for line in invoice["lines"]]
    assert amounts[0] == Decimal("199.00")
    assert len(amounts) == 2
    assert Decimal(invoice["total"]["amount"]) == sum(amounts)
    assert invoice["due_on"] == "2026-12-15"
    assert await get(service, f"/billing/invoices/{invoice['id']}", headers) == invoice
    async with service.scope() as scope:
        assert await invoicing.write_invoice(scope, period_of(service.clock.now())) is None
        assert (await scope.session.scalars(select(PendingChargeRow))).all() == []
    service.clock.advance(timedelta(days=31))
    await service.run_jobs()
    headers = await service.sign_in("manager")
    numbers = [each["number"] for each in (await get(service, "/billing/invoices", headers))["items"]]
    assert numbers == ["INV-2027-0001", "INV-2026-0001"]


async def test_a_trial_costs_nothing_and_ends(service):
    """No invoice is written in a trial; after its end the subscription is active."""
    async with service.scope() as scope:
        ends = service.clock.now() + timedelta(days=20)
        await scope.session.execute(update(SubscriptionRow).values(status="trialing", trial_ends_at=ends))
    headers = await service.sign_in("manager")
    assert (await get(service, "/billing/subscription", headers))["status"] == "trialing"
    async with service.scope() as scope:
        assert await invoicing.write_invoice(scope, period_of(service.clock.now())) is None
    service.clock.advance(timedelta(days=20))
    headers = await service.sign_in("manager")
    assert (await get(service, "/billing/subscription", headers))["status"] == "active"


async def test_sample_invoices_are_added_once(service):
    """The demonstration has three months, the last one open; a second start adds none."""
    for _ in range(2):
        async with service.scope() as scope:
            await seed.seed(scope, demo=True)
    headers = await service.sign_in("manager")
    invoices = (await get(service, "/billing/invoices", headers))["items"]
    assert [(invoice["status"], invoice["issued_at"]) for invoice in invoices] == [
        ("open", "2026-11-01T00:00:00Z"),
        ("paid", "2026-10-01T00:00:00Z"),
        ("paid", "2026-09-01T00:00:00Z"),
    ]


async def test_an_unknown_invoice_is_not_found(service):
    """404 for an id that was never given, 422 for what is no id."""
    headers = await service.sign_in("manager")
    answer = await service.client.get(f"/billing/invoices/{uuid.uuid4()}", headers=headers)
    assert (answer.status_code, answer.json()["resource"]) == (404, "invoice")
    assert (await service.client.get("/billing/invoices/7", headers=headers)).status_code == 422


async def test_members_do_not_see_the_billing(service):
    """Managers do; API keys never."""
    for method, path, scope in (
        ("GET", "/billing/subscription", "billing:read"),
        ("PUT", "/billing/subscription", "billing:write"),
        ("GET", "/billing/usage", "billing:read"),
        ("GET", "/billing/invoices", "billing:read"),
        ("GET", f"/billing/invoices/{uuid.uuid4()}", "billing:read"),
    ):
        answer = await service.client.request(method, path, headers=await service.sign_in("member"))
        assert (answer.status_code, answer.json()["required_scopes"]) == (403, [scope])
        key = await service.client.request(method, path, headers=await service.api_key("items:read"))
        assert key.status_code == 401
