"""``default-valid``."""

from tallystick.contract.visit import SchemaNode
from tallystick.document import join
from tallystick.findings import Level, quoted
from tallystick.lint.instances import Case, Misfit
from tallystick.lint.rule import Check, Group, on, rule


@rule(
    "default-valid",
    Group.SCHEMAS,
    "error",
    summary="Defaults fit their schemas, and required properties have none.",
    rationale="""
        Generated code puts the default where a value is missing; one that does not fit its schema makes the call
        invalid. A required property is never missing, so that its default means nothing: a warning.
    """,
    bad="""
        paths:
          /items:
            get:
              operationId: listItems
              parameters:
                - {name: limit, in: query, schema: {type: integer, maximum: 50, default: «100»}}
        components:
          schemas:
            Page:
              type: object
              required: [size]
              properties:
                size: {type: integer, default: «20»}
    """,
    good="""
        paths:
          /items:
            get:
              operationId: listItems
              parameters:
                - {name: limit, in: query, schema: {type: integer, maximum: 50, default: 20}}
    """,
)
class DefaultValid(Check):
    """All defaults at once, against the normal form."""

    @on(SchemaNode, having=("default",))
    def required(self, node: SchemaNode) -> None:
        """Defaults of properties that are never missing."""
        parent = node.parent
        if parent is not None and node.property_name in parent.required:
            message = f"{node.property_name!r} is required, so its default is never used: drop one of the two"
            only_replies = self.context.uses.sides(parent) == {"reply"}
            self.report(node.at("default"), message, level=Level.INFO if only_replies else Level.WARNING)

    def finish(self) -> None:
        """Asks about every default, in normal form."""
        for node in self.tree.schemas:
            if "default" in node.fields:
                case = Case(node.at("default"), self.context.normal(node), node.fields["default"])
                self.context.expect(case, self._misfit)

    def _misfit(self, misfit: Misfit) -> None:
        why = misfit.fault.message.removeprefix("this ")
        message = f"the default {quoted(misfit.case.value)} does not fit its schema: {why}"
        self.report(join(misfit.case.pointer, *misfit.fault.tokens), message, key=misfit.fault.at_key)
