"""``nullable-and-optional``."""

from tallystick.contract.visit import SchemaNode
from tallystick.lint.rule import Check, Group, on, rule


@rule(
    "nullable-and-optional",
    Group.SCHEMAS,
    "info",
    summary="A property of a request that may be null and may be left out says what the difference is.",
    rationale="""
        In a PATCH, null usually clears a value and absence keeps it; elsewhere both often mean the same. The types
        show that both are possible, only the description can say what they do.
    """,
    bad="""
        paths:
          /items/{id}:
            parameters: [{name: id, in: path, required: true, schema: {type: string}}]
            patch:
              operationId: changeItem
              requestBody:
                content:
                  application/json:
                    schema:
                      type: object
                      properties:
                        «note»:
                          type: [string, 'null']
    """,
    good="""
        paths:
          /items/{id}:
            parameters: [{name: id, in: path, required: true, schema: {type: string}}]
            patch:
              operationId: changeItem
              requestBody:
                content:
                  application/json:
                    schema:
                      type: object
                      properties:
                        note:
                          type: [string, 'null']
                          description: A remark. Null removes it; left out, it stays.
    """,
)
class NullableAndOptional(Check):
    """Properties without any text of their own."""

    @on(SchemaNode, having=("properties",))
    def schema(self, node: SchemaNode) -> None:
        """Reports at the property's name."""
        if not any(_is_nullable(value) for value in node.properties.values()):
            return
        if "request" not in self.context.uses.sides(node):
            return
        required = set(node.required)
        for name in node.properties:
            child = self.tree.child(node, "properties", name)
            if child is None or name in required or child.flag("readOnly") or "default" in child.fields:
                continue
            if self._may_be_null(child) and not self._described(child):
                message = f"{name!r} may be null and may be left out: say in its description what the difference is"
                self.report(child.pointer, message, key=True)

    def _may_be_null(self, node: SchemaNode) -> bool:
        members = [*self.tree.members(node, "anyOf"), *self.tree.members(node, "oneOf")]
        return "null" in node.types or any(member.types == {"null"} for member in members)

    def _described(self, node: SchemaNode) -> bool:
        return bool(node.text("description"))


def _is_nullable(value: object) -> bool:
    """A quick look before the thorough one."""
    return isinstance(value, dict) and (
        "nullable" in value or "anyOf" in value or "oneOf" in value or isinstance(value.get("type"), list)
    )
