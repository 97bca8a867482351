"""Webhook endpoints, and what is sent to them."""

import json
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from warehouse.platform.jobs import JobContext
from warehouse.webhooks import housekeeping, jobs, signing
from warehouse.webhooks import service as webhooks
from warehouse.webhooks.schedule import RETRY_DELAYS
from warehouse.webhooks.sender import Sender
from warehouse.webhooks.tables import WebhookEndpointRow

URL = "https://hooks.partner.example/warehouse"


class Partner:
    """An account that wants to be told, and a warehouse where something happens."""

    def __init__(self, service, headers):
        self.service = service
        self.headers = headers

    async def endpoint(self, receiver=None, events=("stock.low",)):
        """Create an endpoint; with a receiver its address is put in behind the API, which takes https only."""
        body = {"url": URL, "events": list(events)}
        answer = await self.service.client.post("/webhook-endpoints", json=body, headers=self.headers)
        assert answer.status_code == 201, answer.text
        created = answer.json()
        if receiver is not None:
            async with self.service.scope() as scope:
                change = update(WebhookEndpointRow).where(WebhookEndpointRow.id == uuid.UUID(created["id"]))
                await scope.session.execute(change.values(url=receiver.url))
        return created

    async def endpoints(self):
        return (await self.service.client.get("/webhook-endpoints", headers=self.headers)).json()["items"]

    async def is_enabled(self):
        """Look behind the API: an address on this machine is none that it could answer."""
        async with self.service.scope() as scope:
            return await scope.session.scalar(select(WebhookEndpointRow.is_enabled))

    async def deliveries(self, endpoint):
        path = f"/webhook-endpoints/{endpoint['id']}/deliveries"
        answer = await self.service.client.get(path, headers=self.headers)
        assert answer.status_code == 200, answer.text
        return answer.json()["items"]

    async def item(self, pieces, reorder_point):
        body = {"sku": "SKU-1", "name": "Bolt", "category": "component", "reorder_point": reorder_point}
        price = {"amount": "1.00", "currency": "EUR"}
        await self.service.client.post("/items", json={**body, "price": price}, headers=self.headers)
        await self.book("restocks", pieces)

    async def book(self, kind, quantity):
        headers = {**self.headers, "Idempotency-Key": uuid.uuid4().hex}
        path = f"/items/SKU-1/{kind}"
        answer = await self.service.client.post(path, json={"quantity": quantity}, headers=headers)
        assert answer.status_code == 201, answer.text

    async def run_low(self):
        """Let an item reach its reorder point, and deliver."""
        await self.item(101, 100)
        await self.book("picks", 1)
        await self.service.run_jobs()

    async def later(self, pause):
        self.service.clock.advance(pause)
        self.headers = await self.service.sign_in()
        await self.service.run_jobs()


@pytest.fixture
async def partner(service, monkeypatch, loopback):
    """A member whose receivers run on this machine."""
    monkeypatch.setitem(service.settings.__dict__, "webhook_allowed_networks", loopback)
    return Partner(service, await service.sign_in())


async def test_the_secret_is_shown_once(partner):
    """Creating shows it, to nobody else and never again."""
    body = {"url": URL, "events": ["stock.low", "report.completed"], "description": "Reordering"}
    answer = await partner.service.client.post("/webhook-endpoints", json=body, headers=partner.headers)
    created = answer.json()
    assert answer.headers["Cache-Control"] == "no-store"
    assert len(signing.key_of(created["secret"])) == 32
    assert created["endpoint"] == {
        "id": created["id"],
        **body,
        "is_enabled": True,
        "created_at": "2026-11-20T09:30:00Z",
    }
    assert await partner.endpoints() == [created["endpoint"]]


