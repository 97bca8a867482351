"""``schema-valid``."""

import re
from typing import Final

from tallystick.contract import Contract
from tallystick.document import COMPONENT_KINDS, join
from tallystick.lint.rule import Check, Group, on, rule

_NAME: Final = re.compile(r"[A-Za-z0-9._-]+\Z")


@rule(
    "schema-valid",
    Group.VALIDITY,
    "error",
    summary="The description fits the JSON Schema of its OpenAPI version, Schema Objects included.",
    rationale="""
        A field with a wrong name or a value of the wrong shape is passed over by some tools and refused by others, so
        that two readers of one description see two different APIs. The finding stands at the deepest value that
        explains the fault; the value itself is left out of everything that is generated.
    """,
    bad="""
        paths:
          /items:
            get:
              «respones»: {}
              responses:
                '200':
                  description: The items.
                  content:
                    application/json:
                      schema:
                        type: «strng»
    """,
    good="""
        paths:
          /items:
            get:
              responses:
                '200':
                  description: The items.
                  content:
                    application/json:
                      schema:
                        type: string
    """,
)
class SchemaValid(Check):
    """Decided by reading and by ``lint.meta_schema``; the 3.0 schema leaves component names open."""

    @on(Contract)
    def component_names(self, _contract: Contract) -> None:
        """Section 4.8.7.1: component names consist of letters, digits, dots, dashes and underscores."""
        components = self.context.value_at("/components")
        if self.context.version != (3, 0) or not isinstance(components, dict):
            return  # the later schemas say so themselves
        for section, named in components.items():
            for name in named if section in COMPONENT_KINDS and isinstance(named, dict) else ():
                if not _NAME.match(name):
                    message = f"{name!r} is no component name: use letters, digits, '.', '-' and '_'"
                    self.report(join("/components", section, name), message, key=True)
