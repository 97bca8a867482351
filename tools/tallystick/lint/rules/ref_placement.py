"""``ref-placement``."""

from tallystick.lint.rule import Check, Group, rule


@rule(
    "ref-placement",
    Group.VALIDITY,
    "warning",
    summary="References stand only where the specification has them.",
    rationale="""
        A Reference Object is allowed in place of certain objects: schemas, responses, parameters, examples, bodies,
        headers, security schemes, links, callbacks and path items. Elsewhere, as the value of `paths` or of a
        description, Tallystick follows it, but other tools do not. `tally bundle` writes a description without them.
    """,
    bad="""
        info:
          title: Sample
          version: '1'
          contact: «{$ref: '#/x-contact'}»
        paths: {}
        x-contact:
          name: Support
    """,
    good="""
        info:
          title: Sample
          version: '1'
          contact:
            name: Support
        paths: {}
    """,
)
class RefPlacement(Check):
    """Decided by bundling."""
