"""One operation, free of input and output: arguments in, a request out; a reply in, a value or an error out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

from .bodies import Content, Part, encode_body, fields_of, is_json
from .errors import ApiStatusError, InvalidReply, error_class
from .model import Model, etag_text
from .reply import ReplyInfo
from .retry import status_may_be_retried
from .styles import cookie_pairs, encoded, header_text, path_text, query_pairs, text_of
from .values import NOT_GIVEN, NotGiven, is_object, to_json

T = TypeVar("T")
Place = Literal["path", "query", "header", "cookie", "querystring"]
Kind = Literal["json", "text", "bytes", "events", "lines", "none"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter: its argument, its name on the wire, and its style."""

    argument: str
    name: str
    place: Place
    style: str = "form"
    explode: bool = True
    reserved: bool = False
    media_type: str | None = None
    """Set for a parameter with ``content``: the value is encoded as this media type first."""
    secret: bool = False
    """Never logged."""
    etag: bool = False
    """Takes an entity tag, or an object that was read with one."""


@dataclass(frozen=True, slots=True)
class BodyType:
    """One media type of a request body."""

    media_type: str
    parts: Mapping[str, Part] = field(default_factory=dict[str, Part])


@dataclass(frozen=True, slots=True)
class ReplyType:
    """One documented reply: a status (``200``, ``4XX``, ``default``) and a media type or range."""

    status: str
    media_type: str = ""
    """Empty for a reply without a body."""
    kind: Kind = "none"
    read: Callable[[Any], Any] | None = None
    """From the JSON value to the value; None where the JSON value is the value."""
    retryable: bool | None = None
    item: Literal["raw", "payload", "event"] = "payload"
    """What an event of a stream gives: itself, its data read as JSON, or its fields read as one object."""


@dataclass(frozen=True, slots=True)
class Paging:
    """Cursor pagination: the query parameter, and the attributes that hold the items and the next cursor."""

    cursor: str
    items: tuple[str, ...]
    next: tuple[str, ...]


@dataclass(slots=True)
class Request:
    """A request without the client's share (address of the server, credentials, timeouts)."""

    method: str
    path: str
    """The path with its arguments, percent-encoded, and the query."""
    headers: dict[str, str]
    content: bytes | Content | None = None
    has_key: bool = False
    """Whether it carries an idempotency key."""
    payload: Any = None
    """The body before it was encoded, for the log."""


