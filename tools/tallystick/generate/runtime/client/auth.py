"""Credentials, one class per kind of security scheme (OpenAPI 3.1.1, section 4.8.27)."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, TypeAlias, cast
from urllib.parse import quote, urlencode, urljoin

from .errors import ApiError
from .reply import ReplyInfo
from .styles import checked_header
from .values import is_object

Clock = Callable[[], float]


class Carrier:
    """Where credentials are placed: the headers, query and cookies of one request."""

    __slots__ = ("cookies", "headers", "query")

    def __init__(self) -> None:
        self.headers: dict[str, str] = {}
        self.query: list[tuple[str, str]] = []
        self.cookies: list[tuple[str, str]] = []


class Scheme(NamedTuple):
    """A security scheme of the contract, as far as a client needs it."""

    key: str
    kind: Literal["apiKey", "basic", "bearer", "http", "mutualTLS"]
    place: str = "header"
    name: str = "Authorization"
    token_url: str | None = None
    refresh_url: str | None = None


@dataclass(frozen=True)
class Basic:
    """User name and password (RFC 7617)."""

    username: str
    password: str = field(repr=False)

    def header(self) -> str:
        """The value of the Authorization header."""
        pair = base64.b64encode(f"{self.username}:{self.password}".encode())
        return f"Basic {pair.decode()}"


class Token(NamedTuple):
    """An access token, and when it ends."""

    value: str
    expires_in: float | None = None
    """Seconds of life from now, None when unknown."""


class TokenSource:
    """A source of access tokens that are fetched when needed, by one caller at a time, and again when refused.

    ``fetch`` returns the token as text or ``Token``; for asynchronous clients it may be a coroutine function.
    """

    margin = 30.0
    """A token is renewed this many seconds before it ends."""

    def __init__(
        self, fetch: Callable[[], str | Token | Awaitable[str | Token]], *, clock: Clock = time.monotonic
    ) -> None:
        self._fetch = fetch
        self._clock = clock
        self._token: str | None = None
        self._ends: float | None = None
        self.lock = threading.Lock()
        self._waiting: Any = None

    def current(self) -> str | None:
        """The token at hand, None when there is none or it ends soon."""
        if self._ends is not None and self._clock() >= self._ends - self.margin:
            return None
        return self._token

    def latest(self) -> str:
        """The token fetched last, though it may end within seconds; empty before the first."""
        return self._token or ""

    def needs_fetch(self, stale: str | None) -> bool:
        """Whether a new token must be fetched: there is none, or it is still the one that was refused."""
        token = self.current()
        return token is None or token == stale

    def keep(self, token: str | Token) -> None:
        """Use this token from now on."""
        value, life = (token.value, token.expires_in) if isinstance(token, Token) else (token, None)
        self._token = checked_header(value)
        self._ends = None if life is None else self._clock() + life

    def request(self, base_url: str) -> TokenRequest | None:
        """The token request to send, None when ``fetch`` does the work itself."""
        del base_url
        return None

    def fetch(self) -> str | Token | Awaitable[str | Token]:
        """A fresh token from the callback."""
        return self._fetch()

    def async_lock(self) -> Any:
        """A lock of the running event loop."""
        import anyio

        if self._waiting is None:
            self._waiting = anyio.Lock()
        return self._waiting

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"


class TokenRequest(NamedTuple):
    """A request to a token endpoint (RFC 6749)."""

    url: str
    headers: Mapping[str, str]
    content: bytes


class OAuth2(TokenSource):
    """What the OAuth2 flows have in common: the token endpoint, refreshing, reading the reply."""

    def __init__(
        self, *, client_id: str | None, client_secret: str | None, scopes: Iterable[str], token_url: str | None
    ) -> None:
        super().__init__(lambda: "")
        self.client_id, self._client_secret = client_id, client_secret
        self.scopes = tuple(scopes)
        self.token_url = token_url
        self.refresh_url: str | None = None
        self._refresh_token: str | None = None

    def bind(self, scheme: Scheme) -> None:
        """Take the endpoints from the contract where the caller named none."""
        self.token_url = self.token_url or scheme.token_url
        self.refresh_url = scheme.refresh_url

    def _grant(self) -> dict[str, str]:
        raise NotImplementedError

    def request(self, base_url: str) -> TokenRequest:
        if not self.token_url:
            raise ApiError("the contract names no token endpoint: pass token_url=")
        if self._refresh_token:
            fields = {"grant_type": "refresh_token", "refresh_token": self._refresh_token}
            url = self.refresh_url or self.token_url
            self._refresh_token = None  # when it is refused, the next attempt starts from the grant
        else:
            fields, url = self._grant(), self.token_url
            if self.scopes:
                fields["scope"] = " ".join(self.scopes)
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        if self.client_id is not None and self._client_secret is not None:
            secret = Basic(quote(self.client_id, safe=""), quote(self._client_secret, safe=""))
            headers["Authorization"] = secret.header()
        elif self.client_id is not None:
            fields["client_id"] = self.client_id
        return TokenRequest(urljoin(base_url.rstrip("/") + "/", url), headers, urlencode(fields).encode())

    def accept(self, info: ReplyInfo, body: bytes) -> bool:
        """Keep the token of a reply of the token endpoint; False when a refresh token was refused.

        Raises:
            ApiError: the endpoint refused the grant, or answered without a token.
        """
        try:
            reply = json.loads(body)
        except ValueError:
            reply = None
        if info.status != 200 or not is_object(reply) or not isinstance(reply.get("access_token"), str):
            code = reply.get("error") if is_object(reply) else None
            raise TokenRequestFailed(
                f"the token endpoint answered {info.status}{f' ({code})' if isinstance(code, str) else ''}"
            )
        refresh, life = reply.get("refresh_token"), reply.get("expires_in")
        self._refresh_token = refresh if isinstance(refresh, str) else None
        self.keep(Token(reply["access_token"], float(life) if isinstance(life, (int, float)) else None))
        return True


class TokenRequestFailed(ApiError):
    """The token endpoint gave no token."""


class OAuth2Password(OAuth2):
    """The password grant (RFC 6749, section 4.3): a token is fetched with the first call and renewed as needed."""

    def __init__(
        self,
        username: str,
        password: str,
        *,
        scopes: Iterable[str] = (),
        client_id: str | None = None,
        client_secret: str | None = None,
        token_url: str | None = None,
    ) -> None:
        super().__init__(client_id=client_id, client_secret=client_secret, scopes=scopes, token_url=token_url)
        self.username, self._password = username, password

    def _grant(self) -> dict[str, str]:
        return {"grant_type": "password", "username": self.username, "password": self._password}


class OAuth2ClientCredentials(OAuth2):
    """The client credentials grant (RFC 6749, section 4.4)."""

    def __init__(
        self, client_id: str, client_secret: str, *, scopes: Iterable[str] = (), token_url: str | None = None
    ) -> None:
        super().__init__(client_id=client_id, client_secret=client_secret, scopes=scopes, token_url=token_url)

    def _grant(self) -> dict[str, str]:
        return {"grant_type": "client_credentials"}


Credential: TypeAlias = "str | Basic | tuple[str, str] | TokenSource"
"""What a client accepts for a security scheme: a key or token, user name and password, or a source of tokens."""


class Credentials:
    """The credentials that the caller gave, by security scheme."""

    def __init__(self, schemes: Sequence[Scheme], given: Mapping[str, Credential | None]) -> None:
        self._schemes = {scheme.key: scheme for scheme in schemes}
        self._given = {key: _checked(self._schemes[key], value) for key, value in given.items() if value is not None}

    def alternative(self, security: Sequence[Mapping[str, tuple[str, ...]]]) -> tuple[str, ...]:
        """The schemes to use: the first alternative for which all credentials are at hand, else none."""
        for requirement in security:
            if requirement and all(self._has(key) for key in requirement):
                return tuple(requirement)
        return ()

    def _has(self, key: str) -> bool:
        return key in self._given or (key in self._schemes and self._schemes[key].kind == "mutualTLS")

    def sources(self, keys: Iterable[str]) -> list[TokenSource]:
        """The token sources among some schemes."""
        found = (self._given.get(key) for key in keys)
        return [source for source in found if isinstance(source, TokenSource)]

    def place(self, keys: Iterable[str], carrier: Carrier) -> None:
        """Put the credentials of these schemes where the contract wants them."""
        for key in keys:
            scheme, value = self._schemes[key], self._given.get(key)
            if value is None:
                continue
            text = _text(scheme, value)
            if scheme.place == "query":
                carrier.query.append((quote(scheme.name, safe=""), quote(text, safe="")))
            elif scheme.place == "cookie":
                carrier.cookies.append((scheme.name, text))
            else:
                carrier.headers[scheme.name] = checked_header(text)

    def at_hand(self) -> tuple[str, ...]:
        """The schemes for which credentials are at hand."""
        return tuple(self._given)

    def secret_names(self) -> frozenset[str]:
        """Headers, query parameters and cookies that carry credentials, lower case."""
        return frozenset(scheme.name.lower() for scheme in self._schemes.values())


def _checked(scheme: Scheme, value: Any) -> Basic | str | TokenSource:
    if isinstance(value, OAuth2):
        value.bind(scheme)
    if scheme.kind == "basic":
        if isinstance(value, tuple):
            return Basic(*cast("tuple[str, str]", value))
        if not isinstance(value, (Basic, TokenSource)):
            raise TypeError(f"{scheme.key} takes user name and password, as Basic(username, password) or a pair")
        return value
    if not isinstance(value, (str, Basic, TokenSource)):
        raise TypeError(f"{scheme.key} takes a text or a TokenSource, not {type(value).__name__}")
    return value


def _text(scheme: Scheme, value: Credential) -> str:
    if isinstance(value, Basic):
        return value.header()
    secret = value.latest() if isinstance(value, TokenSource) else str(value)
    return f"Bearer {secret}" if scheme.kind == "bearer" else secret
