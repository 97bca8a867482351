"""The operations on locations."""

from __future__ import annotations

from typing import cast, final
from uuid import UUID

from warehouse.contract import models
from warehouse.contract.handlers.locations import LocationsHandlers
from warehouse.contract.replies.locations import (
    CreateLocation201,
    DeleteLocation204,
    GetLocation200,
    ListLocations200,
    UpdateLocation200,
)
from warehouse.contract.wiring import Caller
from warehouse.locations import repository, service
from warehouse.locations.tables import LocationRow
from warehouse.platform.scope import Scope

__all__ = ["Locations"]


@final
class Locations(LocationsHandlers):
    """Serves locations."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    async def list_locations(self, *, caller: Caller, cursor: str | None, limit: int) -> ListLocations200:  # noqa: ARG002 - all see the same
        """All locations."""
        page = await repository.page(self._scope, cursor, limit)
        items = [_location(row[0]) for row in page.rows]
        return ListLocations200(models.LocationPage(items=items, next_cursor=page.next_cursor))

    async def create_location(self, *, caller: Caller, body: models.LocationCreate) -> CreateLocation201:  # noqa: ARG002 - whoever may
        """Makes a location."""
        address = None if body.address is None else body.address.model_dump(mode="json")
        location = await service.create(self._scope, code=body.code, name=body.name, address=address)
        return CreateLocation201(_location(location), location=f"/locations/{location.id}")

    async def get_location(self, *, caller: Caller, location_id: UUID) -> GetLocation200:  # noqa: ARG002 - all see the same
        """One location."""
        return GetLocation200(_location(await service.find(self._scope, location_id)))

    async def update_location(
        self,
        *,
        caller: Caller,  # noqa: ARG002 - whoever may
        location_id: UUID,
        body: models.LocationUpdate,
    ) -> UpdateLocation200:
        """Changes a location."""
        changes = cast("service.Changes", body.model_dump(mode="json", exclude_unset=True))
        return UpdateLocation200(_location(await service.update(self._scope, location_id, changes)))

    async def delete_location(self, *, caller: Caller, location_id: UUID) -> DeleteLocation204:  # noqa: ARG002 - whoever may
        """Deletes a location."""
        await service.delete(self._scope, location_id)
        return DeleteLocation204()


def _location(row: LocationRow) -> models.Location:
    return models.Location(
        id=row.id,
        code=row.code,
        name=row.name,
        address=None if row.address is None else models.Address.model_validate(row.address),
        is_default=row.is_default,
        created_at=row.created_at,
    )
