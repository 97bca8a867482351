"""Mistakes of a consumer, each marked with what the type checker must say about its line."""

from __future__ import annotations

from warehouse_client import OutOfStock, Warehouse


def mistakes(client: Warehouse) -> None:
    client.items.create(sku="SKU-1")  # error: call-arg
    client.items.delete(name="SKU-1")  # error: call-arg
    client.items.restock("SKU-1", quantity="5")  # error: arg-type
    client.items.restock("SKU-1", quantity=5, quantiti=5)  # error: call-arg
    client.items.update("SKU-1", name=None, if_match="*")  # error: arg-type
    client.items.list(sort="colour")  # error: arg-type
    client.items.reorder("SKU-1")  # error: attr-defined
    str(client.items.get("SKU-1").price.amounts)  # error: attr-defined
    client.items.get("SKU-1").description.upper()  # error: union-attr
    client.with_options(tries=3)  # error: call-arg


def wrong_member(error: OutOfStock) -> None:
    str(error.availble)  # error: attr-defined
