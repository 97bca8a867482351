"""``property-case``."""

from tallystick.contract.visit import SchemaNode
from tallystick.lint.case_styles import CaseStyle, fits, prevailing
from tallystick.lint.rule import Check, Group, Options, on, rule


class PropertyCaseOptions(Options):
    """``style``: the style to follow; without it, the one that most properties follow."""

    style: CaseStyle | None = None


@rule(
    "property-case",
    Group.NAMES,
    "warning",
    summary="Properties follow one case style.",
    rationale="""
        A reader who has seen `createdAt` does not expect `updated_at`. The names on the wire are the API; once it is
        published they cannot be mended without breaking callers. Names that begin with a sign (`$ref`, `@type`,
        `_id`) are left alone.
    """,
    bad="""
        paths: {}
        components:
          schemas:
            Item:
              type: object
              properties:
                createdAt: {type: string}
                unitPrice: {type: string}
                «updated_at»: {type: string}
    """,
    good="""
        paths: {}
        components:
          schemas:
            Item:
              type: object
              properties:
                createdAt: {type: string}
                updatedAt: {type: string}
    """,
    options=PropertyCaseOptions,
)
class PropertyCase(Check):
    """Gathers the schemas with properties, then compares each name with the prevailing style."""

    options: PropertyCaseOptions

    def start(self) -> None:
        """Nothing gathered."""
        self._nodes: list[SchemaNode] = []

    @on(SchemaNode, having=("properties",))
    def schema(self, node: SchemaNode) -> None:
        """Gathers."""
        self._nodes.append(node)

    def finish(self) -> None:
        """Reports the names that differ, each at every place."""
        names = {name for node in self._nodes for name in node.properties if name[:1].isalpha()}
        style = self.options.style or prevailing(names)
        if style is None:
            return
        odd = {name for name in names if not fits(name, style)}
        for node in self._nodes:
            for name in node.properties:
                if name in odd:
                    message = f"the property {name!r} is not {style}, like the others: rename it while you can"
                    self.report(node.at("properties", name), message, key=True)
