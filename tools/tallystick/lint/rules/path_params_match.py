"""``path-params-match``."""

import re

from tallystick.contract import Operation, Parameter
from tallystick.lint.rule import Check, Group, on, rule


@rule(
    "path-params-match",
    Group.VALIDITY,
    "error",
    summary="The names in braces of a path and its path parameters are the same, and all are required.",
    rationale="""
        A placeholder without a parameter has no type and no description; a path parameter without a placeholder can
        never be sent. Until it is mended, the former counts as text and the latter is left out.
    """,
    bad="""
        paths:
          /items/{sku}:
            «get»:
              parameters:
                - «{name: id, in: path, required: true, schema: {type: string}}»
    """,
    good="""
        paths:
          /items/{sku}:
            get:
              parameters:
                - {name: sku, in: path, required: true, schema: {type: string}}
    """,
)
class PathParamsMatch(Check):
    """Reading finds what does not match; here what matches and is written wrongly."""

    def start(self) -> None:
        """Path templates are looked at once."""
        self._seen: set[str] = set()

    @on(Parameter)
    def required(self, parameter: Parameter) -> None:
        """Section 4.8.12.2: a path parameter must be required."""
        stated = self.context.value_at(parameter.location.pointer)
        if parameter.place != "path" or not isinstance(stated, dict) or stated.get("in") != "path":
            return
        if stated.get("required") is not True:
            pointer = parameter.location.pointer + ("/required" if "required" in stated else "")
            message = f"the path parameter {parameter.name!r} must say `required: true`: a path cannot leave it out"
            self.report(pointer, message)

    @on(Operation)
    def template(self, operation: Operation) -> None:
        """Placeholders without a name, and the same name twice."""
        pointer = operation.location.pointer.rpartition("/")[0]
        if not pointer.startswith("/paths/") or pointer.count("/") > 2 or pointer in self._seen:
            return
        self._seen.add(pointer)
        names = re.findall(r"\{([^{}]*)\}", operation.path)
        if "" in names:
            self.report(pointer, f"{operation.path!r} has braces without a name: write {{name}}", key=True)
        for name in sorted({name for name in names if name and names.count(name) > 1}):
            self.report(
                pointer, f"{operation.path!r} names {{{name}}} twice: each placeholder needs its own name", key=True
            )
