"""Generated servers behind uvicorn, as clients on the network see them."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import uvicorn

JSON_BODY = {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}
FORM = {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}
TICKS = {"200": {"description": "Ticks.", "content": {"text/event-stream": {"schema": {"type": "integer"}}}}}
PATIENCE = 20.0
"""Seconds after which something that should happen is given up."""


async def _ticks(server: Any) -> AsyncIterator[int]:
    try:
        while True:
            yield 1
            await asyncio.sleep(0.01)
    finally:
        server.log.append("closed")


async def _upload(server: Any, *, body: Any) -> Any:
    server.file = body.file
    if body.file.filename == "bad":
        raise ZeroDivisionError
    return server.modules("replies").Upload204()


@pytest.fixture
def made(server, describe) -> Any:
    """A server of a stream, a JSON body and uploads."""
    operations = {
        "GET /ticks": {"operationId": "ticks", "responses": TICKS},
        "POST /json": {"operationId": "json", "requestBody": JSON_BODY},
        "POST /upload": {
            "operationId": "upload",
            "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": FORM}}},
        },
    }
    return server(
        describe(operations),
        handlers={"ticks": lambda s: s.modules("replies").Ticks200(_ticks(s)), "upload": _upload},
    )


@contextmanager
def _running(app: Any, http: str) -> Iterator[tuple[str, int]]:
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen()  # clients wait until the server is ready to accept
    config = uvicorn.Config(app, http=http, lifespan="off", log_level="critical")  # type: ignore[arg-type]
    serving = uvicorn.Server(config)
    thread = threading.Thread(target=serving.run, args=([listening],), daemon=True)
    thread.start()
    try:
        yield listening.getsockname()
    finally:
        serving.should_exit = True
        thread.join(PATIENCE)
        listening.close()


@pytest.fixture(params=["h11", "httptools"])
def address(made, request) -> Iterator[tuple[str, int]]:
    """Where the server listens."""
    with _running(made.app, request.param) as found:
        yield found


def _exchange(address: tuple[str, int], request: bytes) -> bytes:
    """Everything that comes back until the server closes."""
    with socket.create_connection(address, timeout=PATIENCE) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: _received(connection), b""))


def _received(connection: socket.socket) -> bytes:
    try:
        return connection.recv(1 << 16)
    except ConnectionResetError:  # the server need not read what it has refused
        return b""


def _request(line: str, headers: str, content: bytes = b"") -> bytes:
    return f"{line} HTTP/1.1\r\nHost: t\r\nConnection: close\r\n{headers}\r\n\r\n".encode() + content


def _until(log: list[Any], event: str) -> None:
    end = time.monotonic() + PATIENCE
    while event not in log and time.monotonic() < end:
        time.sleep(0.01)


def test_an_endless_stream_whose_client_hangs_up(made, address) -> None:
    """The generator is closed and the unit of work rolled back as soon as the connection is gone."""
    with socket.create_connection(address, timeout=PATIENCE) as connection:
        connection.sendall(_request("GET /ticks", "Accept: */*"))
        assert b"200 OK" in connection.recv(1 << 16)
    _until(made.log, "rollback")
    assert made.log == ["open", "ticks", "closed", "rollback"]


def test_too_much_content_is_refused_while_it_arrives(made, address) -> None:
    """413 comes before the client has sent the end of its chunks."""
    head = _request("POST /json", "Content-Type: application/json\r\nTransfer-Encoding: chunked")
    answer = _exchange(
        address, head + b"10000\r\n" + b" " * 0x10000 + b"\r\n" + (b"ffff0\r\n" + b" " * 0xFFFF0 + b"\r\n")
    )
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert made.log == []


def test_content_that_is_not_wanted_is_not_asked_for(address) -> None:
    """Who waits for 100 Continue is refused by the head of the request alone."""
    answer = _exchange(
        address, _request("POST /json", "Content-Type: text/plain\r\nContent-Length: 5\r\nExpect: 100-continue")
    )
    assert answer.startswith(b"HTTP/1.1 415 ")


@pytest.mark.parametrize(
    ("filename", "end", "status"),
    [("good", b"--b--\r\n", b"204"), ("bad", b"--b--\r\n", b"500"), ("good", b"", b"400")],
)
def test_files_on_disk_go_away_with_the_request(made, address, filename, end, status) -> None:
    """Whether the request succeeds, fails or is refused."""
    made.file = None
    part = f'--b\r\nContent-Disposition: form-data; name="file"; filename="{filename}"\r\n\r\n'.encode()
    content = part + b"x" * 2_000_000 + b"\r\n" + end
    headers = f"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {len(content)}"
    assert _exchange(address, _request("POST /upload", headers, content)).split()[1] == status
    if made.file is not None:
        assert not made.file.in_memory
        with pytest.raises(ValueError, match="closed file"):
            asyncio.run(made.file.read())


@pytest.mark.parametrize("target", ["*", "xticks", "ticks", "//ticks", "/ticks/", "/ticks/.", "/Ticks"])
def test_targets_that_only_resemble_a_path(made, address, target) -> None:
    """Nothing is corrected, cut off or guessed: what is no path of the contract is not found, or not even read."""
    assert _exchange(address, _request(f"GET {target}", "Accept: */*")).split()[1] in (b"400", b"404")
    assert made.log == []
