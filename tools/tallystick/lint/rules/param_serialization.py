"""``param-serialization``."""

from tallystick.contract import Parameter
from tallystick.lint.habits import report_lapses
from tallystick.lint.rule import Check, Group, on, rule


@rule(
    "param-serialization",
    Group.PROTOCOL,
    "warning",
    summary="Array and object parameters state style and explode; paths and headers use `simple`.",
    rationale="""
        `?sku=A&sku=B` and `?sku=A,B` are both common, and the default (the first) is not the one that people expect.
        Stating it costs two lines. In paths and headers everything but `simple` is hard to find support for.
    """,
    bad="""
        paths:
          /items:
            get:
              operationId: listItems
              parameters:
                - «{name: sku, in: query, schema: {type: array, items: {type: string}}}»
    """,
    good="""
        paths:
          /items:
            get:
              operationId: listItems
              parameters:
                - {name: sku, in: query, style: form, explode: true, schema: {type: array, items: {type: string}}}
    """,
)
class ParamSerialization(Check):
    """Gathers the parameters that are no scalars."""

    def start(self) -> None:
        """Nothing gathered."""
        self._silent: list[str] = []
        self._stated = 0

    @on(Parameter)
    def parameter(self, parameter: Parameter) -> None:
        """Sorts a parameter by what it says."""
        pointer = parameter.location.pointer
        stated = self.context.value_at(pointer)
        if not isinstance(stated, dict) or "in" not in stated or parameter.schema is None:
            return
        if parameter.place in ("path", "header") and parameter.style != "simple":
            message = f"the style {parameter.style!r} is hard to find support for: use simple"
            self.report(f"{pointer}/style", message)
        node = self.tree.at(parameter.schema.location.pointer)
        if node is None or not self.tree.all_types(self.tree.resolve(node)) & {"array", "object"}:
            return
        if "style" in stated or "explode" in stated or parameter.place in ("path", "header"):
            self._stated += 1
        else:
            self._silent.append(pointer)

    def finish(self) -> None:
        """Each one, or one for all."""
        report_lapses(self, self._silent, self._stated, _message)


def _message(others: str) -> str:
    return f"repeated, or joined by commas? state `style` and `explode`{others}"
