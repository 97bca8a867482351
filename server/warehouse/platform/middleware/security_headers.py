"""Headers that keep browsers from doing harm with our answers."""

from __future__ import annotations

from warehouse.platform.asgi import App, Receive, Scope, Send
from warehouse.platform.request import request_of

__all__ = ["SecurityHeaders"]

_ALWAYS = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'",
    b"cross-origin-resource-policy": b"same-origin",
}
_OVER_TLS = {b"strict-transport-security": b"max-age=63072000; includeSubDomains"}


class SecurityHeaders:
    """Adds the headers; an answer that brings its own, such as the documentation page, keeps it.

    ``is_public`` says that the service stands behind TLS for good.
    """

    def __init__(self, app: App, *, is_public: bool) -> None:
        self.app = app
        self._headers = {**_ALWAYS, **_OVER_TLS} if is_public else _ALWAYS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves a request."""
        if scope["type"] == "http":
            request_of(scope).headers.update(self._headers)
        await self.app(scope, receive, send)
