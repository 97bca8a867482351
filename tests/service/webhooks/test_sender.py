"""Sending one message over the loopback interface."""

import asyncio
import contextlib
import ipaddress

import pytest

from warehouse.webhooks.sender import Sender

LOOPBACK = [ipaddress.ip_network("127.0.0.0/8")]


@contextlib.asynccontextmanager
async def receiver(answer, *, pause=0.0):
    """A server on the loopback interface that notes the requests and gives one fixed answer."""
    seen = []

    async def serve(reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        fields = dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
        length = int({name.lower(): value for name, value in fields.items()}[b"content-length"])
        seen.append((head, await reader.readexactly(length)))
        await asyncio.sleep(pause)
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook", seen


def answer(status):
    return b"HTTP/1.1 %d X\r\ncontent-length: 0\r\n\r\n" % status


@pytest.mark.parametrize(
    ("status", "succeeded"), [(200, True), (204, True), (299, True), (300, False), (404, False), (503, False)]
)
async def test_only_2xx_is_a_success(status, succeeded):
    """Every other status is a failure, redirects among them; its number is kept."""
    async with receiver(answer(status)) as (url, _):
        outcome = await Sender(allowed=LOOPBACK).post(url, headers={}, body=b"{}")
    assert (outcome.status, outcome.succeeded) == (status, succeeded)


async def test_the_body_and_the_headers_arrive_unchanged():
    """What was signed is what is sent."""
    async with receiver(answer(204)) as (url, seen):
        await Sender(allowed=LOOPBACK).post(url, headers={"webhook-id": "msg_1"}, body='{"a":"ü"}'.encode())
    head, body = seen[0]
    assert head.startswith(b"POST /hook HTTP/1.1\r\n")
    assert b"webhook-id: msg_1" in head
    assert b"content-type: application/json" in head
    assert body == '{"a":"ü"}'.encode()


async def test_private_addresses_are_never_contacted():
    """By default the loopback interface is out of reach, and the outcome says why."""
    async with receiver(answer(204)) as (url, seen):
        outcome = await Sender().post(url, headers={}, body=b"{}")
    assert outcome.status is None
    assert outcome.reason == "127.0.0.1 leads to 127.0.0.1, which is not a public address"
    assert seen == []


async def test_a_redirect_is_not_followed():
    """An answer cannot send the message somewhere else."""
    async with receiver(answer(204)) as (elsewhere, unseen):
        redirect = b"HTTP/1.1 307 X\r\nlocation: " + elsewhere.encode() + b"\r\ncontent-length: 0\r\n\r\n"
        async with receiver(redirect) as (url, _):
            outcome = await Sender(allowed=LOOPBACK).post(url, headers={}, body=b"{}")
    assert outcome.status == 307
    assert unseen == []


async def test_a_slow_receiver_is_a_failure():
    """After its time an attempt ends."""
    async with receiver(answer(204), pause=5) as (url, _):
        outcome = await Sender(allowed=LOOPBACK, patience=0.05).post(url, headers={}, body=b"{}")
    assert outcome.status is None
    assert outcome.reason == "no answer within 0.05 seconds"


@pytest.mark.parametrize("nonsense", [b"", b"hello\r\n\r\n", b"HTTP/1.1 9999 X\r\n\r\n", b"\x00\xff" * 50])
async def test_nonsense_is_a_failure(nonsense):
    """A receiver that does not speak HTTP fails the attempt and nothing else."""
    async with receiver(nonsense) as (url, _):
        outcome = await Sender(allowed=LOOPBACK).post(url, headers={}, body=b"{}")
    assert outcome.status is None
    assert outcome.reason


async def test_a_refused_connection_is_a_failure():
    """Nobody listens: the attempt has no status, only a reason."""
    async with receiver(answer(204)) as (url, _):
        pass
    outcome = await Sender(allowed=LOOPBACK).post(url, headers={}, body=b"{}")
    assert outcome.status is None
    assert outcome.reason.startswith("ConnectError")