async def test_low_stock_is_told_once_and_signed(partner, receiving):
    """The message is sent when the point is reached, and again only after the stock was above it."""
    async with receiving(204) as receiver:
        created = await partner.endpoint(receiver)
        await partner.run_low()
        assert len(receiver.bodies) == 1
        assert json.loads(receiver.bodies[0]) == {
            "type": "stock.low",
            "timestamp": "2026-11-20T09:30:00Z",
            "data": {"sku": "SKU-1", "quantity": 100, "reorder_point": 100},
        }
        message_id, timestamp = receiver.header("webhook-id"), int(receiver.header("webhook-timestamp"))
        assert receiver.header("webhook-signature") == signing.signature(
            created["secret"], message_id=message_id, timestamp=timestamp, body=receiver.bodies[0]
        )
        await partner.book("picks", 1)
        await partner.service.run_jobs()
        assert len(receiver.bodies) == 1
        await partner.book("restocks", 2)
        await partner.book("picks", 5)
        await partner.service.run_jobs()
        assert len(receiver.bodies) == 2
    (second, first) = await partner.deliveries(created)
    assert (first["status"], first["attempt_count"], first["response_status"]) == ("succeeded", 1, 204)
    assert first["message_id"] == message_id != second["message_id"]
    assert first["next_attempt_at"] is None


async def test_nothing_is_sent_for_a_change_that_was_refused(partner, receiving):
    """A pick that is rolled back announces nothing."""
    async with receiving(204) as receiver:
        await partner.endpoint(receiver)
        await partner.item(5, 100)
        headers = {**partner.headers, "Idempotency-Key": uuid.uuid4().hex}
        answer = await partner.service.client.post("/items/SKU-1/picks", json={"quantity": 6}, headers=headers)
        assert answer.status_code == 409
        await partner.service.run_jobs()
        assert receiver.bodies == []


async def test_a_failed_delivery_is_tried_again(partner, receiving):
    """The next attempt has the same id and body, and its own timestamp; success ends the matter."""
    async with receiving(503) as receiver:
        created = await partner.endpoint(receiver)
        await partner.run_low()
        (waiting,) = await partner.deliveries(created)
        assert (waiting["status"], waiting["attempt_count"], waiting["response_status"]) == ("pending", 1, 503)
        assert waiting["next_attempt_at"] >= "2026-11-20T09:30:05"
        first_id = receiver.header("webhook-id")
        receiver.answer = receiver.answer.replace(b"503", b"200")
        await partner.later(timedelta(seconds=10))
        assert receiver.header("webhook-id") == first_id
        assert receiver.bodies[0] == receiver.bodies[1]
        assert int(receiver.header("webhook-timestamp")) % 60 == 10
    (done,) = await partner.deliveries(created)
    assert (done["status"], done["attempt_count"], done["next_attempt_at"]) == ("succeeded", 2, None)


async def test_a_delivery_is_given_up_after_a_day(partner, receiving):
    """One attempt at once and one after each pause, then it is failed; the endpoint stays enabled."""
    async with receiving(500) as receiver:
        created = await partner.endpoint(receiver)
        await partner.run_low()
        for pause in RETRY_DELAYS:
            await partner.later(pause * 1.2)
        assert len(receiver.bodies) == 1 + len(RETRY_DELAYS)
        await partner.later(timedelta(days=1))
        assert len(receiver.bodies) == 1 + len(RETRY_DELAYS)
    (failed,) = await partner.deliveries(created)
    assert (failed["status"], failed["next_attempt_at"]) == ("failed", None)
    assert await partner.is_enabled() is True


async def test_an_endpoint_that_fails_for_five_days_is_disabled(partner, receiving):
    """It gets nothing more until a redelivery succeeds."""
    async with receiving(500) as receiver:
        created = await partner.endpoint(receiver)
        async with partner.service.scope() as scope:
            since = partner.service.clock.now() - timedelta(days=5)
            await scope.session.execute(update(WebhookEndpointRow).values(failing_since=since))
        await partner.run_low()
        assert await partner.is_enabled() is False
        (failed,) = await partner.deliveries(created)
        assert failed["status"] == "failed"
        await partner.book("restocks", 50)
        await partner.book("picks", 50)
        await partner.service.run_jobs()
        assert len(receiver.bodies) == 1
        receiver.answer = receiver.answer.replace(b"500", b"204")
        path = f"/webhook-endpoints/{created['id']}/deliveries/{failed['id']}/redelivery"
        await partner.service.client.post(path, headers=partner.headers)
        await partner.service.run_jobs()
        assert await partner.is_enabled() is True


