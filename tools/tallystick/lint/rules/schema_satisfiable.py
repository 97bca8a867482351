"""``schema-satisfiable``."""

from typing import Any, Final

from tallystick.contract.visit import SchemaNode
from tallystick.findings import quoted
from tallystick.lint.rule import Check, Group, on, rule
from tallystick.lint.values import fits_type, type_name

_BOUNDS: Final = (
    ("minLength", "maxLength"),
    ("minItems", "maxItems"),
    ("minProperties", "maxProperties"),
    ("minContains", "maxContains"),
)


@rule(
    "schema-satisfiable",
    Group.VALIDITY,
    "error",
    summary="Every schema admits at least one value.",
    rationale="""
        A minimum above the maximum, an enum of texts under `type: integer`, a required property that
        `additionalProperties: false` forbids, or `allOf` members that contradict each other refuse every value: no
        request can be valid, no reply can be sent.
    """,
    bad="""
        paths: {}
        components:
          schemas:
            Quantity:
              type: integer
              minimum: 10
              maximum: «5»
            Name:
              allOf:
                - type: string
                - «{type: integer}»
            Item:
              type: object
              required: [«sku»]
              properties: {name: {type: string}}
              additionalProperties: false
    """,
    good="""
        paths: {}
        components:
          schemas:
            Quantity:
              type: integer
              minimum: 5
              maximum: 10
            Name:
              allOf:
                - type: string
                - maxLength: 20
            Item:
              type: object
              required: [sku]
              properties: {sku: {type: string}}
              additionalProperties: false
    """,
)
class SchemaSatisfiable(Check):
    """Contradictions that show in one schema and its ``allOf`` members."""

    @on(SchemaNode, having=("maxLength", "maxItems", "maxProperties", "maxContains"))
    def counts(self, node: SchemaNode) -> None:
        """Pairs of least and most."""
        for least, most in _BOUNDS:
            low, high = node.number(least), node.number(most)
            if low is not None and high is not None and low > high:
                self.report(node.at(most), f"`{most}` {high} is below `{least}` {low}: no value fits")

    @on(SchemaNode, having=("maximum", "exclusiveMaximum"))
    def range(self, node: SchemaNode) -> None:
        """Lower and upper bound of numbers, inclusive and exclusive."""
        low, low_open = _bound(node, "minimum", "exclusiveMinimum", max)
        high, high_open = _bound(node, "maximum", "exclusiveMaximum", min)
        if low is None or high is None:
            return
        keyword = "maximum" if node.number("maximum") == high else "exclusiveMaximum"
        if low > high or (low == high and (low_open or high_open)):
            self.report(
                node.at(keyword), f"no number is at least {low} and at most {high} here: mend one of the bounds"
            )
        elif node.types == {"integer"} and not _holds_integer(low, high, low_open=low_open, high_open=high_open):
            self.report(node.at(keyword), f"no whole number lies between {low} and {high}: mend one of the bounds")

    @on(SchemaNode, having=("enum", "const"))
    def values(self, node: SchemaNode) -> None:
        """An enum of which no value has the type."""
        types, values = node.types, node.enum or []
        if not types or not values or any(fits_type(value, types) for value in values):
            return
        keyword = "enum" if "enum" in node.fields and isinstance(node.fields["enum"], list) else "const"
        found = ", ".join(sorted({type_name(value) for value in values}))
        message = f"`type` asks for {' or '.join(sorted(types))}, but {quoted(values)} has only {found}: no value fits"
        self.report(node.at(keyword), message)

    @on(SchemaNode, having=("required",))
    def closed_out(self, node: SchemaNode) -> None:
        """Required names that a closed object does not have."""
        if node.fields.get("additionalProperties") is not False or "patternProperties" in node.fields:
            return
        for index, name in enumerate(node.fields["required"] if isinstance(node.fields["required"], list) else ()):
            if isinstance(name, str) and name not in node.properties:
                message = f"{name!r} is required, but `additionalProperties: false` forbids it: declare the property"
                self.report(node.at("required", index), message)

    @on(SchemaNode, having=("properties",))
    def forbidden(self, node: SchemaNode) -> None:
        """Required properties whose schema is ``false``."""
        for name in node.required:
            if node.properties.get(name) is False:
                self.report(node.at("properties", name), f"{name!r} is required, but its schema refuses every value")

    @on(SchemaNode, having=("allOf",))
    def members(self, node: SchemaNode) -> None:
        """Members that allow no type in common, or close out what another requires."""
        common: frozenset[str] | None = node.types or None
        for member in self.tree.members(node, "allOf"):
            types = self.tree.all_types(member)
            if types and common is not None and not _overlap(common, types):
                message = f"this allows {_named(types)}, the parts before it {_named(common)}: no value is both"
                self.report(member.pointer, message)
                return
            common = types if common is None and types else _both(common, types) if types else common


def _bound(node: SchemaNode, inclusive: str, exclusive: str, tighter: Any) -> tuple[int | float | None, bool]:
    """The bound on one side and whether it is itself excluded; OpenAPI 3.0 writes the latter as a flag."""
    value, apart = node.number(inclusive), node.number(exclusive)
    if apart is None:
        return value, value is not None and node.flag(exclusive)
    if value is None or tighter(value, apart) == apart:
        return apart, True
    return value, False


def _holds_integer(low: float, high: float, *, low_open: bool, high_open: bool) -> bool:
    import math

    first = math.floor(low) + 1 if low_open else math.ceil(low)
    last = math.ceil(high) - 1 if high_open else math.floor(high)
    return first <= last


def _widened(types: frozenset[str]) -> frozenset[str]:
    return types | {"integer"} if "number" in types else types


def _both(left: frozenset[str] | None, right: frozenset[str]) -> frozenset[str]:
    return right if left is None else _widened(left) & _widened(right)


def _overlap(left: frozenset[str], right: frozenset[str]) -> bool:
    return bool(_both(left, right))


def _named(types: frozenset[str]) -> str:
    return " or ".join(sorted(types))
