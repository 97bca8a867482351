"""``no-get-body``."""

from typing import Final

from tallystick.contract import Operation
from tallystick.lint.rule import Check, Group, on, rule

_WITHOUT: Final = ("GET", "HEAD", "DELETE")


@rule(
    "no-get-body",
    Group.PROTOCOL,
    "error",
    summary="GET, HEAD and DELETE take no body.",
    rationale="""
        A body of these methods has no meaning (RFC 9110, sections 9.3.1, 9.3.2 and 9.3.5): proxies drop it, some
        servers refuse it, and many clients cannot send it. Use query parameters, POST, or the method QUERY of OpenAPI
        3.2.
    """,
    bad="""
        paths:
          /items:
            get:
              operationId: findItems
              «requestBody»:
                content:
                  application/json:
                    schema: {type: object}
    """,
    good="""
        paths:
          /items/search:
            post:
              operationId: findItems
              requestBody:
                content:
                  application/json:
                    schema: {type: object}
    """,
)
class NoGetBody(Check):
    """One look at each operation."""

    @on(Operation)
    def operation(self, operation: Operation) -> None:
        """Reports at the body."""
        if operation.method in _WITHOUT and operation.body is not None:
            message = f"{operation.method} takes no body: use query parameters, or another method"
            self.report(f"{operation.location.pointer}/requestBody", message, key=True)
