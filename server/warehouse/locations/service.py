"""What can be done with locations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from warehouse.contract.problems import LocationCodeTaken, LocationInUse, NotFound
from warehouse.locations import repository
from warehouse.locations.tables import LocationRow
from warehouse.platform.ids import new_id
from warehouse.platform.scope import Scope
from warehouse.stock import repository as stock

__all__ = ["Changes", "create", "delete", "find", "resolve", "seed", "update"]

_DEFAULT_CODE = "MAIN"


class Changes(TypedDict, total=False):
    """What can be changed about a location; members left out stay."""

    name: str
    address: dict[str, Any] | None


async def find(scope: Scope, location_id: UUID, *, lock: bool = False) -> LocationRow:
    """A location.

    Raises:
        NotFound: there is none with that id.
    """
    return _found(await repository.live(scope.session, location_id, lock=lock), location_id)


async def resolve(scope: Scope, location_id: UUID | None) -> LocationRow:
    """The location that a stock change means: the named one, else the default one. It cannot be deleted meanwhile.

    Raises:
        NotFound: there is none with that id.
    """
    if location_id is not None:
        return _found(await repository.live(scope.session, location_id, share=True), location_id)
    location = await repository.default(scope.session)
    assert location is not None, "seed() makes it at every start, and it cannot be deleted"
    return location


def _found(location: LocationRow | None, location_id: UUID) -> LocationRow:
    if location is None:
        raise NotFound(f"There is no location {location_id}.", resource="location")
    return location


async def create(
    scope: Scope, *, code: str, name: str, address: Mapping[str, Any] | None, is_default: bool = False
) -> LocationRow:
    """Makes a location.

    Raises:
        LocationCodeTaken: another one has the code.
    """
    location = LocationRow(
        id=new_id(),
        code=code,
        name=name,
        address=None if address is None else dict(address),
        is_default=is_default,
        created_at=scope.clock.now(),
        deleted_at=None,
    )
    scope.session.add(location)
    try:
        await scope.session.flush()
    except IntegrityError:
        raise LocationCodeTaken(f"There is already a location {code}.") from None
    return location


async def update(scope: Scope, location_id: UUID, changes: Changes) -> LocationRow:
    """Changes a location.

    Raises:
        NotFound: there is none with that id.
    """
    location = await find(scope, location_id, lock=True)
    location.name = changes.get("name", location.name)
    location.address = changes.get("address", location.address)
    await scope.session.flush()
    return location


async def delete(scope: Scope, location_id: UUID) -> None:
    """Deletes a location that is empty; its movements still name it.

    Raises:
        NotFound: there is none with that id.
        LocationInUse: it is the default one, or holds stock.
    """
    location = await find(scope, location_id, lock=True)
    if location.is_default:
        raise LocationInUse(f"{location.code} is the default location.")
    pieces = await stock.pieces_at(scope.session, location_id)
    if pieces:
        raise LocationInUse(f"The location {location.code} still holds {pieces} pieces.")
    location.deleted_at = scope.clock.now()
    await scope.session.flush()


async def seed(scope: Scope) -> None:
    """Makes the default location if there is none."""
    if await repository.default(scope.session) is None:
        await create(scope, code=_DEFAULT_CODE, name="Main warehouse", address=None, is_default=True)