async def test_a_delivery_can_be_sent_once_more(partner, receiving):
    """The same message with the same id; the answer names the list where the outcome appears."""
    async with receiving(204) as receiver:
        created = await partner.endpoint(receiver)
        await partner.run_low()
        (delivery,) = await partner.deliveries(created)
        list_path = f"/webhook-endpoints/{created['id']}/deliveries"
        again = await partner.service.client.post(f"{list_path}/{delivery['id']}/redelivery", headers=partner.headers)
        assert (again.status_code, again.json()["status"]) == (202, "pending")
        assert again.headers["Location"] == list_path
        await partner.service.run_jobs()
        assert len(receiver.bodies) == 2
        assert receiver.bodies[0] == receiver.bodies[1]
        assert receiver.header("webhook-id") == delivery["message_id"]
    (done,) = await partner.deliveries(created)
    assert (done["status"], done["attempt_count"]) == ("succeeded", 2)


async def test_a_redelivery_voids_the_attempt_that_was_waiting(partner, receiving):
    """A delivery never has two chains of attempts."""
    async with receiving(503) as receiver:
        created = await partner.endpoint(receiver)
        await partner.run_low()
        (delivery,) = await partner.deliveries(created)
        path = f"/webhook-endpoints/{created['id']}/deliveries/{delivery['id']}/redelivery"
        await partner.service.client.post(path, headers=partner.headers)
        await partner.service.run_jobs()
        assert len(receiver.bodies) == 2
        await partner.later(timedelta(seconds=6))
        assert len(receiver.bodies) == 3


async def test_an_attempt_that_could_not_be_made_counts_as_failed(partner, receiving, monkeypatch):
    """A fault on our side does not end the chain of attempts."""

    async def broken(*args, **options):
        raise RuntimeError("no random numbers left")

    async with receiving(204) as receiver:
        created = await partner.endpoint(receiver)
        with monkeypatch.context() as patched:
            patched.setattr(Sender, "post", broken)
            await partner.run_low()
        (waiting,) = await partner.deliveries(created)
        assert (waiting["status"], waiting["attempt_count"], waiting["response_status"]) == ("pending", 1, None)
        await partner.later(timedelta(seconds=10))
        assert len(receiver.bodies) == 1


async def test_a_private_address_is_never_contacted(partner, receiving, monkeypatch):
    """Without a setting that allows it the attempt fails before anything is sent."""
    monkeypatch.setitem(partner.service.settings.__dict__, "webhook_allowed_networks", ())
    async with receiving(204) as receiver:
        created = await partner.endpoint(receiver)
        await partner.run_low()
        assert receiver.heads == []
    (waiting,) = await partner.deliveries(created)
    assert (waiting["status"], waiting["response_status"], waiting["attempt_count"]) == ("pending", None, 1)


async def test_a_deleted_endpoint_gets_nothing_more(partner, receiving):
    """Attempts that were waiting are dropped."""
    async with receiving(503) as receiver:
        created = await partner.endpoint(receiver)
        await partner.run_low()
        path = f"/webhook-endpoints/{created['id']}"
        assert (await partner.service.client.delete(path, headers=partner.headers)).status_code == 204
        await partner.later(timedelta(hours=1))
        assert len(receiver.bodies) == 1
    assert (await partner.service.client.delete(path, headers=partner.headers)).status_code == 404
    assert await partner.endpoints() == []


async def test_a_finished_report_is_told_to_its_owner_alone(partner, receiving):
    """Succeeded and failed reports are told, cancelled ones are not, and no other account hears of them."""
    async with receiving(204) as mine, receiving(204) as theirs:
        await partner.endpoint(mine, events=["report.completed"])
        stranger = Partner(partner.service, await partner.service.sign_in("manager"))
        await stranger.endpoint(theirs, events=["report.completed"])
        body = {"kind": "low_stock", "format": "csv"}
        first = await partner.service.client.post("/reports", json=body, headers=partner.headers)
        second = await partner.service.client.post("/reports", json=body, headers=partner.headers)
        path = f"/reports/{second.json()['id']}/cancellation"
        await partner.service.client.post(path, headers=partner.headers)
        await partner.service.run_jobs()
        assert [json.loads(body)["data"] for body in mine.bodies] == [
            {"report_id": first.json()["id"], "status": "succeeded"}
        ]
        assert theirs.bodies == []


