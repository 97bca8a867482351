"""``ref-siblings``."""

from tallystick.lint.rule import Check, Group, rule


@rule(
    "ref-siblings",
    Group.VALIDITY,
    "warning",
    summary="In OpenAPI 3.0 nothing stands beside `$ref` in a schema that would change its meaning.",
    rationale="""
        OpenAPI 3.0 says that everything beside `$ref` is ignored. Some tools read it all the same, so that one
        description means two things. Put the reference and the addition into an `allOf`, or move to OpenAPI 3.1,
        where siblings count. Annotations such as `description` do no harm and are not reported.
    """,
    bad="""
        openapi: 3.0.3
        paths: {}
        components:
          schemas:
            Name:
              type: string
            Item:
              type: object
              properties:
                name:
                  $ref: '#/components/schemas/Name'
                  maxLength: «20»
    """,
    good="""
        openapi: 3.0.3
        paths: {}
        components:
          schemas:
            Name:
              type: string
            Item:
              type: object
              properties:
                name:
                  description: Shown in lists.
                  allOf:
                    - $ref: '#/components/schemas/Name'
                    - maxLength: 20
    """,
)
class RefSiblings(Check):
    """Decided by reading."""
