"""Notices that the client has gone while an answer is streamed to it: the ``send`` of a server does not tell."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from types import TracebackType
from typing import Any, Self

from starlette.requests import ClientDisconnect

__all__ = ["WhileConnected"]

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


class WhileConnected:
    """A block that is cancelled, once, when the client disconnects; ``ClientDisconnect`` then leaves it.

    Being cancelled once and not for good, generators within can still await what they have to close.
    """

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._watching: asyncio.Task[None] | None = None
        self._is_gone = False

    async def __aenter__(self) -> Self:
        task = asyncio.current_task()
        assert task is not None
        self._task = task
        self._cancellations = task.cancelling()
        return self

    def watch(self) -> None:
        """Begins to watch; to be called when nobody else reads the request any more."""
        if self._watching is None:
            self._watching = asyncio.create_task(self._wait())

    async def _wait(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._is_gone = True
        self._task.cancel()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        """Ends the watching.

        Raises:
            ClientDisconnect: the client has gone.
        """
        if self._is_gone:
            others = self._task.uncancel() - self._cancellations
            if others <= 0 and (kind is None or kind is asyncio.CancelledError):
                raise ClientDisconnect from error
        elif self._watching is not None:
            self._watching.cancel()
