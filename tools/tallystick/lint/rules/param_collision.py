"""``param-collision``."""

from tallystick.contract import Operation, Parameter
from tallystick.lint.rule import Check, Group, on, rule
from tallystick.lint.spelling import snake_case


@rule(
    "param-collision",
    Group.NAMES,
    "error",
    minimal="warning",
    summary="The arguments of an operation have distinct names, whatever place they travel in.",
    rationale="""
        A path parameter `id` and a query parameter `id`, or `max-age` and `max_age`, are one argument name for two
        values. One of them gets its place as a suffix (`id_query`), which is stable but ugly.
    """,
    bad="""
        paths:
          /items/{id}:
            get:
              parameters:
                - {name: id, in: path, required: true, schema: {type: string}}
                - {name: «ID», in: query, schema: {type: string}}
    """,
    good="""
        paths:
          /items/{id}:
            get:
              parameters:
                - {name: id, in: path, required: true, schema: {type: string}}
                - {name: owner, in: query, schema: {type: string}}
    """,
)
class ParamCollision(Check):
    """The parameters of one operation by their form in code."""

    @on(Operation)
    def operation(self, operation: Operation) -> None:
        """Reports the later one, which is the one that is renamed."""
        found: dict[str, Parameter] = {}
        for parameter in operation.parameters:
            name = snake_case(parameter.name)
            other = found.setdefault(name, parameter)
            if other is not parameter:
                message = (
                    f"the {parameter.place} parameter {parameter.name!r} and the {other.place} parameter"
                    f" {other.name!r} both become {name!r}: rename one, called {parameter.python_name!r} until then"
                )
                pointer = f"{parameter.location.pointer}/name"
                self.report(pointer, message, operation=operation.id, related=(other.location.pointer,))
