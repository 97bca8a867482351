"""The SDK against a server that breaks every rule, blocking and asynchronous alike."""

from __future__ import annotations

import asyncio
import json
import re

import pytest
from sdk_servers import drip, faulty, reply, reset, silence

from warehouse_client import (
    ApiConnectionError,
    ApiTimeoutError,
    AsyncWarehouse,
    DeadlineExceeded,
    InvalidReply,
    OutOfStock,
    RetryPolicy,
    ServiceUnavailable,
    TooManyRequests,
    Warehouse,
)

PLANS = json.dumps({"items": [], "next_cursor": None}).encode()
MOVEMENT = {
    "kind": "restock", "id": "01a1f8a9-1390-7a77-b281-0dcf7f92ab3f", "sku": "SKU-1", "quantity": 5, "balance": 5,
    "location_id": "01a1f8a9-0d33-7c1e-80bd-401faacbbd5d", "reference": None,
    "actor_id": "01a1f8a9-0d2f-7b6d-b997-a65c794458bf", "created_at": "2026-01-01T00:00:00Z",
}  # fmt: skip
QUICK = RetryPolicy(retries=2, first_delay=0.001, longest_delay=0.002)


@pytest.fixture(params=["blocking", "asynchronous"])
def run(request):
    """Runs ``call(client)`` with a client of either kind; the call is given by names and arguments."""

    def blocking(url, names, *args, options, **kwargs):
        with Warehouse(base_url=url, bearer_auth="t", retry=QUICK, **options) as client:
            return _method(client, names)(*args, **kwargs)

    def asynchronous(url, names, *args, options, **kwargs):
        async def call():
            async with AsyncWarehouse(base_url=url, bearer_auth="t", retry=QUICK, **options) as client:
                return await _method(client, names)(*args, **kwargs)

        return asyncio.run(call())

    return blocking if request.param == "blocking" else asynchronous


def _method(client, names):
    for name in names.split("."):
        client = getattr(client, name)
    return client


def restock(run, url, **options):
    return run(url, "items.restock", "SKU-1", quantity=5, options=options)


def get(run, url, **options):
    return run(url, "items.get", "SKU-1", options=options)


def test_a_restock_survives_failures_with_one_key(run):
    """503, a reset and a 429 in turn: the third attempt succeeds, and all carry the same key."""
    created = reply(201, json.dumps(MOVEMENT).encode())
    with faulty(reply(503), reset, created) as (url, received):
        assert restock(run, url).balance == 5
    keys = [re.search(rb"(?i)idempotency-key: (\S+)", request)[1] for request in received]
    assert len(keys) == 3
    assert len(set(keys)) == 1


def test_a_server_that_says_nothing_is_a_timeout(run):
    """No answer within the timeout: ApiTimeoutError after all attempts."""
    with faulty(silence) as (url, received), pytest.raises(ApiTimeoutError) as caught:
        get(run, url, timeout=0.05)
    assert caught.value.attempts == 3
    assert len(received) == 3


def test_a_reset_is_a_connection_error(run):
    """A connection that is reset every time ends as ApiConnectionError, with the cause at hand."""
    with faulty(reset) as (url, _), pytest.raises(ApiConnectionError, match=r"GET /items/\{sku\}") as caught:
        get(run, url)
    assert caught.value.__cause__ is not None


def test_nobody_listens(run):
    """A refused connection is an ApiConnectionError for a POST too, after all attempts: nothing was sent."""
    with faulty(reset) as (url, _):
        pass
    with pytest.raises(ApiConnectionError) as caught:
        run(url, "auth.revoke_token", token="t", options={})
    assert caught.value.attempts == 3


def test_a_slow_body_meets_the_deadline(run):
    """A body that drips for ever is cut off when the deadline has passed."""
    with faulty(drip) as (url, _), pytest.raises(DeadlineExceeded):
        get(run, url, deadline=0.3)


def test_a_truncated_body_is_a_connection_error(run):
    """A body that ends before its announced length is repeated, and never taken for whole."""
    with faulty(reply(200, b'{"sku":', length=500)) as (url, received), pytest.raises(ApiConnectionError):
        get(run, url)
    assert len(received) == 3


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (reply(200, b"<html>login</html>", media="text/html"), "200 with text/html, expected application/json"),
        (reply(200, b'{"sku":'), "200 with broken JSON"),
        (reply(200, b'{"sku":"SKU-1"}'), "lacks the required property"),
        (reply(200, b"[1]"), "has not the documented shape"),
        (reply(299, b"{}"), "status 299 is not in the contract"),
    ],
)
def test_a_reply_that_breaks_the_contract_is_no_value(run, answer, message):
    """Wrong media types, broken JSON and wrong shapes are InvalidReply, with the bytes at hand."""
    with faulty(answer) as (url, received), pytest.raises(InvalidReply, match=message) as caught:
        get(run, url)
    assert len(received) == 1
    assert isinstance(caught.value.body, bytes)


def test_a_page_of_a_proxy_is_a_status_error(run):
    """An HTML 503 is a ServiceUnavailable with the page as its body, never a decoding error."""
    with (
        faulty(reply(503, b"<html>down</html>", media="text/html")) as (url, _),
        pytest.raises(ServiceUnavailable) as caught,
    ):
        get(run, url)
    assert caught.value.body == b"<html>down</html>"
    assert caught.value.problem == {}


def test_a_long_retry_after_ends_the_call(run):
    """A wait of an hour is not shortened: the call ends, and tells how long to wait."""
    with faulty(reply(429, retry_after="3600")) as (url, received), pytest.raises(TooManyRequests) as caught:
        get(run, url)
    assert len(received) == 1
    assert caught.value.retry_after == 3600


def test_a_problem_is_an_exception_with_its_members(run):
    """``except OutOfStock as error: error.available`` works, and the request id is there for support."""
    problem = {
        "type": OutOfStock.uri, "title": "Out of stock", "status": 409, "available": 2, "requested": 5, "sku": "SKU-1",
        "location_id": MOVEMENT["location_id"],
    }  # fmt: skip
    answer = reply(409, json.dumps(problem).encode(), media="application/problem+json", x_request_id="r-7")
    with faulty(answer) as (url, received), pytest.raises(OutOfStock) as caught:
        run(url, "items.pick", "SKU-1", quantity=5, options={})
    assert (caught.value.available, caught.value.request_id, caught.value.status) == (2, "r-7", 409)
    assert len(received) == 1
    assert "SKU-1" not in str(caught.value)


def test_a_broken_list_ends_in_an_error():
    """A page that breaks off in the middle of iterating raises; it does not end the list early."""
    first = reply(200, json.dumps({"items": [], "next_cursor": "b"}).encode())
    broken = faulty(first, reply(200, b"{}"))
    with broken as (url, _), Warehouse(base_url=url, bearer_auth="t") as client, pytest.raises(InvalidReply):
        list(client.items.list())


def _interrupted(url, path):
    with (
        Warehouse(base_url=url, bearer_auth="t", retry=QUICK) as client,
        client.reports.with_streaming_response.download("r") as response,
    ):
        response.save(path)


def test_an_interrupted_download_leaves_no_file(tmp_path):
    """A download that breaks off raises, and the file does not exist."""
    answer = reply(200, b"%PDF", media="application/pdf", length=100)
    with faulty(answer) as (url, _), pytest.raises(ApiConnectionError):
        _interrupted(url, tmp_path / "report.pdf")
    assert list(tmp_path.iterdir()) == []
