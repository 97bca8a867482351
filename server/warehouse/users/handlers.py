"""The operations on accounts."""

from __future__ import annotations

from typing import cast, final
from uuid import UUID

from warehouse.contract import models
from warehouse.contract.handlers.users import UsersHandlers
from warehouse.contract.replies.users import (
    ChangePassword204,
    DeactivateUser200,
    GetCurrentUser200,
    GetUser200,
    ListUsers200,
    RegisterUser201,
    UpdateCurrentUser200,
    UpdateUser200,
)
from warehouse.contract.wiring import Caller
from warehouse.platform.identity import known
from warehouse.platform.scope import Scope
from warehouse.users import repository, service
from warehouse.users.tables import UserRow

__all__ = ["Users"]


@final
class Users(UsersHandlers):
    """Serves accounts."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    async def register_user(self, *, body: models.UserRegistration) -> RegisterUser201:
        """Makes an account for whoever asks."""
        wanted = service.Registration(
            email=body.email, password=body.password, display_name=body.display_name, locale=body.locale
        )
        user = await service.register(self._scope, wanted)
        return RegisterUser201(_user(user), location=f"/users/{user.id}")

    async def list_users(self, *, caller: Caller, cursor: str | None, limit: int) -> ListUsers200:  # noqa: ARG002 - any administrator
        """All accounts."""
        page = await repository.page(self._scope, cursor, limit)
        return ListUsers200(models.UserPage(items=[_user(row[0]) for row in page.rows], next_cursor=page.next_cursor))

    async def get_current_user(self, *, caller: Caller) -> GetCurrentUser200:
        """The caller's account."""
        return GetCurrentUser200(_user(await service.find(self._scope, known(caller).user_id)))

    async def update_current_user(self, *, caller: Caller, body: models.CurrentUserUpdate) -> UpdateCurrentUser200:
        """Changes the caller's account."""
        changes = cast("service.OwnChanges", body.model_dump(mode="json", exclude_unset=True))
        return UpdateCurrentUser200(_user(await service.update_own(self._scope, known(caller).user_id, changes)))

    async def change_password(self, *, caller: Caller, body: models.PasswordChange) -> ChangePassword204:
        """Changes the caller's password."""
        await service.change_password(self._scope, known(caller).user_id, body.current_password, body.new_password)
        return ChangePassword204()

    async def get_user(self, *, caller: Caller, user_id: UUID) -> GetUser200:  # noqa: ARG002 - any administrator
        """One account."""
        return GetUser200(_user(await service.find(self._scope, user_id)))

    async def update_user(self, *, caller: Caller, user_id: UUID, body: models.UserUpdate) -> UpdateUser200:
        """Changes an account."""
        changes = cast("service.Changes", body.model_dump(mode="json", exclude_unset=True))
        return UpdateUser200(_user(await service.update(self._scope, known(caller).user_id, user_id, changes)))

    async def deactivate_user(self, *, caller: Caller, user_id: UUID) -> DeactivateUser200:
        """Closes an account."""
        return DeactivateUser200(_user(await service.deactivate(self._scope, known(caller).user_id, user_id)))


def _user(row: UserRow) -> models.User:
    return models.User(
        id=row.id,
        email=row.email,
        display_name=row.display_name,
        role=models.Role(row.role),
        locale=row.locale,
        is_active=row.is_active,
        created_at=row.created_at,
        last_sign_in_at=row.last_sign_in_at,
    )
