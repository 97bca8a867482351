"""The content of a request for more than one reader, one after the other."""

from __future__ import annotations

import tempfile
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from anyio import to_thread

__all__ = ["Replay"]

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


class Replay:
    """Keeps the content while it is received: in memory while small, else in a temporary file."""

    def __init__(self, receive: Receive, memory: int = 1 << 20) -> None:
        self._receive = receive
        self._file = tempfile.SpooledTemporaryFile(max_size=memory, mode="w+b")  # noqa: SIM115 - lives with the request
        self._memory = memory
        self._size = 0
        self._kept: list[tuple[int, int, bool]] = []
        """Beginning, length and whether more follows, of each message."""
        self._keeps = True

    def again(self) -> Receive:
        """Gives the request from its beginning; only the newest of these may be used."""
        position = 0

        async def receive() -> MutableMapping[str, Any]:
            nonlocal position
            if position == len(self._kept):
                message = await self._receive()
                if self._keeps and message["type"] == "http.request":
                    await self._keep(message)
                    position += 1
                return message
            begin, length, more = self._kept[position]
            position += 1
            return {"type": "http.request", "body": await self._work(self._piece, begin, length), "more_body": more}

        return receive

    def last(self) -> None:
        """Nothing more needs to be kept: what reads now is the last to read."""
        self._keeps = False

    def close(self) -> None:
        """Frees the memory or the temporary file."""
        self._file.close()

    async def _keep(self, message: MutableMapping[str, Any]) -> None:
        data = message.get("body", b"")
        self._kept.append((self._size, len(data), message.get("more_body", False)))
        self._size += len(data)
        await self._work(self._append, data)

    async def _work(self, act: Callable[..., Any], *given: Any) -> Any:
        """Files on disk would hold up other requests."""
        return act(*given) if self._size <= self._memory else await to_thread.run_sync(act, *given)

    def _append(self, data: bytes) -> None:
        self._file.seek(0, 2)
        self._file.write(data)

    def _piece(self, begin: int, length: int) -> bytes:
        self._file.seek(begin)
        return self._file.read(length)
