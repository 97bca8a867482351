"""``op-id-case``."""

import re

from tallystick.contract import Operation
from tallystick.lint.case_styles import CaseStyle, fits, prevailing
from tallystick.lint.rule import Check, Group, Options, on, rule
from tallystick.lint.spelling import snake_case


class OpIdCaseOptions(Options):
    """``style``: the style to follow; without it, the one that most operationIds follow."""

    style: CaseStyle | None = None


@rule(
    "op-id-case",
    Group.NAMES,
    "error",
    summary="All operationIds follow one case style and make a valid name in code.",
    rationale="""
        In code every operationId becomes snake_case, so the style does not matter, but a mixture means that nobody
        can guess a name. Parts between slashes or dots (`items/list`) are looked at one by one.
    """,
    bad="""
        paths:
          /items:
            get:
              operationId: listItems
            post:
              operationId: createItem
          /users:
            get:
              operationId: «list_users»
            post:
              operationId: «'42'»
    """,
    good="""
        paths:
          /items:
            get:
              operationId: listItems
            post:
              operationId: createItem
    """,
    options=OpIdCaseOptions,
)
class OpIdCase(Check):
    """Gathers the ids, then compares each with the prevailing style."""

    options: OpIdCaseOptions

    def start(self) -> None:
        """The operations with an id."""
        self._operations: list[Operation] = []

    @on(Operation)
    def operation(self, operation: Operation) -> None:
        """Gathers."""
        if operation.has_id:
            self._operations.append(operation)

    def finish(self) -> None:
        """Reports the ids that differ."""
        stated = [(operation, self._stated(operation)) for operation in self._operations]
        style = self.options.style or prevailing(part for _, name in stated for part in _parts(name))
        for operation, name in stated:
            pointer = f"{operation.location.pointer}/operationId"
            if not snake_case(name) or snake_case(name)[0].isdigit():
                self.report(pointer, f"{name!r} makes no name in code: begin it with a letter")
            elif style is not None and not all(fits(part, style) for part in _parts(name)):
                self.report(pointer, f"{name!r} is not {style}, like the other operationIds: rename it")

    def _stated(self, operation: Operation) -> str:
        return str(self.context.value_at(f"{operation.location.pointer}/operationId"))


def _parts(name: str) -> list[str]:
    return [part for part in re.split(r"[/.:]", name) if part]
