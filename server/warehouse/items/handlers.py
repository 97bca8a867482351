"""The operations on items."""

from collections.abc import AsyncIterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal, final
from uuid import UUID

from warehouse.contract import forms, models
from warehouse.contract.handlers.items import ItemsHandlers
from warehouse.contract.replies.items import (
    CreateItem201,
    DeleteItem204,
    ExportItems200Csv,
    ExportItems200Ndjson,
    ExportItemsReply,
    GetImport200,
    GetItem200,
    ImportItems202,
    ListItems200,
    UpdateItem200,
)
from warehouse.contract.wiring import Caller
from warehouse.items import export_file, imports, representation, service
from warehouse.items.draft import ItemDraft
from warehouse.items.repository import ItemQuery
from warehouse.items.tables import ItemRow
from warehouse.platform.identity import known
from warehouse.platform.scope import Scope

Portion = Sequence[ItemRow]

POLL_AFTER_SECONDS = 2
"""When to ask again how far an import is."""


@final
class Items(ItemsHandlers):
    """Serves the catalogue. All accounts see the same items."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    async def list_items(
        self,
        *,
        caller: Caller,  # noqa: ARG002
        filter: models.ItemFilter | None,  # noqa: A002
        tags: list[str] | None,
        sort: models.ItemSort,
        cursor: str | None,
        limit: int,
    ) -> ListItems200:
        """Answer a page of the items that the filters find."""
        page = await service.list_items(self._scope, _query(filter, tags), sort=sort, cursor=cursor, limit=limit)
        items = [representation.item(row[0]) for row in page.rows]
        return ListItems200(models.ItemPage(items=items, next_cursor=page.next_cursor))

    async def create_item(self, *, caller: Caller, body: models.ItemCreate) -> CreateItem201:  # noqa: ARG002
        """Create an item."""
        item = await service.create(self._scope, _draft(body))
        location = f"/items/{item.sku}"
        return CreateItem201(representation.item(item), location=location, etag=service.etag(item))

    async def get_item(self, *, caller: Caller, sku: str) -> GetItem200:  # noqa: ARG002
        """Answer one item."""
        item = await service.get(self._scope, sku)
        return GetItem200(representation.item(item), etag=service.etag(item))

    async def update_item(
        self,
        *,
        caller: Caller,  # noqa: ARG002
        sku: str,
        body: models.ItemUpdate,
        if_match: str,
    ) -> UpdateItem200:
        """Change the members that the body names."""
        item = await service.update(self._scope, sku, _changes(body), if_match=if_match)
        return UpdateItem200(representation.item(item), etag=service.etag(item))

    async def delete_item(self, *, caller: Caller, sku: str) -> DeleteItem204:  # noqa: ARG002
        """Delete an item without stock."""
        await service.remove(self._scope, sku)
        return DeleteItem204()

    async def import_items(self, *, caller: Caller, body: forms.ImportItemsForm) -> ImportItems202:
        """Keep the file and queue its import."""
        content = await body.file.read()
        row = await imports.receive(self._scope, content, dry_run=body.dry_run, actor_id=known(caller).user_id)
        return ImportItems202(
            representation.item_import(row), location=f"/item-imports/{row.id}", retry_after=POLL_AFTER_SECONDS
        )

    async def get_import(self, *, caller: Caller, import_id: UUID) -> GetImport200:  # noqa: ARG002
        """Answer how far an import is."""
        row = await imports.get(self._scope, import_id)
        retry_after = None if row.status in imports.FINISHED else POLL_AFTER_SECONDS
        return GetImport200(representation.item_import(row), retry_after=retry_after)

    async def export_items(
        self,
        *,
        caller: Caller,  # noqa: ARG002
        accept: Literal["text/csv", "application/x-ndjson"],
        filter: models.ItemFilter | None,  # noqa: A002
        tags: list[str] | None,
    ) -> ExportItemsReply:
        """Stream the items that the filters find."""
        portions = await _begun(service.every(self._scope, _query(filter, tags)))
        if accept == "text/csv":
            return ExportItems200Csv(export_file.as_csv(portions))
        return ExportItems200Ndjson(export_file.as_json_lines(portions))


async def _begun(portions: AsyncIterator[Portion]) -> AsyncIterator[Portion]:
    """Read the first portion now: an unreachable database is then still answered with a problem."""
    first = await anext(portions, None)

    async def again() -> AsyncIterator[Portion]:
        if first is not None:
            yield first
        async for portion in portions:
            yield portion

    return again()


def _query(wanted: models.ItemFilter | None, tags: Sequence[str] | None) -> ItemQuery:
    members = {} if wanted is None else wanted.model_dump(mode="json", exclude_unset=True)
    return ItemQuery(**members, tags=tags or ())


def _draft(body: models.ItemCreate) -> ItemDraft:
    return ItemDraft(
        sku=body.sku,
        name=body.name,
        category=body.category.value,
        price=Decimal(body.price.amount),
        currency=body.price.currency,
        tags=body.tags or (),
        description=body.description,
        reorder_point=body.reorder_point,
        weight_grams=body.weight_grams,
    )


def _changes(body: models.ItemUpdate) -> Mapping[str, Any]:
    """Return the members that the patch names, with the price as its two columns."""
    changes = body.model_dump(mode="json", exclude_unset=True)
    if body.price is not None:
        del changes["price"]
        changes |= {"price": Decimal(body.price.amount), "currency": body.price.currency}
    return changes
