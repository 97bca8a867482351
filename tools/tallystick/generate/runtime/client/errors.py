"""Every error that a call can raise.

``ApiError`` is the root. ``ApiConnectionError`` means no usable reply arrived, ``ApiStatusError`` that the server
refused, ``InvalidReply`` that the reply is not what the contract says. Messages name the operation by method and path
template, never by address, so that they hold no secrets.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from .reply import ReplyInfo
from .retry import retry_after_seconds
from .values import NOT_GIVEN, is_object


class ApiError(Exception):
    """A call did not succeed."""

    method: str = ""
    """The HTTP method."""
    path: str = ""
    """The path template, e.g. ``/items/{sku}``."""
    operation_id: str = ""
    retryable: bool = False
    """Whether the same call may succeed when repeated later."""
    attempts: int = 1
    """How often the call was sent."""

    def at(self, operation_id: str, method: str, path: str) -> ApiError:
        """This error, knowing the call it belongs to."""
        self.operation_id, self.method, self.path = operation_id, method, path
        return self

    def _where(self) -> str:
        return f"{self.method} {self.path}".strip()

    def __str__(self) -> str:
        message = super().__str__()
        return f"{self._where()}: {message}" if self._where() else message


class ApiConnectionError(ApiError):
    """No reply: the connection failed or broke. ``__cause__`` is the transport's error."""

    retryable = True
    sent = True
    """Whether the server may have seen the request."""


class ApiTimeoutError(ApiConnectionError):
    """No complete reply within ``timeout``."""


class DeadlineExceeded(ApiTimeoutError):
    """The deadline over all attempts has passed."""


class InvalidReply(ApiError):
    """The reply is not what the contract says: another media type, broken JSON, a missing property, another status.

    ``status``, ``headers`` and ``body`` are what arrived.
    """

    def __init__(self, message: str, info: ReplyInfo, body: bytes) -> None:
        super().__init__(message)
        self.info = info
        self.status = info.status
        self.headers = info.headers
        self.request_id = info.request_id
        self.body = body


class InvalidSignature(ApiError):
    """A webhook whose signature, age or headers are wrong: treat it as forged."""


class ApiStatusError(ApiError):
    """The server answered with an error status."""

    status: int
    expected_status: ClassVar[int | None] = None
    declared_retryable: ClassVar[bool] = False
    """Whether the contract declares the problem type as retryable."""
    stated_retryable = False
    """Whether the contract itself says that the call may be repeated after this error."""

    def __init__(self, message: str, info: ReplyInfo, body: bytes, value: Any = None) -> None:
        super().__init__(message)
        self.info = info
        self.status = info.status
        self.headers = info.headers
        self.request_id = info.request_id
        """The server's id of the request, for its support."""
        self.body = body
        """The raw body."""
        self.value = value
        """The body as the contract types it, None where it is not what the contract says."""
        self.problem = _problem(info, body)
        """The problem details (RFC 9457) as a dict; empty when the body has none."""

    @property
    def type(self) -> str:
        """The problem type URI, ``about:blank`` when the server gives none."""
        kind = self.problem.get("type")
        return kind if isinstance(kind, str) else "about:blank"

    @property
    def title(self) -> str | None:
        """The problem's title."""
        return self.problem.get("title")

    @property
    def detail(self) -> str | None:
        """What happened in this case."""
        return self.problem.get("detail")

    @property
    def retry_after(self) -> float | None:
        """Seconds the server asks to wait, None when it does not."""
        return retry_after_seconds(self.headers)

    def member(self, attribute: str) -> Any:
        """A member of the problem by its attribute; ``NOT_GIVEN`` where the server left it out."""
        value = getattr(self.value, attribute, NOT_GIVEN)
        return self.problem.get(attribute, NOT_GIVEN) if value is NOT_GIVEN else value

    def __str__(self) -> str:
        tail = f" (request {self.request_id})" if self.request_id else ""
        return f"{self._where()}: {self.status} {self.args[0]}{tail}"


def _problem(info: ReplyInfo, body: bytes) -> dict[str, Any]:
    """The members of a problem; a bare JSON object counts, since many servers forget the media type."""
    if not info.media_type.endswith(("/json", "+json")):
        return {}
    try:
        value = json.loads(body)
    except ValueError:
        return {}
    return value if is_object(value) else {}


class Redirected(ApiStatusError):
    """3xx: the answer is elsewhere (``headers["location"]``)."""


class NotModified(Redirected):
    """304: the caller's copy is current."""

    expected_status = 304


class BadRequest(ApiStatusError):
    """400: the request is malformed."""

    expected_status = 400


class Unauthorized(ApiStatusError):
    """401: credentials are missing or no longer valid."""

    expected_status = 401


class PaymentRequired(ApiStatusError):
    """402: payment is required."""

    expected_status = 402


class Forbidden(ApiStatusError):
    """403: the caller may not do this."""

    expected_status = 403


class NotFound(ApiStatusError):
    """404: there is no such resource."""

    expected_status = 404


class MethodNotAllowed(ApiStatusError):
    """405: the resource does not know the method."""

    expected_status = 405


class NotAcceptable(ApiStatusError):
    """406: the server has no such representation."""

    expected_status = 406


class RequestTimeout(ApiStatusError):
    """408: the server did not wait any longer."""

    expected_status = 408


class Conflict(ApiStatusError):
    """409: the request conflicts with the state of the resource."""

    expected_status = 409


class Gone(ApiStatusError):
    """410: the resource is gone for good."""

    expected_status = 410


class PreconditionFailed(ApiStatusError):
    """412: the resource has changed since its ETag was read."""

    expected_status = 412


class ContentTooLarge(ApiStatusError):
    """413: the body is too large."""

    expected_status = 413


class UnsupportedMediaType(ApiStatusError):
    """415: the server does not read this media type."""

    expected_status = 415


class UnprocessableContent(ApiStatusError):
    """422: the content is well-formed and wrong."""

    expected_status = 422


class PreconditionRequired(ApiStatusError):
    """428: the server wants an ``If-Match``."""

    expected_status = 428


class TooManyRequests(ApiStatusError):
    """429: the rate limit is reached."""

    expected_status = 429


class ClientError(ApiStatusError):
    """Another 4xx status."""


class ServerError(ApiStatusError):
    """5xx: the server failed."""


class ServiceUnavailable(ServerError):
    """503: the service is not available for now."""

    expected_status = 503


def _leaves(kind: type[ApiStatusError]) -> list[type[ApiStatusError]]:
    return [kind, *(leaf for child in kind.__subclasses__() for leaf in _leaves(child))]


_BY_STATUS: Mapping[int, type[ApiStatusError]] = {
    kind.expected_status: kind for kind in _leaves(ApiStatusError) if kind.expected_status is not None
}


def error_class(status: int) -> type[ApiStatusError]:
    """The class of errors for a status."""
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if status < 400:
        return Redirected
    return ServerError if status >= 500 else ClientError
