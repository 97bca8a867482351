"""``name-reserved``."""

import builtins
from typing import Final

from tallystick.contract import Contract, Operation, Tag, pascal_case
from tallystick.contract.names import KEYWORDS, MODEL_RESERVED
from tallystick.contract.operation_names import CLIENT_RESERVED
from tallystick.contract.visit import SchemaNode
from tallystick.document import join
from tallystick.findings import Level
from tallystick.lint.rule import Check, Group, on, rule
from tallystick.lint.spelling import snake_case

_ARGUMENTS: Final = KEYWORDS | {"body", "options"}
_GENERATED: Final = (
    "Annotated", "Any", "AsyncClient", "BaseModel", "Client", "Enum", "Field", "Generic", "Literal", "Optional",
    "Union",
)  # fmt: skip
_CLASSES: Final = frozenset((*(name for name in vars(builtins) if name[:1].isupper()), *_GENERATED))


@rule(
    "name-reserved",
    Group.NAMES,
    "error",
    summary="Names do not meet Python keywords, members of generated classes, or methods of the client.",
    rationale="""
        `from`, `class` or `model_dump` cannot be a name in the generated code: it gets an underscore behind it. For
        operations and tags, which people type most, that is an error; for properties, arguments and models a warning,
        because the name on the wire stays as it is.
    """,
    bad="""
        paths:
          /items:
            post:
              operationId: «import»
        components:
          schemas:
            Move:
              type: object
              properties:
                «from»: {type: string}
                to: {type: string}
    """,
    good="""
        paths:
          /items:
            post:
              operationId: importItems
        components:
          schemas:
            Move:
              type: object
              properties:
                source: {type: string}
                target: {type: string}
    """,
)
class NameReserved(Check):
    """Every kind of name against the names that are taken where it will stand."""

    @on(Operation)
    def operation(self, operation: Operation) -> None:
        """The operationId and the arguments."""
        pointer = f"{operation.location.pointer}/operationId"
        stated = self.context.value_at(pointer)
        if isinstance(stated, str) and snake_case(stated) in KEYWORDS:
            self.report(pointer, f"{stated!r} is a Python keyword: choose another operationId, such as {stated}Items")
        for parameter in operation.parameters:
            if snake_case(parameter.name) in _ARGUMENTS and parameter.location.pointer != operation.location.pointer:
                message = _mended(parameter.name, "argument")
                self.report(f"{parameter.location.pointer}/name", message, level=Level.WARNING)

    @on(Tag)
    def tag(self, tag: Tag) -> None:
        """The group on the client."""
        if snake_case(tag.name) in CLIENT_RESERVED:
            pointer = f"{tag.location.pointer}/name" if tag.declared else tag.location.pointer
            self.report(pointer, f"the tag {tag.name!r} is a name of the client itself: choose another")

    @on(SchemaNode, having=("properties",))
    def properties(self, node: SchemaNode) -> None:
        """Attributes of models."""
        for name in node.properties:
            if snake_case(name) in MODEL_RESERVED:
                self.report(node.at("properties", name), _mended(name, "attribute"), key=True, level=Level.WARNING)

    @on(Contract)
    def components(self, contract: Contract) -> None:
        """Class names."""
        for name in contract.schemas:
            if pascal_case(name) in _CLASSES:
                message = f"the class {pascal_case(name)} exists in Python or in generated code: choose another name"
                self.report(join("/components/schemas", name), message, key=True, level=Level.WARNING)


def _mended(name: str, what: str) -> str:
    return f"{name!r} is a reserved name: the {what} will be called {snake_case(name)}_"
