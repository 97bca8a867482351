"""Signing in, staying signed in, signing out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog

from warehouse.auth import repository
from warehouse.auth.tables import RefreshTokenRow, SessionRow
from warehouse.contract.models import TokenRefusedProblemError as TokenError
from warehouse.contract.problems import TokenRefused
from warehouse.platform.identity import scopes_of
from warehouse.platform.ids import new_id
from warehouse.platform.scope import Scope
from warehouse.platform.tokens import AccessToken, digest, new_secret
from warehouse.users import repository as users
from warehouse.users.tables import UserRow

__all__ = ["Granted", "refresh", "revoke", "sign_in"]

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """A pair of tokens and what it is good for; ``expires_in`` in seconds."""

    access_token: str
    refresh_token: str
    expires_in: int
    scopes: frozenset[str]

    @property
    def scope(self) -> str:
        """The scopes as OAuth 2.0 writes them (RFC 6749, section 3.3)."""
        return " ".join(sorted(self.scopes))


async def sign_in(scope: Scope, email: str, password: str, wanted: str | None) -> Granted:
    """Starts a session.

    Raises:
        TokenRefused: the password is wrong, the account is closed or unknown, or the role lacks a scope.
    """
    user, renewed = await _proven(scope, email, password)
    granted = _narrowed(scopes_of(user.role), wanted)
    await users.note_sign_in(scope.session, user.id, scope.clock.now(), renewed)
    session = SessionRow(
        id=new_id(),
        user_id=user.id,
        scopes=sorted(granted),
        created_at=scope.clock.now(),
        expires_at=scope.clock.now() + _refresh_lifetime(scope),
        refresh_revoked_at=None,
        ended_at=None,
    )
    scope.session.add(session)
    await scope.session.flush()
    return _pair(scope, session, granted)


async def _proven(scope: Scope, email: str, password: str) -> tuple[UserRow, str | None]:
    """The account, and a new hash if the kept one is out of date. No transaction is open during the slow hashing."""
    async with scope.reading() as session:
        user = await users.by_email(session, email)
    right, renewed = await scope.passwords.verify(password, None if user is None else user.password_hash)
    if user is None or not right or not user.is_active:
        raise TokenRefused("E-mail address or password is wrong.", error=TokenError.INVALID_GRANT)
    return user, renewed


async def refresh(scope: Scope, token: str, wanted: str | None) -> Granted:
    """Exchanges a refresh token for a new pair. A token that comes a second time ends its session.

    Raises:
        TokenRefused: the token is unknown, spent or too old, its session has ended, or it lacks a wanted scope.
    """
    kept = await scope.session.get(RefreshTokenRow, digest(token))
    session = None if kept is None else await scope.session.get(SessionRow, kept.session_id)
    if kept is None or session is None:
        raise _refused()
    if not await repository.spend(scope.session, kept.digest, scope.clock.now()):
        await _end_stolen(scope, session)
        raise _refused()
    user = await users.by_id(scope.session, session.user_id)
    if user is None or not _may_refresh(scope, kept, session, user):
        raise _refused()
    granted = _narrowed(frozenset(session.scopes) & scopes_of(user.role), wanted)
    session.expires_at = scope.clock.now() + _refresh_lifetime(scope)
    return _pair(scope, session, granted)


def _may_refresh(scope: Scope, kept: RefreshTokenRow, session: SessionRow, user: UserRow) -> bool:
    has_ended = session.ended_at is not None or session.refresh_revoked_at is not None
    return not has_ended and user.is_active and kept.expires_at > scope.clock.now()


async def _end_stolen(scope: Scope, session: SessionRow) -> None:
    """Ends the session for good: this commits although the request itself is refused."""
    await repository.end(scope.session, session.id, scope.clock.now())
    await scope.session.commit()
    _log.warning("refresh token used twice, session ended", user_id=str(session.user_id), session_id=str(session.id))


async def revoke(scope: Scope, token: str) -> None:
    """Ends the session of an access or refresh token; tokens that are none are met with silence (RFC 7009)."""
    session_id = await _session_of(scope, token)
    if session_id is not None:
        await repository.end(scope.session, session_id, scope.clock.now())


async def _session_of(scope: Scope, token: str) -> UUID | None:
    access = scope.tokens.read(token)
    return access.session_id if access is not None else await repository.session_of(scope.session, digest(token))


def _pair(scope: Scope, session: SessionRow, granted: frozenset[str]) -> Granted:
    secret = new_secret("rt_")
    scope.session.add(
        RefreshTokenRow(
            digest=digest(secret),
            session_id=session.id,
            expires_at=scope.clock.now() + _refresh_lifetime(scope),
            used_at=None,
        )
    )
    access = scope.tokens.issue(AccessToken(session.user_id, session.id, granted))
    seconds = int(scope.tokens.lifetime.total_seconds())
    return Granted(access_token=access, refresh_token=secret, expires_in=seconds, scopes=granted)


def _narrowed(available: frozenset[str], wanted: str | None) -> frozenset[str]:
    if wanted is None:
        return available
    asked = frozenset(wanted.split(" "))
    lacking = asked - available
    if lacking:
        raise TokenRefused(f"You may not have the scope {' '.join(sorted(lacking))}.", error=TokenError.INVALID_SCOPE)
    return asked


def _refresh_lifetime(scope: Scope) -> timedelta:
    return timedelta(days=scope.settings.refresh_token_days)


def _refused() -> TokenRefused:
    return TokenRefused("The refresh token is not valid any more. Sign in again.", error=TokenError.INVALID_GRANT)
