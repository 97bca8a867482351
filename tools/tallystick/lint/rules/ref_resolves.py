"""``ref-resolves``."""

from tallystick.lint.rule import Check, Group, rule


@rule(
    "ref-resolves",
    Group.VALIDITY,
    "error",
    summary="Every reference leads to a value of the right kind.",
    rationale="""
        A reference that leads nowhere, or to a response where a schema is wanted, leaves a hole in the API that no
        tool can fill. References may lead to other files below the folder of the description; other folders and hosts
        only where the call allows them.
    """,
    bad="""
        paths:
          /items:
            get:
              responses:
                '200':
                  $ref: «'#/components/responses/Itmes'»
                '404':
                  $ref: «'#/components/schemas/Problem'»
        components:
          responses:
            Items:
              description: The items.
          schemas:
            Problem:
              type: object
    """,
    good="""
        paths:
          /items:
            get:
              responses:
                '200':
                  $ref: '#/components/responses/Items'
        components:
          responses:
            Items:
              description: The items.
    """,
)
class RefResolves(Check):
    """Decided by bundling."""
