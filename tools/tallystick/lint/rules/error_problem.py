"""``error-problem``."""

from typing import Final

from tallystick.contract import MediaType, Reply
from tallystick.contract.visit import SchemaNode
from tallystick.lint.habits import report_lapses
from tallystick.lint.rule import Check, Group, on, rule

_PROBLEM: Final = "application/problem+json"
_MEMBERS: Final = ("type", "title", "status", "detail", "instance")


@rule(
    "error-problem",
    Group.PROTOCOL,
    "warning",
    summary="Error responses are problem details (RFC 9457).",
    rationale="""
        `application/problem+json` with type, title, status, detail and instance is the one error format that clients
        know without being told. One format for all errors means one place where a caller handles them.
    """,
    bad="""
        paths:
          /items:
            get:
              operationId: listItems
              responses:
                '404':
                  description: There are none.
                  content:
                    «application/json»:
                      schema: {type: object}
    """,
    good="""
        paths:
          /items:
            get:
              operationId: listItems
              responses:
                '404':
                  description: There are none.
                  content:
                    application/problem+json:
                      schema:
                        type: object
                        properties:
                          type: {type: string}
                          title: {type: string}
                          status: {type: integer}
                          detail: {type: string}
                          instance: {type: string}
    """,
)
class ErrorProblem(Check):
    """Gathers the media types of error replies."""

    def start(self) -> None:
        """Nothing gathered."""
        self._others: list[str] = []
        self._problems = 0

    @on(Reply)
    def reply(self, reply: Reply) -> None:
        """Replies without a body say nothing wrong."""
        if reply.is_success or not reply.content:
            return
        problem = next((media for media in reply.content if media.name.partition(";")[0] == _PROBLEM), None)
        if problem is None:
            self._others.append(reply.content[0].location.pointer)
            return
        self._problems += 1
        self._members(problem)

    def finish(self) -> None:
        """Each one, or one for all."""
        report_lapses(self, self._others, self._problems, _message, key=True)

    def _members(self, problem: MediaType) -> None:
        node = self.tree.at(problem.schema.location.pointer) if problem.schema is not None else None
        if node is None:
            return
        names = self._names(node)
        if names and not names.intersection(_MEMBERS):
            message = f"the body has no member of a problem ({', '.join(_MEMBERS)}): add them, or use application/json"
            self.report(problem.location.pointer, message, key=True)

    def _names(self, node: SchemaNode) -> set[str]:
        """Properties of a schema and of the members of its unions."""
        names: set[str] = set()
        seen: set[str] = set()
        waiting = [node]
        while waiting:
            for part in self.tree.parts(waiting.pop()):
                if part.pointer not in seen:
                    seen.add(part.pointer)
                    names |= set(part.properties)
                    waiting += [m for keyword in ("oneOf", "anyOf") for m in self.tree.members(part, keyword)]
        return names


def _message(others: str) -> str:
    return f"an error in a format of its own: use {_PROBLEM} (RFC 9457){others}"
