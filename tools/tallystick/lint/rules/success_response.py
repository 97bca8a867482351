"""``success-response``."""

from tallystick.contract import Contract, Operation, Reply, Schema
from tallystick.findings import Level
from tallystick.lint.deciding import Deciding
from tallystick.lint.rule import Check, Group, on, rule


@rule(
    "success-response",
    Group.PROTOCOL,
    "error",
    summary="Every operation describes its success, and several successes can be told apart.",
    rationale="""
        Without a 2xx or 3xx response nobody knows what a call returns. Where several statuses carry bodies of the
        same kind but different schemas, a caller who looks at the body alone cannot tell which one he has: a warning.
    """,
    bad="""
        paths:
          /items:
            get:
              operationId: listItems
              «responses»:
                '404':
                  description: There are none.
    """,
    good="""
        paths:
          /items:
            get:
              operationId: listItems
              responses:
                '200':
                  description: The items.
    """,
)
class SuccessResponse(Check):
    """Operations on paths and webhooks."""

    @on(Contract)
    def operations(self, contract: Contract) -> None:
        """Counts successes."""
        self._deciding = Deciding(self.tree)
        for operation in (*contract.operations, *contract.webhooks):
            successes = [reply for reply in operation.replies if reply.is_success]
            if not successes:
                self._missing(operation)
            elif len(successes) > 1:
                self._alike([reply for reply in successes if reply.status.startswith("2")])

    def _missing(self, operation: Operation) -> None:
        pointer = operation.location.pointer
        stated = self.context.value_at(f"{pointer}/responses")
        if isinstance(stated, dict) and any(status[:1] in ("2", "3") for status in stated):
            return  # one is stated, but cannot be read: that has a finding of its own
        described = stated is not None
        message = "no success is described: add the 2xx (or 3xx) response that a call ends with"
        self.report(f"{pointer}/responses" if described else pointer, message, key=True)

    def _alike(self, replies: list[Reply]) -> None:
        bodies = [(reply, schema) for reply in replies if (schema := _body(reply)) is not None]
        for index, (reply, schema) in enumerate(bodies):
            for other, other_schema in bodies[:index]:
                nodes = self.tree.at(other_schema.location.pointer), self.tree.at(schema.location.pointer)
                if nodes[0] is None or nodes[1] is None or schema.value == other_schema.value:
                    continue
                reason = self._deciding.same(nodes[0], nodes[1], "anyOf")
                if reason and reason != "they are the same schema":
                    message = f"the bodies of {other.status} and {reply.status} cannot be told apart: {reason}"
                    self.report(reply.location.pointer, message, key=True, level=Level.WARNING)
                    return


def _body(reply: Reply) -> Schema | None:
    return next((media.schema for media in reply.content if media.schema is not None and "json" in media.name), None)
