"""The shapes of ASGI, and what the middlewares share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from typing import Any

__all__ = ["App", "Message", "Receive", "Scope", "Send", "header", "with_headers"]

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


def header(scope: Mapping[str, Any], name: bytes) -> str | None:
    """The first value of a request header, its name in lower case."""
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), None)


def with_headers(send: Send, headers: Callable[[], Sequence[tuple[bytes, bytes]]]) -> Send:
    """Adds headers to the answer, where it does not have them already."""

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = list(message.get("headers", ()))
            names = {name.lower() for name, _ in given}
            message["headers"] = [*given, *(pair for pair in headers() if pair[0] not in names)]
        await send(message)

    return send_with_headers