@dataclass(frozen=True, slots=True)
class Operation(Generic[T]):
    """An operation of the contract; ``T`` is the type of its successful value."""

    id: str
    method: str
    path: str
    parameters: tuple[Parameter, ...] = ()
    bodies: tuple[BodyType, ...] = ()
    replies: tuple[ReplyType, ...] = ()
    security: tuple[Mapping[str, tuple[str, ...]], ...] = ()
    server: str | None = None
    """The server of this operation, where it differs from the server of the API."""
    accept: tuple[str, ...] = ()
    idempotency_header: str | None = None
    repeatable: bool | None = None
    """Whether the contract says that the operation may be repeated; None where it is silent."""
    paging: Paging | None = None
    secrets: frozenset[str] = frozenset()
    """Properties that are never logged."""
    sunset: str | None = None
    streams: bool = False
    """Whether a reply may be a stream of events or lines."""
    problem_class: Callable[[str], type[ApiStatusError] | None] | None = None
    """The exception class for a problem type URI."""
    body_required: bool = True
    """When False, a body whose every field is not given is not sent at all."""

    def build(
        self,
        arguments: Mapping[str, Any],
        body: Any = NOT_GIVEN,
        *,
        content_type: str | NotGiven = NOT_GIVEN,
        accept: str | NotGiven = NOT_GIVEN,
    ) -> Request:
        """The request for these arguments.

        Raises:
            ValueError: an argument cannot be sent: an empty path argument, a control character in a header.
            TypeError: an argument has no text form.
        """
        path, headers = self.path.partition("#")[0], dict[str, str]()  # a fragment only tells operations apart
        query: list[tuple[str, str]] = []
        cookies: list[tuple[str, str]] = []
        for parameter in self.parameters:
            value = arguments.get(parameter.argument, NOT_GIVEN)
            if value is NOT_GIVEN:
                continue
            if parameter.place == "path":
                path = path.replace("{" + parameter.name + "}", _path_text(parameter, value))
            elif parameter.place == "header":
                headers[parameter.name] = _header_text(parameter, value)
            elif parameter.place == "cookie":
                cookies += cookie_pairs(
                    parameter.name, _wrapped(parameter, value), parameter.style, explode=parameter.explode
                )
            else:
                query += _query(parameter, value)
        if cookies:
            headers["Cookie"] = "; ".join(f"{key}={text}" for key, text in cookies)
        if query:
            path += ("&" if "?" in path else "?") + "&".join(f"{key}={text}" if key else text for key, text in query)
        request = Request(self.method, path, headers)
        request.has_key = self.idempotency_header in headers
        self._add_accept(request, accept)
        if body is not NOT_GIVEN and (self.body_required or not _is_empty(body)):
            self.add_body(request, body, content_type)
        return request

    def _add_accept(self, request: Request, accept: str | NotGiven) -> None:
        if isinstance(accept, str):
            request.headers["Accept"] = accept
        elif self.accept:
            request.headers["Accept"] = ", ".join(self.accept)

    def add_body(self, request: Request, body: Any, content_type: str | NotGiven = NOT_GIVEN) -> None:
        """Encode a body into a request.

        Raises:
            ValueError: the operation does not take this media type, or a value has no JSON form.
            TypeError: the value cannot be sent as this media type.
        """
        kind = self._body_type(content_type)
        media_type = content_type if isinstance(content_type, str) else kind.media_type
        if "*" in media_type:
            media_type = "application/octet-stream"
        payload = encode_body(media_type, body, kind.parts)
        request.headers["Content-Type"] = payload.media_type
        request.content, request.payload = payload.content, body

    def _body_type(self, content_type: str | NotGiven) -> BodyType:
        if not isinstance(content_type, str):
            return self.bodies[0]
        if not self.bodies:
            return BodyType(content_type)
        wanted = content_type.partition(";")[0].strip().lower()
        for body in self.bodies:
            if _matches(body.media_type, wanted):
                return body
        listed = ", ".join(body.media_type for body in self.bodies)
        raise ValueError(f"{self.id} takes no {content_type}; it takes {listed}")

    def extend(self, request: Request, extra: Mapping[str, Any]) -> None:
        """Add properties to a body that has named fields."""
        payload = {} if request.payload is None else fields_of(request.payload)
        given = request.headers.get("Content-Type", NOT_GIVEN)
        self.add_body(request, {**payload, **extra}, given.partition(";")[0] if isinstance(given, str) else given)

    def reply_types(self, status: int) -> list[ReplyType]:
        """The documented replies for a status: of the exact status, else of its range, else the default."""
        for wanted in (str(status), f"{status // 100}XX", "default"):
            found = [reply for reply in self.replies if reply.status.upper() == wanted.upper()]
            if found:
                return found
        return []

    def reply_type(self, info: ReplyInfo) -> ReplyType | None:
        """The documented reply that a reply is, by status and media type; None when there is none.

        JSON is JSON under any name, and a reply that names no media type is taken to be what the contract says.
        """
        code, media_type = str(info.status), info.media_type
        for reply in self.replies:
            if reply.status == code and reply.media_type == media_type:
                return reply
        candidates = self.reply_types(info.status)
        with_body = [reply for reply in candidates if reply.media_type]
        best = [reply for reply in with_body if _matches(reply.media_type, info.media_type)]
        if best:
            return min(best, key=lambda reply: reply.media_type.count("*"))
        if is_json(info.media_type) or not info.media_type:
            alike = [reply for reply in with_body if reply.kind == "json" or not info.media_type]
            if alike:
                return alike[0]
        return next((reply for reply in candidates if reply.kind == "none"), None)

    def parse(self, info: ReplyInfo, body: bytes) -> T:
        """The value of a successful reply.

        Raises:
            ApiStatusError: the status is an error; the class is that of the problem, else that of the status.
            InvalidReply: the reply is not what the contract says.
        """
        if not self.succeeds(info.status):
            raise self.error(info, body)
        return self.parsed(info, body)

    def parsed(self, info: ReplyInfo, body: bytes) -> T:
        """The value of a reply that is known to be a success.

        Raises:
            InvalidReply: the reply is not what the contract says. It knows its operation.
        """
        try:
            value = self._value(info, body)
        except InvalidReply as error:
            error.at(self.id, self.method, self.path)
            raise
        if isinstance(value, Model):
            object.__setattr__(value, "_reply", info)
        return value  # type: ignore[no-any-return] # the generator states T from the same replies

    def succeeds(self, status: int) -> bool:
        """Whether a status is a success; 3xx is one for operations whose only documented success it is."""
        if status < 300 or status >= 400:
            return status < 300
        if any(reply.status[0] == "2" for reply in self.replies):
            return False
        return any(reply.status.upper() in {str(status), "3XX"} for reply in self.replies)

    def is_stream(self, info: ReplyInfo) -> bool:
        """Whether this reply is a stream of events or lines."""
        reply = self.reply_type(info)
        return reply is not None and reply.kind in {"events", "lines"}

    def secret_headers(self) -> frozenset[str]:
        """Header parameters that are never logged, lower case."""
        return frozenset(one.name.lower() for one in self.parameters if one.secret and one.place == "header")

    def _value(self, info: ReplyInfo, body: bytes) -> Any:
        reply = self.reply_type(info)
        if reply is None:
            self._refuse_unknown(info, body)
            return None
        if not body and reply.kind != "bytes":
            if reply.kind in {"none", "text", "lines", "events"} or self.method == "HEAD":
                return "" if reply.kind == "text" else None
            if any(other.kind == "none" for other in self.reply_types(info.status)):
                return None
        return self.decode(reply, info, body)

    def _refuse_unknown(self, info: ReplyInfo, body: bytes) -> None:
        candidates = self.reply_types(info.status)
        if not body and (self.method == "HEAD" or info.status in {204, 205, 304} or not candidates):
            return  # an empty success that the contract forgot to list has nothing to decode
        if candidates:
            expected = ", ".join(reply.media_type for reply in candidates)
            got = info.media_type or "no media type"
            raise InvalidReply(f"{info.status} with {got}, expected {expected}", info, body)
        raise InvalidReply(f"status {info.status} is not in the contract", info, body)

    def decode(self, reply: ReplyType, info: ReplyInfo, body: bytes) -> Any:
        """The value of a body that is a documented reply.

        Raises:
            InvalidReply: it is broken, or has not the documented shape.
        """
        if reply.kind == "json":
            return self.read_json(reply, info, body)
        if reply.kind == "text":
            return body.decode(_charset(info), "replace")
        return None if reply.kind == "none" else body

    def read_json(self, reply: ReplyType, info: ReplyInfo, body: bytes) -> Any:
        """The typed value of JSON text."""
        try:
            value = json.loads(body)
        except ValueError as error:
            raise InvalidReply(f"{info.status} with broken JSON ({error})", info, body) from error
        if reply.read is None:
            return value
        try:
            return reply.read(value)
        except KeyError as error:
            raise InvalidReply(f"{info.status} lacks the required property {error}", info, body) from error
        except (TypeError, ValueError, AttributeError, RecursionError) as error:
            raise InvalidReply(f"{info.status} has not the documented shape ({error})", info, body) from error

    def error(self, info: ReplyInfo, body: bytes) -> ApiStatusError:
        """The error for a reply: of the declared problem type, else of the status."""
        reply = self.reply_type(info)
        value = self._error_value(reply, info, body)
        plain = ApiStatusError("", info, body)
        problem = self.problem_class(plain.type) if self.problem_class is not None else None
        raised = (problem or error_class(info.status))(_reason(plain, info.status), info, body, value)
        stated = True if raised.declared_retryable else self._stated_retryable(info.status)
        raised.stated_retryable = bool(stated)
        raised.retryable = status_may_be_retried(info.status, stated=stated)
        return raised

    def _error_value(self, reply: ReplyType | None, info: ReplyInfo, body: bytes) -> Any:
        if reply is None or not body:
            return None
        try:
            return self.decode(reply, info, body)
        except InvalidReply:
            return None  # the status says what went wrong; the raw body stays at hand

    def _stated_retryable(self, status: int) -> bool | None:
        return next((reply.retryable for reply in self.reply_types(status) if reply.retryable is not None), None)


