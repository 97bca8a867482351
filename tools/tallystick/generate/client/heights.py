"""How deep the smallest value of a schema is: what leads out of schemas that contain themselves."""

from __future__ import annotations

import math
from collections.abc import Mapping

from tallystick.contract import Contract, Schema

__all__ = ["height", "heights"]


def heights(contract: Contract) -> Mapping[str, float]:
    """The height of each component; infinite where every value would have to contain another."""
    found = dict.fromkeys(contract.schemas, math.inf)
    is_settled = False
    while not is_settled:
        is_settled = True
        for name, schema in contract.schemas.items():
            lower = height(schema, found)
            if lower < found[name]:
                found[name], is_settled = lower, False
    return found


def height(schema: Schema, known: Mapping[str, float]) -> float:
    """The least number of objects and arrays within each other, given the heights of components."""
    if schema.ref:
        return known.get(schema.ref.rpartition("/")[2], 0)
    for keyword in ("oneOf", "anyOf"):
        if schema.get(keyword):
            return min(height(schema.child(keyword, index), known) for index in range(len(schema.get(keyword))))
    if schema.get("type") == "array":
        return 1 + height(schema.child("items"), known) if schema.get("minItems", 0) and "items" in _keys(schema) else 1
    required = [height(one, known) for name, one in schema.properties.items() if name in schema.required]
    return 1 + max(required, default=0) if schema.get("type") == "object" or schema.properties else 0


def _keys(schema: Schema) -> Mapping[str, object]:
    return {} if isinstance(schema.value, bool) else schema.value
