"""``error-present``."""

from tallystick.contract import Contract, Operation
from tallystick.lint.habits import report_lapses
from tallystick.lint.rule import Check, Group, on, rule


@rule(
    "error-present",
    Group.PROTOCOL,
    "warning",
    summary="Operations with input describe 400 or 422; protected ones 401 and 403.",
    rationale="""
        A server refuses wrong input and wrong credentials whether the description says so or not. Callers can only
        prepare for what is described. `4XX` and `default` count for all of them.
    """,
    bad="""
        paths:
          /items:
            get:
              operationId: listItems
              parameters:
                - {name: q, in: query, schema: {type: string}}
              «responses»:
                '200':
                  description: The items.
    """,
    good="""
        paths:
          /items:
            get:
              operationId: listItems
              parameters:
                - {name: q, in: query, schema: {type: string}}
              responses:
                '200':
                  description: The items.
                '400':
                  description: The question makes no sense.
    """,
)
class ErrorPresent(Check):
    """Two habits: errors of input, errors of credentials."""

    @on(Contract)
    def operations(self, contract: Contract) -> None:
        """Sorts the operations on paths."""
        wrong_input: list[str] = []
        unauthorised: list[str] = []
        kept_input = kept_credentials = 0
        for operation in contract.operations:
            statuses = {reply.status for reply in operation.replies}
            if operation.parameters or operation.body is not None:
                if statuses & {"400", "422", "4XX", "default"} or _only_identifies(operation, statuses):
                    kept_input += 1
                else:
                    wrong_input.append(self._pointer(operation))
            if operation.security and {} not in operation.security:
                if statuses & {"4XX", "default"} or "401" in statuses:
                    kept_credentials += 1
                else:
                    unauthorised.append(self._pointer(operation))
        report_lapses(self, wrong_input, kept_input, _input, key=True)
        report_lapses(self, unauthorised, kept_credentials, _credentials, key=True)

    def _pointer(self, operation: Operation) -> str:
        pointer = operation.location.pointer
        return f"{pointer}/responses" if operation.replies else pointer


def _only_identifies(operation: Operation, statuses: set[str]) -> bool:
    """Whether the only input says which thing is meant, and 404 answers a wrong one."""
    return operation.body is None and all(p.place == "path" for p in operation.parameters) and "404" in statuses


def _input(others: str) -> str:
    return f"what happens to wrong input? describe 400 or 422 (or 4XX){others}"


def _credentials(others: str) -> str:
    return f"what happens without the right credentials? describe 401 (and 403 where rights differ){others}"
