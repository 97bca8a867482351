"""``ref-resolves``."""

from urllib.parse import unquote

from tallystick.contract.visit import Reference, pointer_tokens_of
from tallystick.document import kind_at
from tallystick.lint.rule import Check, Group, on, rule


@rule(
    "ref-resolves",
    Group.VALIDITY,
    "error",
    summary="Every reference leads to a value of the right kind.",
    rationale="""
        A reference that leads nowhere, or to a response where a schema is wanted, leaves a hole in the API that no tool
        can fill. References may lead to other files below the folder of the description; other folders and hosts only
        where the call allows them.
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
    peers=("spectral:invalid-ref", "redocly:no-unresolved-refs", "vacuum:resolving-references"),
)
class RefResolves(Check):
    """Dangling references are found by bundling; here those of the wrong kind."""

    @on(Reference)
    def kind(self, reference: Reference) -> None:
        """Compares the kind that the target has with the kind that is wanted."""
        if not reference.target.startswith("#/"):
            return
        kind = kind_at(pointer_tokens_of(unquote(reference.target[1:])))
        if kind is None or kind == reference.kind or {kind, reference.kind} == {"header", "parameter"}:
            return
        message = f"the reference {reference.target!r} leads to a {kind}, but a {reference.kind} is wanted here"
        self.report(f"{reference.pointer}/$ref", message)