async def test_a_message_is_queued_once_however_often_its_job_runs(partner):
    """A job that is repeated after a crash finds its message already there."""
    created = await partner.endpoint()
    resources = partner.service.resources
    context = JobContext(
        job_id=uuid.uuid4(),
        attempt=1,
        settings=resources.settings,
        clock=resources.clock,
        http=None,
        units=resources.units,
    )
    happened_at = "2026-11-20T09:30:00+00:00"
    payload = {"event": "stock.low", "body": "{}", "happened_at": happened_at, "owner_id": None}
    for _ in range(2):
        await jobs.publish(context, payload)
    assert len(await partner.deliveries(created)) == 1


async def test_old_deliveries_are_forgotten(partner, receiving):
    """After 30 days they can no longer be read."""
    async with receiving(204) as receiver:
        created = await partner.endpoint(receiver)
        await partner.run_low()
    for days, left in ((30, 1), (1, 0)):
        await partner.later(timedelta(days=days))
        async with partner.service.scope() as scope:
            await housekeeping.tidy(scope)
        assert len(await partner.deliveries(created)) == left


async def test_endpoints_are_ones_own(partner):
    """Another account can neither see nor delete them, nor read or repeat their deliveries."""
    created = await partner.endpoint()
    other = await partner.service.sign_in("manager")
    client = partner.service.client
    path = f"/webhook-endpoints/{created['id']}"
    assert (await client.get("/webhook-endpoints", headers=other)).json()["items"] == []
    assert (await client.delete(path, headers=other)).status_code == 404
    assert (await client.get(f"{path}/deliveries", headers=other)).status_code == 404
    answer = await client.post(f"{path}/deliveries/{uuid.uuid4()}/redelivery", headers=other)
    assert (answer.status_code, answer.json()["resource"]) == (404, "webhook endpoint")
    mine = await client.post(f"{path}/deliveries/{uuid.uuid4()}/redelivery", headers=partner.headers)
    assert (mine.status_code, mine.json()["resource"]) == (404, "webhook delivery")


async def test_an_account_holds_a_limited_number(partner, monkeypatch):
    """One more than allowed is a conflict that names the limit."""
    monkeypatch.setattr(webhooks, "MOST_ENDPOINTS", 2)
    await partner.endpoint()
    await partner.endpoint()
    body = {"url": URL, "events": ["stock.low"]}
    answer = await partner.service.client.post("/webhook-endpoints", json=body, headers=partner.headers)
    assert (answer.status_code, answer.json()["limit"]) == (409, 2)


@pytest.mark.parametrize(
    "change",
    [
        {"url": "http://hooks.partner.example/x"},
        {"url": "https://127.0.0.1/x"},
        {"url": "https://[::1]/x"},
        {"url": "https://localhost/x"},
        {"url": "https://user:secret@hooks.partner.example/x"},
        {"url": "https://hooks.partner.example:8443/x"},
        {"url": "https://hooks.partner.example/x?y=1"},
        {"url": "file:///etc/passwd"},
        {"url": "https://hooks.partner.example/" + "x" * 500},
        {"events": []},
        {"events": ["stock.low", "stock.low"]},
        {"events": ["stock.high"]},
        {"description": ""},
        {"secret": "whsec_mine"},
    ],
)
async def test_absurd_endpoints_are_refused(partner, change):
    """Addresses that are no public https ones, unknown or repeated events, and members that are not there."""
    body = {"url": URL, "events": ["stock.low"], **change}
    answer = await partner.service.client.post("/webhook-endpoints", json=body, headers=partner.headers)
    assert answer.status_code == 422


async def test_the_scope_is_needed(service):
    """Everything about webhooks needs webhooks:manage."""
    path = f"/webhook-endpoints/{uuid.uuid4()}"
    for method, where in (
        ("GET", "/webhook-endpoints"),
        ("POST", "/webhook-endpoints"),
        ("DELETE", path),
        ("GET", f"{path}/deliveries"),
        ("POST", f"{path}/deliveries/{uuid.uuid4()}/redelivery"),
    ):
        assert (await service.client.request(method, where)).status_code == 401
        answer = await service.client.request(method, where, headers=await service.api_key("items:read"))
        assert (answer.status_code, answer.json()["required_scopes"]) == (403, ["webhooks:manage"])
