"""Imports of items: received in a request, carried out in the background, resumable after a crash."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any
from uuid import UUID

from warehouse.contract.problems import NotFound
from warehouse.items import import_file, repository
from warehouse.items.import_file import FaultyLine, ItemLine, UnreadableFileError
from warehouse.items.service import apply, new_item
from warehouse.items.tables import ItemImportFileRow, ItemImportRow, ItemRow
from warehouse.platform.ids import new_id
from warehouse.platform.jobs import JobContext
from warehouse.platform.scope import Scope

IMPORT = "items.import"
"""The kind of the job that carries out an import."""

BATCH = 200
"""How many lines are imported in one transaction: requests that write wait no longer than one batch takes."""

MOST_ERRORS = 100
"""How many faulty lines are remembered; the others are only counted."""

FINISHED = frozenset(("succeeded", "failed", "cancelled"))


async def receive(scope: Scope, content: bytes, *, dry_run: bool, actor_id: UUID) -> ItemImportRow:
    """Keep a file and queue its import."""
    row = ItemImportRow(
        id=new_id(),
        status="queued",
        dry_run=dry_run,
        processed_lines=0,
        created_count=0,
        updated_count=0,
        skipped_count=0,
        errors=[],
        created_by=actor_id,
        created_at=scope.clock.now(),
        finished_at=None,
    )
    scope.session.add(row)
    await scope.session.flush()
    scope.session.add(ItemImportFileRow(import_id=row.id, content=content))
    scope.jobs.enqueue(IMPORT, {"import_id": str(row.id)})
    await scope.session.flush()
    return row


async def get(scope: Scope, import_id: UUID) -> ItemImportRow:
    """Return an import.

    Raises NotFound.
    """
    row = await scope.session.get(ItemImportRow, import_id)
    if row is None:
        raise NotFound("There is no such import.", resource="import")
    return row


async def carry_out(context: JobContext, payload: Mapping[str, Any]) -> None:
    """Import a file batch by batch. Each batch commits with its figures, so a repeat goes on behind the last one."""
    import_id = UUID(payload["import_id"])
    async with context.scope() as scope:
        row = await scope.session.get(ItemImportRow, import_id)
        file = await scope.session.get(ItemImportFileRow, import_id)
        if row is None or file is None or row.status in FINISHED:
            return
        row.status = "running"
    try:
        await _import_lines(context, row, import_file.read(file.content))
    except UnreadableFileError as unreadable:
        async with context.scope() as scope:
            await _finish(scope, import_id, "failed", unreadable.fault)


async def _import_lines(context: JobContext, row: ItemImportRow, lines: Iterator[ItemLine | FaultyLine]) -> None:
    # A dry run stores nothing, so the SKUs of earlier lines are remembered here.
    seen = {line.draft.sku for line in islice(lines, row.processed_lines) if isinstance(line, ItemLine)}
    while batch := list(islice(lines, BATCH)):
        async with context.scope() as scope:
            current = await scope.session.get_one(ItemImportRow, row.id, with_for_update=True)
            await _import_batch(scope, current, batch, seen)
    async with context.scope() as scope:
        await _finish(scope, row.id, "succeeded")


async def _import_batch(
    scope: Scope, row: ItemImportRow, batch: Sequence[ItemLine | FaultyLine], seen: set[str]
) -> None:
    good = [line for line in batch if isinstance(line, ItemLine)]
    faulty = [line for line in batch if isinstance(line, FaultyLine)]
    known = await repository.by_skus(scope.session, {line.draft.sku for line in good})
    created = {line.draft.sku for line in good} - known.keys() - (seen if row.dry_run else set())
    if not row.dry_run:
        await _store(scope, good, known, actor_id=row.created_by)
    seen |= created
    row.created_count += len(created)
    row.updated_count += len(good) - len(created)
    row.skipped_count += len(faulty)
    row.processed_lines += len(batch)
    row.errors = [*row.errors, *map(_as_json, faulty)][:MOST_ERRORS]


async def _store(scope: Scope, lines: Sequence[ItemLine], known: dict[str, ItemRow], *, actor_id: UUID) -> None:
    existing = {item.id for item in known.values()}
    touched: dict[UUID, Sequence[str]] = {}
    for line in lines:
        draft = line.draft
        item = known.get(draft.sku)
        if item is None:
            item = known[draft.sku] = new_item(scope, draft, actor_id=actor_id)
        else:
            changes = {
                "name": draft.name,
                "category": draft.category,
                "price": draft.price,
                "currency": draft.currency,
                "tags": list(draft.tags),
            }
            apply(scope, item, changes, actor_id=actor_id)
        touched[item.id] = item.tags
    await repository.index_tags(scope.session, touched, known=existing & touched.keys())


async def _finish(scope: Scope, import_id: UUID, status: str, fault: FaultyLine | None = None) -> None:
    row = await scope.session.get_one(ItemImportRow, import_id, with_for_update=True)
    row.status = status
    row.finished_at = scope.clock.now()
    if fault is not None:
        row.errors = [_as_json(fault), *row.errors][:MOST_ERRORS]
    file = await scope.session.get(ItemImportFileRow, import_id)
    if file is not None:
        await scope.session.delete(file)


async def gave_up(context: JobContext, payload: Mapping[str, Any], reason: str) -> None:
    """End an import that failed for a reason that is not in its file; the reason itself is in the log."""
    del reason
    async with context.scope() as scope:
        row = await scope.session.get_one(ItemImportRow, UUID(payload["import_id"]))
        fault = FaultyLine(row.processed_lines + 2, "The import was broken off by a fault on our side. Send it again.")
        await _finish(scope, row.id, "failed", fault)


def _as_json(fault: FaultyLine) -> dict[str, Any]:
    return {"line": fault.line, "detail": fault.detail}
