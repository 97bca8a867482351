"""Items and imports as the contract shows them."""

from warehouse.contract import models
from warehouse.items.tables import ItemImportRow, ItemRow


def item(row: ItemRow) -> models.Item:
    """Return an item as it is answered."""
    return models.Item(
        sku=row.sku,
        name=row.name,
        description=row.description,
        category=models.ItemCategory(row.category),
        status=models.ItemStatus(row.status),
        price=models.Money(amount=str(row.price), currency=row.currency),
        tags=row.tags,
        reorder_point=row.reorder_point,
        weight_grams=row.weight_grams,
        quantity=row.quantity,
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def item_import(row: ItemImportRow) -> models.ItemImport:
    """Return an import as it is answered."""
    return models.ItemImport(
        id=row.id,
        status=models.JobStatus(row.status),
        dry_run=row.dry_run,
        created_count=row.created_count,
        updated_count=row.updated_count,
        skipped_count=row.skipped_count,
        errors=[models.ImportLineError(line=error["line"], detail=error["detail"]) for error in row.errors],
        created_at=row.created_at,
        finished_at=row.finished_at,
    )
