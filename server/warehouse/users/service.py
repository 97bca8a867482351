"""What can be done with accounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from warehouse.api_keys import repository as api_keys
from warehouse.auth import repository as sessions
from warehouse.contract.problems import EmailTaken, NotFound, OwnAccountProtected, WrongPassword
from warehouse.platform.ids import new_id
from warehouse.platform.scope import Scope
from warehouse.users import repository
from warehouse.users.tables import UserRow

__all__ = [
    "Changes",
    "OwnChanges",
    "Registration",
    "change_password",
    "deactivate",
    "find",
    "register",
    "update",
    "update_own",
]


class OwnChanges(TypedDict, total=False):
    """What people may change about their own account; members left out stay."""

    display_name: str
    locale: str | None


class Changes(TypedDict, total=False):
    """What administrators may change about an account; members left out stay."""

    display_name: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What a new account starts with."""

    email: str
    password: str
    display_name: str
    locale: str | None = None
    role: str = "member"


async def register(scope: Scope, wanted: Registration) -> UserRow:
    """Makes an account.

    Raises:
        EmailTaken: another account has the address.
    """
    password_hash = await scope.passwords.hash(wanted.password)
    user = UserRow(
        id=new_id(),
        email=wanted.email,
        email_key=wanted.email.lower(),
        password_hash=password_hash,
        display_name=wanted.display_name,
        role=wanted.role,
        locale=wanted.locale,
        is_active=True,
        created_at=scope.clock.now(),
        last_sign_in_at=None,
    )
    scope.session.add(user)
    try:
        await scope.session.flush()
    except IntegrityError:
        raise EmailTaken(f"Another account uses {wanted.email}.") from None
    scope.audit.record("user.registered", str(user.id), actor_id=user.id, role=user.role)
    return user


async def find(scope: Scope, user_id: UUID, *, lock: bool = False) -> UserRow:
    """An account.

    Raises:
        NotFound: there is none with that id.
    """
    user = await repository.by_id(scope.session, user_id, lock=lock)
    if user is None:
        raise NotFound(f"There is no account {user_id}.", resource="user")
    return user


async def update_own(scope: Scope, user_id: UUID, changes: OwnChanges) -> UserRow:
    """Changes what people may change about their own account."""
    user = await find(scope, user_id, lock=True)
    await _apply(scope, user, changes)
    return user


async def update(scope: Scope, actor: UUID, user_id: UUID, changes: Changes) -> UserRow:
    """Changes what administrators may change about an account.

    Raises:
        NotFound: there is none with that id.
        OwnAccountProtected: it is the administrator's own role.
    """
    user = await find(scope, user_id, lock=True)
    if user_id == actor and changes.get("role", user.role) != user.role:
        raise OwnAccountProtected("Ask another administrator to change your role.")
    await _apply(scope, user, changes)
    return user


async def _apply(scope: Scope, user: UserRow, changes: OwnChanges | Changes) -> None:
    changed = sorted(name for name, value in changes.items() if getattr(user, name) != value)
    for name in changed:
        setattr(user, name, changes[name])  # type: ignore[literal-required]  # the names are the keys of the mapping
    if changed:
        scope.audit.record("user.updated", str(user.id), changed=", ".join(changed))
        await scope.session.flush()


async def deactivate(scope: Scope, actor: UUID, user_id: UUID) -> UserRow:
    """Closes an account: its sessions and API keys end with this transaction. Closing it twice changes nothing.

    Raises:
        NotFound: there is none with that id.
        OwnAccountProtected: it is the administrator's own.
    """
    user = await find(scope, user_id, lock=True)
    if user_id == actor:
        raise OwnAccountProtected("Ask another administrator to deactivate your account.")
    if user.is_active:
        user.is_active = False
        await sessions.end_all(scope.session, user_id, scope.clock.now())
        await api_keys.revoke_all(scope.session, user_id, scope.clock.now())
        scope.audit.record("user.deactivated", str(user_id))
        await scope.session.flush()
    return user


async def change_password(scope: Scope, user_id: UUID, current: str, new: str) -> None:
    """Replaces the password and stops all refresh tokens.

    Raises:
        WrongPassword: ``current`` is not the password in force.
    """
    async with scope.reading() as session:
        user = await repository.by_id(session, user_id)
    right = user is not None and (await scope.passwords.verify(current, user.password_hash))[0]
    if user is None or not right:
        raise WrongPassword("The current password is not right.")
    new_hash = await scope.passwords.hash(new)
    if not await repository.set_password(scope.session, user_id, user.password_hash, new_hash):
        raise WrongPassword("The password has just been changed.")
    await sessions.revoke_refreshing(scope.session, user_id, scope.clock.now())
    scope.audit.record("user.updated", str(user_id), changed="password")
