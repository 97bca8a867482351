"""Receivers of webhooks on the loopback interface."""

import asyncio
import contextlib
import ipaddress
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

import pytest

LOOPBACK = [ipaddress.ip_network("127.0.0.0/8")]


@dataclass
class Receiver:
    """Answers every request with the bytes in `answer` and keeps what it was sent."""

    answer: bytes
    pause: float = 0.0
    url: str = ""
    heads: list[bytes] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read one request and answer it."""
        head = await reader.readuntil(b"\r\n\r\n")
        self.heads.append(head)
        self.bodies.append(await reader.readexactly(int(self.header("content-length"))))
        await asyncio.sleep(self.pause)
        writer.write(self.answer)
        await writer.drain()
        writer.close()

    def header(self, name: str) -> str:
        """A header of the last request."""
        lines = [line.split(": ", 1) for line in self.heads[-1].decode().split("\r\n") if ": " in line]
        return next(value for key, value in lines if key.lower() == name)


def status_line(status: int) -> bytes:
    """An answer without a body."""
    return b"HTTP/1.1 %d X\r\ncontent-length: 0\r\n\r\n" % status


Receiving = Callable[..., AbstractAsyncContextManager[Receiver]]


@pytest.fixture
def receiving() -> Receiving:
    """Open a receiver: `async with receiving(204) as receiver`."""

    @contextlib.asynccontextmanager
    async def opened(answer: int | bytes, *, pause: float = 0.0) -> AsyncIterator[Receiver]:
        receiver = Receiver(status_line(answer) if isinstance(answer, int) else answer, pause)
        server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
        async with server:
            receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
            yield receiver

    return opened


@pytest.fixture
def loopback() -> list[ipaddress.IPv4Network]:
    """The networks that a test may let webhooks into."""
    return LOOPBACK
