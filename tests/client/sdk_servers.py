"""Servers for the SDK that break every rule on request."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

PASSWORD = "a password for the tested server"


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


Answer = Callable[[socket.socket, int], None]
"""What a faulty server does with a connection, given how many requests came before."""


@contextmanager
def faulty(*answers: Answer) -> Iterator[tuple[str, list[bytes]]]:
    """A server that treats its n-th request with the n-th answer, the last one for ever, and what it received."""
    received: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))
    stopped = threading.Event()

    def serve() -> None:
        while not stopped.is_set():
            with suppress(OSError):
                connection, _ = listener.accept()
                threading.Thread(target=treat, args=(connection,), daemon=True).start()

    def treat(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.settimeout(10)
            received.append(_request(connection))
            number = len(received) - 1
            answers[min(number, len(answers) - 1)](connection, number)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", received
    finally:
        stopped.set()
        listener.close()


def _request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65_536)
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    while lengths and len(body) < int(lengths[0]):
        body += connection.recv(65_536)
    return head + b"\r\n\r\n" + body


def reply(
    status: int, body: bytes = b"", *, media: str = "application/json", length: int | None = None, **headers: str
) -> Answer:
    """An answer that is sent whole; ``length`` may lie about the body."""

    def answer(connection: socket.socket, _: int) -> None:
        stated = len(body) if length is None else length
        lines = [f"HTTP/1.1 {status} X", f"content-type: {media}", f"content-length: {stated}", "connection: close"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    return answer


def silence(connection: socket.socket, _: int) -> None:
    """No answer until the caller gives up."""
    connection.recv(1)


def reset(connection: socket.socket, _: int) -> None:
    """A connection that is reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def drip(connection: socket.socket, _: int) -> None:
    """A body that comes one byte at a time and does not end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000000\r\n\r\n")
    for _ in range(600):
        connection.sendall(b" ")
        time.sleep(0.02)
