"""``text-present``."""

from tallystick.contract import Operation, Parameter
from tallystick.contract.visit import SchemaNode
from tallystick.lint.habits import report_lapses
from tallystick.lint.rule import Check, Group, on, rule


@rule(
    "text-present",
    Group.PROTOCOL,
    "warning",
    summary="Operations have a summary; parameters and models have a description.",
    rationale="""
        These texts become the documentation, the docstrings of handlers and SDK calls, and what an editor shows
        beside a name. A generated client without them says nothing but types.
    """,
    bad="""
        paths:
          /items:
            «get»:
              operationId: listItems
              parameters:
                - {name: «q», in: query, schema: {type: string}}
        components:
          schemas:
            «Item»:
              type: object
              properties: {name: {type: string}}
    """,
    good="""
        paths:
          /items:
            get:
              operationId: listItems
              summary: List the items
              parameters:
                - {name: q, in: query, description: Words to look for., schema: {type: string}}
        components:
          schemas:
            Item:
              type: object
              description: Something on a shelf.
              properties: {name: {type: string}}
    """,
)
class TextPresent(Check):
    """Three habits."""

    def start(self) -> None:
        """Nothing gathered."""
        self._operations: list[tuple[str, bool]] = []
        self._parameters: list[tuple[str, bool]] = []
        self._models: list[tuple[str, bool]] = []

    @on(Operation)
    def operation(self, operation: Operation) -> None:
        """A summary."""
        self._operations.append((operation.location.pointer, bool(operation.summary.strip())))

    @on(Parameter)
    def parameter(self, parameter: Parameter) -> None:
        """A description, of the parameter or of its schema."""
        pointer = parameter.location.pointer
        stated = self.context.value_at(pointer)
        if isinstance(stated, dict) and "name" in stated:
            schema = parameter.schema
            text = parameter.description or (schema.get("description") if schema is not None else "") or ""
            self._parameters.append((f"{pointer}/name", bool(text.strip())))

    @on(SchemaNode, having=("properties", "allOf", "oneOf", "anyOf"))
    def model(self, node: SchemaNode) -> None:
        """A description, or at least a title, of components that become classes."""
        if node.name is not None:
            self._models.append((node.pointer, bool(node.text("description").strip() or node.text("title").strip())))

    def finish(self) -> None:
        """Each one, or one for all of a kind."""
        self._lapses(self._operations, "the operation needs a summary: one line that says what it does", key=True)
        self._lapses(self._parameters, "the parameter needs a description: what does it change?", key=False)
        self._lapses(self._models, "the model needs a description: what is it?", key=True)

    def _lapses(self, found: list[tuple[str, bool]], message: str, *, key: bool) -> None:
        lapses = [pointer for pointer, has_text in found if not has_text]
        report_lapses(self, lapses, len(found) - len(lapses), lambda others: message + others, key=key)
