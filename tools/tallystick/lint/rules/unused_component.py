"""``unused-component``."""

from tallystick.contract import Contract
from tallystick.document import COMPONENT_KINDS, join
from tallystick.lint.rule import Check, Group, on, rule


@rule(
    "unused-component",
    Group.PROTOCOL,
    "warning",
    summary="Every component is used by an operation, a callback or a webhook.",
    rationale="""
        What nothing refers to is not part of the API: readers wonder what it is for, and code is generated that
        nobody calls. Schemas that extend a used one with a discriminator count as used.
    """,
    bad="""
        paths: {}
        components:
          schemas:
            «Forgotten»: {type: object}
    """,
    good="""
        paths:
          /items:
            get:
              operationId: listItems
              responses:
                '200':
                  description: The items.
                  content:
                    application/json:
                      schema: {$ref: '#/components/schemas/Item'}
        components:
          schemas:
            Item: {type: object}
    """,
)
class UnusedComponent(Check):
    """Components that no way from the paths leads to."""

    @on(Contract)
    def components(self, _contract: Contract) -> None:
        """Reports at the component's name."""
        components = self.context.value_at("/components")
        for section, named in components.items() if isinstance(components, dict) else ():
            for name in named if section in COMPONENT_KINDS and isinstance(named, dict) else ():
                pointer = join("/components", section, name)
                if not name.startswith("x-") and not self.context.uses.is_used(pointer):
                    self.report(pointer, f"nothing uses {name!r}: remove it, or refer to it", key=True)
