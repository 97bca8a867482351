"""``yaml-trap``."""

from tallystick.lint.rule import Check, Group, rule


@rule(
    "yaml-trap",
    Group.VALIDITY,
    "error",
    summary="Values mean the same to every YAML reader: traps of YAML 1.1 are quoted, and keys are text.",
    rationale="""
        `no`, `on`, `012`, `12:30` and `2024-01-01` are text or decimal numbers to a YAML 1.2 reader, but a boolean,
        an octal number, a number in base 60 and a date to the YAML 1.1 readers that many tools use. A status code
        without quotes is a number where OpenAPI wants text; since most tools mend it, that is a warning.
    """,
    bad="""
        paths:
          /items:
            get:
              responses:
                «200»:
                  description: The items.
        components:
          schemas:
            Country:
              type: string
              enum: [de, «no»]
    """,
    good="""
        paths:
          /items:
            get:
              responses:
                '200':
                  description: The items.
        components:
          schemas:
            Country:
              type: string
              enum: [de, 'no']
    """,
)
class YamlTrap(Check):
    """Decided by reading."""
