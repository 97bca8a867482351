"""The content of a request that dependencies may have read before the operation does."""

from __future__ import annotations

from collections.abc import AsyncIterator, MutableMapping
from typing import Any

from starlette.requests import Request

__all__ = ["RequestContent"]


class RequestContent:
    """Receives what the request has kept of its content, else what comes; afterwards, that the client has left."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._chunks: AsyncIterator[bytes] | None = request.stream()

    async def __call__(self) -> MutableMapping[str, Any]:
        """The next message.

        Raises:
            RuntimeError: a dependency has read the content as a stream, or as a form, and nothing is left of it.
            ClientDisconnect: the client has left before the end of the content.
        """
        if self._chunks is None:
            return await self._request.receive()
        chunk = await anext(self._chunks, b"")
        if not chunk:  # the last one of every stream
            self._chunks = None
        return {"type": "http.request", "body": chunk, "more_body": self._chunks is not None}
