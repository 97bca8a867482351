"""The catalogue: creating, reading, changing and deleting items."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from warehouse.contract.problems import ItemInStock, NotFound, PreconditionFailed, SkuTaken
from warehouse.items import repository
from warehouse.items.draft import ItemDraft
from warehouse.items.repository import ItemQuery
from warehouse.items.tables import ItemRow
from warehouse.platform.ids import new_id
from warehouse.platform.pagination import Page, read_page
from warehouse.platform.scope import Scope

CHUNK = 200
"""How many items an export reads at a time."""


def etag(item: ItemRow) -> str:
    """Return the entity tag of an item: its version, and its id lest an item of the same SKU be taken for it later."""
    return f'"{item.version}.{item.id.hex[-12:]}"'


def new_item(scope: Scope, draft: ItemDraft, *, actor_id: UUID | None = None) -> ItemRow:
    """Add an item without stock to the session; its tags are not indexed yet.

    `actor_id` says who created it, where that is not the caller of a request.
    """
    now = scope.clock.now()
    item = ItemRow(
        id=new_id(),
        sku=draft.sku,
        description=draft.description,
        category=draft.category,
        status="active",
        price=draft.price,
        currency=draft.currency,
        tags=list(draft.tags),
        reorder_point=draft.reorder_point,
        weight_grams=draft.weight_grams,
        quantity=0,
        version=1,
        created_at=now,
        updated_at=now,
    )
    repository.rename(item, draft.name)
    scope.session.add(item)
    scope.audit.record("item.created", item.sku, actor_id=actor_id)
    return item


async def create(scope: Scope, draft: ItemDraft) -> ItemRow:
    """Create an item.

    Raises SkuTaken.
    """
    if await repository.by_sku(scope.session, draft.sku) is not None:
        raise _taken(draft.sku)
    item = new_item(scope, draft)
    try:
        await scope.session.flush()
    except IntegrityError:
        raise _taken(draft.sku) from None
    await repository.index_tags(scope.session, {item.id: item.tags}, known=())
    return item


async def get(scope: Scope, sku: str) -> ItemRow:
    """Return an item.

    Raises NotFound.
    """
    return await _found(scope, sku)


async def list_items(scope: Scope, query: ItemQuery, *, sort: str, cursor: str | None, limit: int) -> Page:
    """Return a page of the items that a query finds; each row begins with an `ItemRow`.

    Raises InvalidCursor.
    """
    return await read_page(
        scope,
        repository.matching(query),
        order=repository.order_of(sort),
        cursor=cursor,
        limit=limit,
        query={"list": "items", "sort": sort, "filter": query.identity()},
    )


async def update(scope: Scope, sku: str, changes: Mapping[str, Any], *, if_match: str) -> ItemRow:
    """Set the named members of an item; the others stay. What is set to its present value is no change.

    Raises NotFound, PreconditionFailed.
    """
    item = await _found(scope, sku, lock=True)
    if if_match not in {"*", etag(item)}:
        raise PreconditionFailed(f"{sku} has changed since you read it. Read it again and repeat your change.")
    if "tags" in apply(scope, item, changes):
        await repository.index_tags(scope.session, {item.id: item.tags}, known=[item.id])
    return item


def apply(scope: Scope, item: ItemRow, changes: Mapping[str, Any], *, actor_id: UUID | None = None) -> Collection[str]:
    """Make changes to a locked item and return the names of the members that differ; tags are not indexed yet.

    `actor_id` as for `new_item`.
    """
    differing = {name: value for name, value in changes.items() if getattr(item, name) != value}
    if not differing:
        return ()
    for name, value in differing.items():
        setattr(item, name, value)
    repository.rename(item, item.name)
    item.version += 1
    item.updated_at = scope.clock.now()
    scope.audit.record("item.updated", item.sku, actor_id=actor_id, members=" ".join(sorted(differing)))
    return differing.keys()


async def remove(scope: Scope, sku: str) -> None:
    """Delete an item that has no stock.

    Raises NotFound, ItemInStock.
    """
    item = await _found(scope, sku, lock=True)
    if item.quantity:
        raise ItemInStock(f"{item.quantity} pieces of {sku} are still in stock.", quantity=item.quantity)
    await scope.session.delete(item)
    scope.audit.record("item.deleted", sku)


async def every(scope: Scope, query: ItemQuery) -> AsyncIterator[Sequence[ItemRow]]:
    """Yield all items that a query finds, ordered by SKU, some hundred at a time.

    The connection is given back between the portions: a slow reader holds up nobody. Each item is true at the
    moment its portion is read.
    """
    statement = repository.matching(query).order_by(ItemRow.sku).limit(CHUNK)
    portion = list(await scope.session.scalars(statement))
    while portion:
        scope.session.expunge_all()
        await scope.session.commit()
        yield portion
        after = portion[-1].sku
        portion = list(await scope.session.scalars(statement.where(ItemRow.sku > after)))


async def _found(scope: Scope, sku: str, *, lock: bool = False) -> ItemRow:
    item = await repository.by_sku(scope.session, sku, lock=lock)
    if item is None:
        raise NotFound(f"There is no item {sku}.", resource="item")
    return item


def _taken(sku: str) -> SkuTaken:
    return SkuTaken(f"There is an item {sku} already.")
