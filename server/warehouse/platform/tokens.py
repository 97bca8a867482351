"""Access tokens: JWTs that name a session, and opaque secrets that are kept as hashes."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import jwt

from warehouse.platform.clock import Clock

__all__ = ["AccessToken", "AccessTokens", "digest", "new_secret"]

_ISSUER = "warehouse"
_ALGORITHM = "HS256"
_TYPE = "at+jwt"
_KNOWN = 4096


@dataclass(frozen=True, slots=True)
class AccessToken:
    """What an access token says."""

    user_id: UUID
    session_id: UUID
    scopes: frozenset[str]


class AccessTokens:
    """Signs and checks access tokens as RFC 8725 and RFC 9068 advise: one algorithm, issuer, audience and type fixed.

    ``secret`` is the key, ``lifetime`` how long a token is good.
    """

    def __init__(self, secret: str, clock: Clock, lifetime: timedelta) -> None:
        self._key = hashlib.blake2b(secret.encode(), digest_size=32, person=b"access-token").digest()
        self._clock = clock
        self.lifetime = lifetime
        self._known: dict[str, tuple[AccessToken, datetime]] = {}
        """Tokens whose signature was right, since most tokens come many times."""

    def issue(self, token: AccessToken) -> str:
        """A signed token."""
        now = self._clock.now()
        claims = {
            "iss": _ISSUER,
            "aud": _ISSUER,
            "sub": str(token.user_id),
            "sid": str(token.session_id),
            "scope": " ".join(sorted(token.scopes)),
            "iat": int(now.timestamp()),
            "exp": int((now + self.lifetime).timestamp()),
            "jti": secrets.token_urlsafe(9),
        }
        return jwt.encode(claims, self._key, _ALGORITHM, headers={"typ": _TYPE})

    def read(self, text: str) -> AccessToken | None:
        """What a token says; None if it is not one of ours, was changed, or has ended."""
        known = self._known.get(text)
        if known is None:
            known = self._verified(text)
            if known is None:
                return None
            if len(self._known) >= _KNOWN:
                self._known.clear()
            self._known[text] = known
        token, ends = known
        return token if ends > self._clock.now() else None

    def _verified(self, text: str) -> tuple[AccessToken, datetime] | None:
        try:
            if jwt.get_unverified_header(text).get("typ") != _TYPE:
                return None
            claims = jwt.decode(
                text,
                self._key,
                algorithms=[_ALGORITHM],
                issuer=_ISSUER,
                audience=_ISSUER,
                options={"require": ["exp", "sub", "sid", "scope"], "verify_exp": False, "verify_iat": False},
            )
            token = AccessToken(UUID(claims["sub"]), UUID(claims["sid"]), frozenset(claims["scope"].split()))
            return token, datetime.fromtimestamp(int(claims["exp"]), UTC)
        except (jwt.InvalidTokenError, ValueError, OverflowError):
            return None


def new_secret(prefix: str, size: int = 32) -> str:
    """A secret of ``size`` random bytes, letters and digits only, behind a prefix that tells what it is."""
    return prefix + _base62(secrets.token_bytes(size))


def digest(secret: str) -> str:
    """What is kept of a secret. Random 256 bits need no slow hash: they cannot be guessed."""
    return hashlib.sha256(secret.encode()).hexdigest()


_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def _base62(data: bytes) -> str:
    number, text = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 62)
        text = _DIGITS[digit] + text
    return text
