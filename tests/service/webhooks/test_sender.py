"""Sending one message over the loopback interface."""

import pytest

from warehouse.webhooks.sender import Sender


@pytest.mark.parametrize(
    ("status", "succeeded"), [(200, True), (204, True), (299, True), (300, False), (404, False), (503, False)]
)
async def test_only_2xx_is_a_success(status, succeeded, receiving, loopback):
    """Every other status is a failure, redirects among them; its number is kept."""
    async with receiving(status) as receiver:
        outcome = await Sender(allowed=loopback).post(receiver.url, headers={}, body=b"{}")
    assert (outcome.status, outcome.succeeded) == (status, succeeded)


async def test_the_body_and_the_headers_arrive_unchanged(receiving, loopback):
    """What was signed is what is sent."""
    async with receiving(204) as receiver:
        await Sender(allowed=loopback).post(receiver.url, headers={"webhook-id": "msg_1"}, body='{"a":"ü"}'.encode())
    head, body = receiver.heads[0], receiver.bodies[0]
    assert head.startswith(b"POST /hook HTTP/1.1\r\n")
    assert b"webhook-id: msg_1" in head
    assert b"content-type: application/json" in head
    assert body == '{"a":"ü"}'.encode()


async def test_private_addresses_are_never_contacted(receiving, loopback):
    """By default the loopback interface is out of reach, and the outcome says why."""
    async with receiving(204) as receiver:
        outcome = await Sender().post(receiver.url, headers={}, body=b"{}")
    assert outcome.status is None
    assert outcome.reason == "127.0.0.1 leads to 127.0.0.1, which is not a public address"
    assert receiver.heads == []


async def test_a_redirect_is_not_followed(receiving, loopback):
    """An answer cannot send the message somewhere else."""
    async with receiving(204) as elsewhere:
        redirect = b"HTTP/1.1 307 X\r\nlocation: " + elsewhere.url.encode() + b"\r\ncontent-length: 0\r\n\r\n"
        async with receiving(redirect) as receiver:
            outcome = await Sender(allowed=loopback).post(receiver.url, headers={}, body=b"{}")
    assert outcome.status == 307
    assert elsewhere.heads == []


async def test_a_slow_receiver_is_a_failure(receiving, loopback):
    """After its time an attempt ends."""
    async with receiving(204, pause=5) as receiver:
        outcome = await Sender(allowed=loopback, patience=0.05).post(receiver.url, headers={}, body=b"{}")
    assert outcome.status is None
    assert outcome.reason == "no answer within 0.05 seconds"


@pytest.mark.parametrize("nonsense", [b"", b"hello\r\n\r\n", b"HTTP/1.1 9999 X\r\n\r\n", b"\x00\xff" * 50])
async def test_nonsense_is_a_failure(nonsense, receiving, loopback):
    """A receiver that does not speak HTTP fails the attempt and nothing else."""
    async with receiving(nonsense) as receiver:
        outcome = await Sender(allowed=loopback).post(receiver.url, headers={}, body=b"{}")
    assert outcome.status is None
    assert outcome.reason


async def test_a_refused_connection_is_a_failure(receiving, loopback):
    """Nobody listens: the attempt has no status, only a reason."""
    async with receiving(204) as receiver:
        pass
    outcome = await Sender(allowed=loopback).post(receiver.url, headers={}, body=b"{}")
    assert outcome.status is None
    assert outcome.reason.startswith("ConnectError")
