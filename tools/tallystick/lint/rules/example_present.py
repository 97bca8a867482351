"""``example-present``."""

from tallystick.contract import Contract, MediaType, Operation
from tallystick.contract.visit import SchemaNode
from tallystick.lint.habits import report_lapses
from tallystick.lint.rule import Check, Group, on, rule


@rule(
    "example-present",
    Group.PROTOCOL,
    "info",
    summary="Each JSON body of a request or a success has an example.",
    rationale="""
        An example shows in one look what a schema says in a page. The documentation prints it, the mock answers with
        it, and fuzzing starts from it. It may stand beside the schema, in it, or in its properties.
    """,
    bad="""
        paths:
          /items:
            get:
              operationId: listItems
              responses:
                '200':
                  description: The items.
                  content:
                    «application/json»:
                      schema: {type: array, items: {type: integer}}
    """,
    good="""
        paths:
          /items:
            get:
              operationId: listItems
              responses:
                '200':
                  description: The items.
                  content:
                    application/json:
                      schema: {type: array, items: {type: integer}}
                      example: [1, 2]
    """,
)
class ExamplePresent(Check):
    """Operations on paths."""

    def start(self) -> None:
        """Nothing looked at."""
        self._shown: dict[str, bool] = {}

    @on(Contract)
    def operations(self, contract: Contract) -> None:
        """Sorts the main bodies."""
        bodies = {
            media.location.pointer: media for operation in contract.operations for media in _main_bodies(operation)
        }
        bare = [pointer for pointer, media in bodies.items() if not media.examples and not self._has(media)]
        report_lapses(self, bare, len(bodies) - len(bare), _message, key=True)

    def _has(self, media: MediaType) -> bool:
        node = self.tree.at(media.schema.location.pointer) if media.schema is not None else None
        return node is None or self._shows(node)

    def _shows(self, node: SchemaNode) -> bool:
        """Whether a schema, its items, or all its properties carry examples; a schema inside itself adds nothing."""
        node = self.tree.resolve(node)
        known = self._shown.get(node.pointer)
        if known is None:
            self._shown[node.pointer] = True  # while it is being looked at
            known = self._shown[node.pointer] = self._looked_at(node)
        return known

    def _looked_at(self, node: SchemaNode) -> bool:
        if "example" in node.fields or "examples" in node.fields or node.enum or "default" in node.fields:
            return True
        items = self.tree.child(node, "items")
        if items is not None:
            return self._shows(items)
        properties = self.tree.all_properties(node)
        return bool(properties) and all(self._shows(child) for child in properties.values())


def _main_bodies(operation: Operation) -> list[MediaType]:
    contents = [operation.body.content] if operation.body is not None else []
    contents += [reply.content for reply in operation.replies if reply.status.startswith("2")]
    return [media for content in contents for media in content[:1] if "json" in media.name and media.schema is not None]


def _message(others: str) -> str:
    return f"no example: add one beside the schema or in it{others}"
