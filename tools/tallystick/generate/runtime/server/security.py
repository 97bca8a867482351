"""Who calls: credentials taken from the request as the contract says, requirements evaluated (OR of ANDs)."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import quote

from .descriptors import Operation, Requirement, SecurityScheme
from .percent import Malformed, cookie_text, pairs, unquote_plus
from .problems import Refusal

__all__ = ["Caller", "Guard", "RequestHead"]

Headers = Sequence[tuple[bytes, bytes]]
_Extract = Callable[[Mapping[str, Any]], "tuple[Any, ...] | None"]
_NO_TOKEN: Final = re.compile(r"[^!#$%&'*+.^_`|~0-9A-Za-z-]")
_HIDDEN: Final = ("mutualTLS", "undeclared")
"""Types of schemes whose credentials may stand anywhere: their method is always asked."""


@dataclass(frozen=True)
class Caller:
    """Whoever proved to be allowed to call. Derive from it to carry more than this.

    ``scopes`` are the ones granted to the credentials. Where a requirement asks for several schemes at once, ``also``
    holds the callers of the further ones.
    """

    subject: str
    scopes: frozenset[str] = frozenset()
    also: tuple[Caller, ...] = field(default=(), kw_only=True)


class RequestHead:
    """What a request says before its content, for schemes whose credentials the contract does not locate.

    A header or query parameter that comes more than once has no value: nobody knows which one is meant.
    """

    def __init__(self, scope: Mapping[str, Any]) -> None:
        self._scope = scope

    @property
    def method(self) -> str:
        """The method, upper case."""
        return str(self._scope["method"])

    @property
    def target(self) -> str:
        """Path and query as they were sent, which signatures are made of."""
        raw = self._scope.get("raw_path")
        path = quote(self._scope["path"]) if raw is None else raw.decode("latin-1").partition("?")[0]
        query = self._scope["query_string"].decode("latin-1")
        return f"{path}?{query}" if query else path

    @property
    def client(self) -> str | None:
        """The address of the peer."""
        peer = self._scope.get("client")
        return None if peer is None else str(peer[0])

    def header(self, name: str) -> str | None:
        """The value of a header, whose name has no case; None where there is none."""
        return _first(_key_in_header(name), self._scope)

    def query(self, name: str) -> str | None:
        """The decoded value of a query parameter; None where there is none, or the query cannot be read."""
        return _first(_key_in_query(name), self._scope)

    def cookie(self, name: str) -> str | None:
        """The value of a cookie; None where there is none."""
        return _first(_key_in_cookie(name), self._scope)


def _first(take: _Extract, scope: Mapping[str, Any]) -> str | None:
    found = take(scope)
    return str(found[0]) if found else None


class Guard:
    """Evaluates the security requirements of one operation."""

    def __init__(self, operation: Operation, schemes: Mapping[str, SecurityScheme], authenticator: Any) -> None:
        self._operation = operation
        needed = {name: schemes[name] for requirement in operation.security for name in requirement}
        self._extract: dict[str, _Extract] = {name: _extraction(scheme) for name, scheme in needed.items()}
        self._check: dict[str, Callable[..., Awaitable[Caller | None]]] = {
            name: getattr(authenticator, scheme.method) for name, scheme in needed.items()
        }
        self._alternatives = [each for each in operation.security if each]
        self._is_optional = len(self._alternatives) < len(operation.security)
        self._singles = self._single_schemes()
        self._hidden = [name for name, scheme in needed.items() if scheme.type in _HIDDEN]
        self._schemes = needed

    def _single_schemes(self) -> list[tuple[str, frozenset[str]]]:
        """The alternatives if each is a single scheme, as usual: those can be tried one after the other."""
        if any(len(each) != 1 for each in self._alternatives):
            return []
        return [(name, frozenset(scopes)) for each in self._alternatives for name, scopes in each.items()]

    async def caller(self, scope: Mapping[str, Any]) -> Caller | None:
        """The caller, or None where the operation may be called anonymously and no credentials came.

        Raises:
            Refusal: 401 with a challenge, or 403 naming the scopes that are missing.
        """
        known: dict[str, Caller | None] = {}
        for name, scopes in self._singles:
            if name in known:
                caller = known[name]
            else:
                credentials = self._extract[name](scope)
                if credentials is None:
                    continue
                caller = known[name] = await self._asked(name, credentials)
            if caller is not None and scopes <= caller.scopes:
                return caller
        return await self._any(scope, known)

    async def _any(self, scope: Mapping[str, Any], known: dict[str, Caller | None]) -> Caller | None:
        """``known`` are the callers of those schemes that were asked already."""
        given = {name: credentials for name, take in self._extract.items() if (credentials := take(scope)) is not None}
        if self._hidden:
            await self._look_for_hidden(given, known)
        missing: list[frozenset[str]] = []
        for requirement in self._alternatives:
            if not given.keys() >= requirement.keys():
                continue
            callers = await self._callers(requirement, given, known)
            if callers is None:
                continue
            scopes = _lacking(requirement, callers)
            if not scopes:
                first, *others = callers
                return replace(first, also=tuple(others)) if others else first
            missing.append(scopes)
        if missing:
            raise self._forbidden(missing)
        if self._is_optional and not given:
            return None
        raise self._unknown(given, {name for name, caller in known.items() if caller is None and name in given})

    async def _asked(self, name: str, credentials: tuple[Any, ...]) -> Caller | None:
        """The caller with these credentials; nobody is asked about unreadable ones."""
        if not credentials:
            return None
        return await self._check[name](*credentials, operation=self._operation)

    async def _look_for_hidden(self, given: dict[str, tuple[Any, ...]], known: dict[str, Caller | None]) -> None:
        """Asks the schemes whose credentials only the authenticator can find; no caller means that none were there."""
        for name in self._hidden:
            if name not in known:
                known[name] = await self._check[name](*given[name], operation=self._operation)
            if known[name] is None:
                del given[name]

    async def _callers(
        self, requirement: Requirement, given: Mapping[str, tuple[Any, ...]], known: dict[str, Caller | None]
    ) -> list[Caller] | None:
        """The callers by each scheme of a requirement, None if one of them does not know the credentials."""
        callers = []
        for name in requirement:
            if name not in known:
                known[name] = await self._asked(name, given[name])
            caller = known[name]
            if caller is None:
                return None
            callers.append(caller)
        return callers

    def _unknown(self, given: Collection[str], rejected: Collection[str]) -> Refusal:
        """401. A challenge speaks of an invalid token only where one was sent (RFC 6750, section 3.1)."""
        if rejected:
            detail = "The credentials are not valid."
        else:
            detail = "Further credentials are required." if given else "Credentials are required."
        challenges = dict.fromkeys(_challenge(each, rejected=name in rejected) for name, each in self._schemes.items())
        return Refusal(401, "unauthenticated", detail, headers={"WWW-Authenticate": ", ".join(challenges)})

    def _forbidden(self, missing: Sequence[frozenset[str]]) -> Refusal:
        smallest = min(missing, key=len)
        fewest = " ".join(sorted(smallest))
        bearer = any(_is_bearer(scheme) for scheme in self._schemes.values())
        challenge = f'Bearer error="insufficient_scope", scope={_quoted(fewest)}'
        return Refusal(
            403,
            "forbidden insufficient scope",
            f"The credentials lack the scope {fewest}.",
            members={"required_scopes": self._needed_scopes()},
            headers={"WWW-Authenticate": challenge} if bearer else {},
        )

    def _needed_scopes(self) -> list[str]:
        """The scopes of the first requirement that has any."""
        for requirement in self._alternatives:
            scopes = {scope for each in requirement.values() for scope in each}
            if scopes:
                return sorted(scopes)
        return []


def _lacking(requirement: Requirement, callers: Sequence[Caller]) -> frozenset[str]:
    lacking: frozenset[str] = frozenset()
    for scopes, caller in zip(requirement.values(), callers, strict=True):
        lacking |= frozenset(scopes) - caller.scopes
    return lacking


def _is_bearer(scheme: SecurityScheme) -> bool:
    return scheme.type in ("oauth2", "openIdConnect") or (scheme.type == "http" and scheme.scheme == "bearer")


def _challenge(scheme: SecurityScheme, *, rejected: bool) -> str:
    """The challenge of a scheme (RFC 9110, section 11.6.1; RFC 6750, section 3)."""
    if _is_bearer(scheme):
        return 'Bearer error="invalid_token"' if rejected else "Bearer"
    realm = f"realm={_quoted(scheme.key)}"
    if scheme.type == "http":
        name = _NO_TOKEN.sub("", scheme.scheme or "basic").capitalize()
        return f'{name} {realm}, charset="UTF-8"' if name == "Basic" else f"{name} {realm}"
    if scheme.type == "apiKey":
        return f'ApiKey {realm}, name={_quoted(scheme.parameter or "")}, in="{scheme.place}"'
    return f"{'Mutual' if scheme.type == 'mutualTLS' else 'Undeclared'} {realm}"


def _quoted(text: str) -> str:
    """A quoted string (RFC 9110, section 5.6.4), whatever names the contract has."""
    plain = "".join(sign if " " <= sign <= "~" else "?" for sign in text)
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _extraction(scheme: SecurityScheme) -> _Extract:
    if scheme.type == "apiKey":
        return _api_key(scheme.place or "header", scheme.parameter or "")
    if scheme.type == "mutualTLS":
        return _certificates
    if scheme.type == "undeclared":
        return lambda scope: (RequestHead(scope),)
    if _is_bearer(scheme):
        return _authorization(b"bearer ", _as_token)
    if scheme.scheme == "basic":
        return _authorization(b"basic ", _as_password)
    credentials = _authorization((scheme.scheme or "").encode() + b" ", _as_token)

    def with_request(scope: Mapping[str, Any]) -> tuple[Any, ...] | None:
        found = credentials(scope)
        return (*found, RequestHead(scope)) if found else found

    return with_request


_UNREADABLE: Final[tuple[str, ...]] = ()
"""Credentials that were sent, but say nothing, or two things at once."""


def _authorization(prefix: bytes, read: Callable[[bytes], tuple[str, ...]]) -> _Extract:
    length: Final = len(prefix)

    def extract(scope: Mapping[str, Any]) -> tuple[str, ...] | None:
        found: tuple[str, ...] | None = None
        for name, value in scope["headers"]:
            if name == b"authorization" and (value + b" ")[:length].lower() == prefix:
                found = _UNREADABLE if found is not None else read(value[length:])
        return found

    return extract


def _as_token(credentials: bytes) -> tuple[str, ...]:
    token = credentials.decode("latin-1").strip()
    return (token,) if token else _UNREADABLE


def _as_password(credentials: bytes) -> tuple[str, ...]:
    """User name and password (RFC 7617)."""
    try:
        name, colon, password = base64.b64decode(credentials.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return _UNREADABLE
    return (name, password) if colon else _UNREADABLE


def _api_key(place: str, parameter: str) -> _Extract:
    return {"header": _key_in_header, "query": _key_in_query, "cookie": _key_in_cookie}[place](parameter)


def _key_in_header(parameter: str) -> _Extract:
    wanted: Final = parameter.lower().encode()

    def extract(scope: Mapping[str, Any]) -> tuple[str, ...] | None:
        found: tuple[str, ...] | None = None
        for name, value in scope["headers"]:
            if name == wanted:
                found = _UNREADABLE if found is not None else (value.decode("latin-1"),)
        return found

    return extract


def _key_in_query(parameter: str) -> _Extract:
    def extract(scope: Mapping[str, Any]) -> tuple[str, ...] | None:
        try:
            given = [text for name, text in pairs(scope["query_string"]) if name == parameter]
        except Malformed:
            return None
        if len(given) != 1:
            return _UNREADABLE if given else None
        try:
            return (unquote_plus(given[0]),)
        except Malformed:
            return _UNREADABLE

    return extract


def _key_in_cookie(parameter: str) -> _Extract:
    def extract(scope: Mapping[str, Any]) -> tuple[str, ...] | None:
        cookies = (value.decode("latin-1") for name, value in scope["headers"] if name == b"cookie")
        for part in ";".join(cookies).split(";"):
            key, equals, text = part.strip().partition("=")
            if equals and key == parameter:
                return (cookie_text(text),)
        return None

    return extract


def _certificates(scope: Mapping[str, Any]) -> tuple[Any, ...]:
    """The client's certificate chain in PEM, from the ASGI extension ``tls``.

    It is empty where something in front of the server has ended TLS: then the request may say what that has verified.
    """
    tls = (scope.get("extensions") or {}).get("tls") or {}
    return tuple(tls.get("client_cert_chain") or ()), RequestHead(scope)
