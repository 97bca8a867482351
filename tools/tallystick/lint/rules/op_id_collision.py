"""``op-id-collision``."""

from tallystick.contract import Operation
from tallystick.lint.rule import Check, Group, on, rule
from tallystick.lint.spelling import snake_case


@rule(
    "op-id-collision",
    Group.NAMES,
    "error",
    minimal="warning",
    summary="No two operationIds become the same name in code.",
    rationale="""
        `getPet` and `get_pet` are two operations but one Python name. The generated code tells them apart by their
        tag or path, which nobody would guess.
    """,
    bad="""
        paths:
          /pets/{id}:
            parameters: [{name: id, in: path, required: true, schema: {type: string}}]
            get:
              operationId: getPet
            delete:
              operationId: «get_pet»
    """,
    good="""
        paths:
          /pets/{id}:
            parameters: [{name: id, in: path, required: true, schema: {type: string}}]
            get:
              operationId: getPet
            delete:
              operationId: deletePet
    """,
)
class OpIdCollision(Check):
    """Names seen so far, by their form in code."""

    def start(self) -> None:
        """Nothing seen."""
        self._seen: dict[str, tuple[str, str]] = {}

    @on(Operation)
    def operation(self, operation: Operation) -> None:
        """Compares with those before it."""
        pointer = f"{operation.location.pointer}/operationId"
        stated = self.context.value_at(pointer)
        if not isinstance(stated, str):
            return
        name = snake_case(stated)
        other, place = self._seen.setdefault(name, (stated, pointer))
        if other != stated:
            message = f"{stated!r} and {other!r} both become {name!r} in code: rename one"
            self.report(pointer, message, related=(place,))
