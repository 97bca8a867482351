"""``header-ignored``."""

from tallystick.lint.rule import Check, Group, rule


@rule(
    "header-ignored",
    Group.VALIDITY,
    "info",
    summary="No header parameter is called Accept, Content-Type or Authorization.",
    rationale="""
        OpenAPI says that such parameters are ignored (section 4.8.12.2.1): media types stand under `content`, and
        credentials under `securitySchemes`. Left in, they tell readers something that no client will do.
    """,
    bad="""
        paths:
          /items:
            get:
              parameters:
                - «{name: Authorization, in: header, schema: {type: string}}»
    """,
    good="""
        paths:
          /items:
            get:
              security:
                - bearer: []
        components:
          securitySchemes:
            bearer: {type: http, scheme: bearer}
    """,
)
class HeaderIgnored(Check):
    """Decided by reading."""
