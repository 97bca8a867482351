"""Values drawn for the wire proof fit their schemas without many being thrown away."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, given, settings

from tallystick.generate.runtime.proof import drawing
from tallystick.generate.runtime.proof.contract import Contract

STATE = {"type": "string", "pattern": "^[A-Z]{2}$"}
NEEDS_NAME = {"anyOf": [{"required": ["name"]}, {"required": ["company"]}]}
ADDRESS = {
    "type": "object",
    "required": ["state"],
    "properties": {"state": STATE, "name": {"type": "string"}, "company": {"type": "string"}},
}


def contract(**schemas):
    return Contract({"openapi": "3.1.0", "components": {"schemas": schemas}})


def drawn(found, pointer, *, freely=False, examples=50):
    """Values for a component, before (freely) or after those that do not fit are left out."""
    values = []
    source = drawing.strategy(found, found.at(pointer), 0) if freely else drawing.drawn(found, pointer)

    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(source)
    def run(value):
        values.append(value)

    run()
    return values


def test_conditions_on_what_is_present_are_met():
    """Each way to meet a condition is taken, also deep in a reply, and without a draw that does not fit."""
    address = {**ADDRESS, "if": {}, "then": {"allOf": [NEEDS_NAME]}}
    reference = {"$ref": "#/components/schemas/Address"}
    parcel = {"type": "object", "required": ["to"], "properties": {"to": reference, "from": reference}}
    found = contract(Address=address, Parcel=parcel)
    values = drawn(found, "/components/schemas/Parcel", freely=True)
    assert all(found.is_valid("/components/schemas/Parcel", value) for value in values)
    assert {"name", "company"} <= {name for value in values for name in value["to"]}


def test_what_is_required_is_drawn_although_it_is_not_described():
    """A required name without a schema has any value."""
    found = contract(Thing={"type": "object", "required": ["token"], "properties": {"a": {"type": "boolean"}}})
    assert all("token" in value for value in drawn(found, "/components/schemas/Thing"))


def test_many_conditions_are_no_explosion():
    """Of the ways to meet many conditions at once, a bounded number is tried."""
    ways = [{"anyOf": [{"required": [f"a{n}"]}, {"required": [f"b{n}"]}]} for n in range(40)]
    found = contract(Thing={"type": "object", "if": {}, "then": {"allOf": ways}})
    assert drawn(found, "/components/schemas/Thing", examples=5)


def test_a_condition_that_a_component_states_is_judged_there():
    """Where a condition cannot be met on purpose, the component's values are chosen before the whole is judged."""
    odd = {"type": "integer", "if": {}, "then": {"allOf": [{"not": {"multipleOf": 2}}]}}
    holder = {"type": "array", "minItems": 2, "maxItems": 2, "items": {"$ref": "#/components/schemas/Odd"}}
    found = contract(Odd=odd, Pair=holder)
    assert all(value % 2 for pair in drawn(found, "/components/schemas/Pair", freely=True) for value in pair)
