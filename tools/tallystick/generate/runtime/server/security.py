"""Who calls: credentials taken from the request as the contract says, requirements evaluated (OR of ANDs)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from .descriptors import Operation, Requirement, SecurityScheme
from .percent import Malformed, pairs, unquote_plus
from .problems import Refusal

__all__ = ["Caller", "Guard"]

Headers = Sequence[tuple[bytes, bytes]]
_Extract = Callable[[Mapping[str, Any]], "tuple[Any, ...] | None"]


@dataclass(frozen=True)
class Caller:
    """Whoever proved to be allowed to call. Derive from it to carry more than this.

    ``scopes`` are the ones granted to the credentials. Where a requirement asks for several schemes at once, ``also``
    holds the callers of the further ones.
    """

    subject: str
    scopes: frozenset[str] = frozenset()
    also: tuple[Caller, ...] = field(default=(), kw_only=True)


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
                caller = known[name] = await self._check[name](*credentials, operation=self._operation)
            if caller is not None and scopes <= caller.scopes:
                return caller
        return await self._any(scope, known)

    async def _any(self, scope: Mapping[str, Any], known: dict[str, Caller | None]) -> Caller | None:
        """``known`` are the callers of those schemes that were asked already."""
        given = {name: credentials for name, take in self._extract.items() if (credentials := take(scope)) is not None}
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
        raise self._unknown(rejected=bool(given))

    async def _callers(
        self, requirement: Requirement, given: Mapping[str, tuple[Any, ...]], known: dict[str, Caller | None]
    ) -> list[Caller] | None:
        """The callers by each scheme of a requirement, None if one of them does not know the credentials."""
        callers = []
        for name in requirement:
            if name not in known:
                known[name] = await self._check[name](*given[name], operation=self._operation)
            caller = known[name]
            if caller is None:
                return None
            callers.append(caller)
        return callers

    def _unknown(self, *, rejected: bool) -> Refusal:
        detail = "The credentials are not valid." if rejected else "Credentials are required."
        challenges = dict.fromkeys(_challenge(scheme, rejected=rejected) for scheme in self._schemes.values())
        return Refusal(401, "unauthenticated", detail, headers={"WWW-Authenticate": ", ".join(challenges)})

    def _forbidden(self, missing: Sequence[frozenset[str]]) -> Refusal:
        smallest = min(missing, key=len)
        fewest = " ".join(sorted(smallest))
        bearer = any(_is_bearer(scheme) for scheme in self._schemes.values())
        challenge = {"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{fewest}"'} if bearer else {}
        return Refusal(
            403,
            "forbidden insufficient scope",
            f"The credentials lack the scope {fewest}.",
            members={"required_scopes": self._needed_scopes()},
            headers=challenge,
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
    if scheme.type == "http":
        name = (scheme.scheme or "basic").capitalize()
        return f'{name} realm="{scheme.key}", charset="UTF-8"' if name == "Basic" else f'{name} realm="{scheme.key}"'
    if scheme.type == "apiKey":
        return f'ApiKey realm="{scheme.key}", name="{scheme.parameter}", in="{scheme.place}"'
    return f'Mutual realm="{scheme.key}"'


def _extraction(scheme: SecurityScheme) -> _Extract:
    if scheme.type == "apiKey":
        return _api_key(scheme.place or "header", scheme.parameter or "")
    if scheme.type == "mutualTLS":
        return _certificates
    if _is_bearer(scheme):
        return _authorization(b"bearer ", _as_token)
    if scheme.scheme == "basic":
        return _authorization(b"basic ", _as_password)
    return _authorization((scheme.scheme or "").encode() + b" ", _as_token)


def _authorization(prefix: bytes, read: Callable[[bytes], tuple[str, ...] | None]) -> _Extract:
    length: Final = len(prefix)

    def extract(scope: Mapping[str, Any]) -> tuple[str, ...] | None:
        for name, value in scope["headers"]:
            if name == b"authorization" and value[:length].lower() == prefix:
                return read(value[length:])
        return None

    return extract


def _as_token(credentials: bytes) -> tuple[str, ...] | None:
    return (credentials.decode("latin-1").strip(),)


def _as_password(credentials: bytes) -> tuple[str, ...] | None:
    """User name and password (RFC 7617)."""
    try:
        name, colon, password = base64.b64decode(credentials.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (name, password) if colon else None


def _api_key(place: str, parameter: str) -> _Extract:
    return {"header": _key_in_header, "query": _key_in_query, "cookie": _key_in_cookie}[place](parameter)


def _key_in_header(parameter: str) -> _Extract:
    wanted: Final = parameter.lower().encode()

    def extract(scope: Mapping[str, Any]) -> tuple[str, ...] | None:
        for name, value in scope["headers"]:
            if name == wanted:
                return (value.decode("latin-1"),)
        return None

    return extract


def _key_in_query(parameter: str) -> _Extract:
    def extract(scope: Mapping[str, Any]) -> tuple[str, ...] | None:
        try:
            given = pairs(scope["query_string"])
            return next(((unquote_plus(text),) for name, text in given if name == parameter), None)
        except Malformed:
            return None

    return extract


def _key_in_cookie(parameter: str) -> _Extract:
    def extract(scope: Mapping[str, Any]) -> tuple[str, ...] | None:
        cookies = (value.decode("latin-1") for name, value in scope["headers"] if name == b"cookie")
        for part in ";".join(cookies).split(";"):
            key, equals, text = part.strip().partition("=")
            if equals and key == parameter:
                return (text,)
        return None

    return extract


def _certificates(scope: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """The client's certificate chain in PEM, from the ASGI extension ``tls``."""
    chain = scope.get("extensions", {}).get("tls", {}).get("client_cert_chain")
    return (tuple(chain),) if chain else None
