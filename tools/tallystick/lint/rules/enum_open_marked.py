"""``enum-open-marked``."""

from tallystick.contract.visit import SchemaNode
from tallystick.lint.habits import report_lapses
from tallystick.lint.rule import Check, Group, Options, on, rule


class EnumOpenMarkedOptions(Options):
    """``every``: ask for a mark on each enum, instead of letting no mark mean "closed" once marks are in use."""

    every: bool = False


@rule(
    "enum-open-marked",
    Group.SCHEMAS,
    "info",
    summary="Enums in replies say whether they may grow.",
    rationale="""
        A client that knows three states fails on the fourth, unless it was told to expect one. `x-tally-open-enum:
        true` (or `x-extensible-enum`) says that values may be added, and the generated client keeps what it does not
        know. Once a description uses the mark, an enum without it counts as closed.
    """,
    bad="""
        paths:
          /jobs:
            get:
              operationId: listJobs
              responses:
                '200':
                  description: The states.
                  content:
                    application/json:
                      schema:
                        type: string
                        «enum»: [queued, running, done]
    """,
    good="""
        paths:
          /jobs:
            get:
              operationId: listJobs
              responses:
                '200':
                  description: The states.
                  content:
                    application/json:
                      schema:
                        type: string
                        enum: [queued, running, done]
                        x-tally-open-enum: true
    """,
    options=EnumOpenMarkedOptions,
)
class EnumOpenMarked(Check):
    """Gathers the enums of replies."""

    options: EnumOpenMarkedOptions

    def start(self) -> None:
        """Nothing gathered."""
        self._unmarked: list[str] = []
        self._marked = 0

    @on(SchemaNode, having=("enum",))
    def schema(self, node: SchemaNode) -> None:
        """Enums of one value are constants."""
        values = node.enum
        if values is None or len([value for value in values if isinstance(value, str)]) < 2:
            return
        if "x-tally-open-enum" in node.fields or "x-extensible-enum" in node.fields:
            self._marked += 1
        elif "reply" in self.context.uses.sides(node):
            self._unmarked.append(node.at("enum"))

    def finish(self) -> None:
        """One finding for all where no mark is in use."""
        if self.options.every:
            report_lapses(self, self._unmarked, len(self._unmarked), _message, key=True)
        elif self._unmarked and not self._marked:
            more = f" ({len(self._unmarked) - 1} more like it)" if len(self._unmarked) > 1 else ""
            self.report(self._unmarked[0], _message(more), key=True)


def _message(others: str) -> str:
    return f"may this list grow? mark it with `x-tally-open-enum: true` if so, `false` if not{others}"
