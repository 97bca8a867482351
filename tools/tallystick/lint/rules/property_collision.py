"""``property-collision``."""

from tallystick.contract import names
from tallystick.contract.visit import SchemaNode
from tallystick.lint.rule import Check, Group, on, rule
from tallystick.lint.spelling import snake_case


@rule(
    "property-collision",
    Group.NAMES,
    "error",
    minimal="warning",
    summary="No two properties of a model become the same attribute, those of its parents included.",
    rationale="""
        `userId` and `user_id` in one object are two properties on the wire and one attribute in code. Both stay, but
        one gets a name that nobody would guess.
    """,
    bad="""
        paths: {}
        components:
          schemas:
            Item:
              type: object
              properties:
                userId: {type: string}
                «user_id»: {type: string}
    """,
    good="""
        paths: {}
        components:
          schemas:
            Item:
              type: object
              properties:
                userId: {type: string}
                ownerId: {type: string}
    """,
)
class PropertyCollision(Check):
    """Own and inherited properties by their form in code."""

    @on(SchemaNode, having=("properties", "allOf"))
    def schema(self, node: SchemaNode) -> None:
        """Reports a pair at the schema that brings it together."""
        found: dict[str, tuple[str, SchemaNode]] = {}
        for name, child in self.tree.all_properties(node).items():
            spelled = snake_case(name) or name
            other, place = found.setdefault(spelled, (name, child))
            if other == name or names.snake_case(name, symbols=True) != names.snake_case(other, symbols=True):
                continue
            own, related = (child, place) if child.parent is node else (place, child)
            if own.parent is node or "allOf" in node.fields:
                pointer = own.pointer if own.parent is node else node.pointer
                message = f"the properties {other!r} and {name!r} both become {spelled!r} in code: rename one"
                self.report(pointer, message, key=True, related=(related.pointer,))