def _is_empty(body: Any) -> bool:
    """Whether a body given property by property has none; an empty object that was passed whole is a body."""
    return is_object(body) and bool(body) and all(value is NOT_GIVEN for value in body.values())


def _reason(error: ApiStatusError, status: int) -> str:
    import http

    title = error.title or error.problem.get("message")
    if isinstance(title, str):
        return f"{title}: {error.detail}" if isinstance(error.detail, str) else title
    try:
        return http.HTTPStatus(status).phrase
    except ValueError:
        return "error"


def _charset(info: ReplyInfo) -> str:
    import codecs
    from email.message import Message

    message = Message()
    message["content-type"] = info.headers.get("content-type", "")
    charset = message.get_param("charset", "utf-8")
    try:
        return codecs.lookup(str(charset)).name
    except LookupError:
        return "utf-8"


def _matches(declared: str, media_type: str) -> bool:
    """Whether a media type is the declared one, or within the declared range; parameters do not count."""
    declared = declared.partition(";")[0].strip().lower()
    if declared in {media_type, "*/*"}:
        return True
    return declared.endswith("/*") and media_type.startswith(declared[:-1])


def _wrapped(parameter: Parameter, value: Any) -> Any:
    """The value, or the text of its ``content`` media type."""
    if parameter.media_type is None:
        return value
    if is_json(parameter.media_type):
        return json.dumps(to_json(value), separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text_of(value)


def _path_text(parameter: Parameter, value: Any) -> str:
    return path_text(
        parameter.name,
        _wrapped(parameter, value),
        parameter.style,
        explode=parameter.explode,
        reserved=parameter.reserved,
    )


def _header_text(parameter: Parameter, value: Any) -> str:
    if parameter.etag:
        return header_text(etag_text(value))
    return header_text(_wrapped(parameter, value), explode=parameter.explode)


def _query(parameter: Parameter, value: Any) -> list[tuple[str, str]]:
    if parameter.place == "querystring":
        return [("", _whole_query(parameter, value))]
    return query_pairs(
        parameter.name,
        _wrapped(parameter, value),
        parameter.style,
        explode=parameter.explode,
        reserved=parameter.reserved,
    )


def _whole_query(parameter: Parameter, value: Any) -> str:
    """A 3.2 ``querystring`` parameter: the whole query as one value of its media type."""
    if parameter.media_type == "application/x-www-form-urlencoded":
        content = encode_body(parameter.media_type, value).content
        return content.decode() if isinstance(content, bytes) else ""
    return encoded(str(_wrapped(parameter, value)))
