"""``enum-type``."""

import json

from tallystick.contract.visit import SchemaNode
from tallystick.findings import quoted
from tallystick.lint.rule import Check, Group, on, rule
from tallystick.lint.values import fits_type, type_name


@rule(
    "enum-type",
    Group.SCHEMAS,
    "error",
    summary="Enum values fit the type, stand once, and include null where null is allowed.",
    rationale="""
        A value of another type can never occur. A value that stands twice is a mistake. An enum without null refuses
        null, whatever `nullable` or the type list says.
    """,
    bad="""
        paths: {}
        components:
          schemas:
            Size:
              type: string
              enum: [small, «10», large, «small»]
            Colour:
              type: [string, 'null']
              enum: «[red, blue]»
    """,
    good="""
        paths: {}
        components:
          schemas:
            Size:
              type: string
              enum: [small, '10', large]
            Colour:
              type: [string, 'null']
              enum: [red, blue, null]
    """,
)
class EnumType(Check):
    """Each value by itself; an enum of which nothing fits is a matter of ``schema-satisfiable``."""

    @on(SchemaNode, having=("enum",))
    def schema(self, node: SchemaNode) -> None:
        """Reports at the value; a missing null at the list."""
        values = node.fields["enum"]
        if not isinstance(values, list):
            return
        types = node.types
        seen: set[str] = set()
        fitting = [value for value in values if not types or fits_type(value, types)]
        for index, value in enumerate(values):
            if types and fitting and not fits_type(value, types) and not (value is None and node.flag("nullable")):
                message = (
                    f"{quoted(value)} is of type {type_name(value)}, but `type` asks for {' or '.join(sorted(types))}"
                )
                self.report(node.at("enum", index), message)
            elif (mark := json.dumps(value, sort_keys=True)) in seen:
                self.report(node.at("enum", index), f"{quoted(value)} stands twice in the list: remove one")
            else:
                seen.add(mark)
        if "null" in types and len(types) > 1 and values and None not in values:
            message = (
                "the type allows null, the list does not, so it stays forbidden: add null, or drop it from the type"
            )
            self.report(node.at("enum"), message)
