"""``schema-type-present``."""

from typing import Final

from tallystick.contract.visit import SchemaNode
from tallystick.findings import Level
from tallystick.lint.rule import Check, Group, on, rule

_OF_OBJECTS: Final = ("properties", "additionalProperties", "patternProperties", "minProperties", "maxProperties")
_TYPE_OF: Final = {
    **dict.fromkeys(_OF_OBJECTS, "object"),
    **dict.fromkeys(("items", "minItems", "maxItems", "uniqueItems", "prefixItems"), "array"),
    **dict.fromkeys(("minLength", "maxLength", "pattern"), "string"),
    **dict.fromkeys(("minimum", "maximum", "multipleOf", "exclusiveMinimum", "exclusiveMaximum"), "number"),
}  # fmt: skip
_SAYS: Final = frozenset(("type", "$ref", "$dynamicRef", "allOf", "anyOf", "oneOf", "not", "if", "enum", "const"))
_PARTIAL: Final = frozenset(
    ("allOf", "anyOf", "oneOf", "not", "if", "then", "else", "contains", "propertyNames", "dependentSchemas")
)


@rule(
    "schema-type-present",
    Group.SCHEMAS,
    "error",
    summary="A schema says its type, refers, composes, or lists its values.",
    rationale="""
        `properties` without `type: object` admits every number and every text as well, which nobody means and which
        generators read in different ways. A schema that says nothing at all means any value; that is allowed and only
        noted where it is a property, an array item or a body, because `{}` is often a type that was forgotten.
    """,
    bad="""
        paths: {}
        components:
          schemas:
            Item:
              «properties»:
                name:
                  type: string
    """,
    good="""
        paths: {}
        components:
          schemas:
            Item:
              type: object
              properties:
                name:
                  type: string
    """,
)
class SchemaTypePresent(Check):
    """Looks at schemas that are no parts of a composition."""

    @on(SchemaNode)
    def schema(self, node: SchemaNode) -> None:
        """Reports at the keyword that shows which type is meant."""
        fields = node.fields
        if not isinstance(node.value, dict) or not _SAYS.isdisjoint(fields) or _is_partial(node):
            return
        meant = next((keyword for keyword in fields if keyword in _TYPE_OF), None)
        if meant is not None:
            self.report(node.at(meant), f"`{meant}` without a type: add `type: {_TYPE_OF[meant]}`", key=True)
        elif node.key[0] in ("properties", "items", "schema"):
            message = "the schema says no type, so any value fits: add a `type` if one is meant"
            self.report(node.pointer, message, key=node.property_name is not None, level=Level.INFO)


def _is_partial(node: SchemaNode) -> bool:
    current: SchemaNode | None = node
    while current is not None:
        if current.key[0] in _PARTIAL and current.name is None:
            return True
        if current.key[0] in ("properties", "items", "additionalProperties"):
            return False
        current = current.parent
    return False
