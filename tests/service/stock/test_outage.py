"""What the domains answer while the database cannot be reached."""

import uuid
from contextlib import asynccontextmanager

import pytest
from sqlalchemy.exc import OperationalError

from warehouse.platform.scope import Units

SOME = uuid.UUID(int=1)
PRICE = {"amount": "1.00", "currency": "EUR"}
READS = (
    "/items",
    "/items/A",
    f"/item-imports/{SOME}",
    "/item-exports",
    "/items/A/stock",
    "/stock/movements",
    "/reports",
    f"/reports/{SOME}",
    f"/reports/{SOME}/file",
    "/billing/plans",
    "/billing/subscription",
    "/billing/usage",
    "/billing/invoices",
    f"/billing/invoices/{SOME}",
    "/webhook-endpoints",
    f"/webhook-endpoints/{SOME}/deliveries",
)
WRITES = (
    ("POST", "/items", {"sku": "A", "name": "A", "category": "component", "price": PRICE}),
    ("DELETE", "/items/A", None),
    ("POST", "/items/A/restocks", {"quantity": 1}),
    ("POST", "/items/A/picks", {"quantity": 1}),
    ("POST", "/stock/adjustments", {"sku": "A", "delta": 1, "reason": "count"}),
    ("POST", "/reports", {"kind": "low_stock", "format": "csv"}),
    ("POST", f"/reports/{SOME}/cancellation", None),
    ("PUT", "/billing/subscription", {"plan_id": "team"}),
    ("POST", "/webhook-endpoints", {"url": "https://hooks.partner.example/x", "events": ["stock.low"]}),
    ("DELETE", f"/webhook-endpoints/{SOME}", None),
    ("POST", f"/webhook-endpoints/{SOME}/deliveries/{SOME}/redelivery", None),
)


@pytest.fixture
async def cut_off(service, monkeypatch):
    """A manager whose units of work have lost their database; signing in still works."""
    headers = {**await service.sign_in("manager"), "Idempotency-Key": uuid.uuid4().hex}
    opened = Units.open

    def lost(*args, **options):
        raise OperationalError("SELECT 1", {}, ConnectionError("the database went away"))

    @asynccontextmanager
    async def without_database(self, request, *, write=True):
        async with opened(self, request, write=write) as scope:
            for method in ("execute", "scalar", "scalars", "get", "get_one", "flush", "commit"):
                monkeypatch.setattr(scope.session, method, lost)
            yield scope

    monkeypatch.setattr(Units, "open", without_database)
    return service, headers


async def test_every_operation_asks_to_try_again(cut_off):
    """503 with `Retry-After` and no inner detail, for reading, changing and streaming alike."""
    service, headers = cut_off
    requests = [("GET", path, None) for path in READS] + list(WRITES)
    for method, path, body in requests:
        answer = await service.client.request(method, path, json=body, headers=headers)
        assert answer.status_code == 503, (method, path, answer.text)
        assert answer.json()["type"].endswith("/service-unavailable")
        assert int(answer.headers["Retry-After"]) >= 0
        assert "went away" not in answer.text
