"""What the server of the benchmark knows."""

ITEM = {
    "sku": "SKU-1",
    "name": "Hex bolt M8",
    "description": None,
    "category": "component",
    "status": "active",
    "price": {"amount": "0.35", "currency": "EUR"},
    "tags": ["metal", "small"],
    "reorder_point": 100,
    "weight_grams": 18,
    "quantity": 240,
    "version": 3,
    "created_at": "2026-01-02T03:04:05Z",
    "updated_at": "2026-02-03T04:05:06Z",
}
PAGE = {"items": [ITEM] * 50, "next_cursor": None}
