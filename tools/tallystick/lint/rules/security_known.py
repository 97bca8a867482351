"""``security-known``."""

from typing import Any

from tallystick.contract import Operation
from tallystick.document import escape
from tallystick.lint.rule import Check, Group, on, rule


@rule(
    "security-known",
    Group.VALIDITY,
    "error",
    summary="Security requirements name schemes and scopes that exist.",
    rationale="""
        A requirement with a misspelled scheme protects nothing, or locks everybody out, depending on the tool. Scopes
        of an OAuth2 scheme must be declared by one of its flows.
    """,
    bad="""
        paths:
          /items:
            get:
              security:
                - «bearr»: []
            post:
              security:
                - login: [«items:wrte»]
        components:
          securitySchemes:
            bearer: {type: http, scheme: bearer}
            login:
              type: oauth2
              flows:
                clientCredentials:
                  tokenUrl: https://example.com/token
                  scopes: {items:write: Change items}
    """,
    good="""
        paths:
          /items:
            get:
              security:
                - bearer: []
        components:
          securitySchemes:
            bearer: {type: http, scheme: bearer}
    """,
)
class SecurityKnown(Check):
    """Reading finds unknown schemes; here unknown scopes."""

    def start(self) -> None:
        """The default of the document is looked at once."""
        self._check("")

    @on(Operation)
    def operation(self, operation: Operation) -> None:
        """The requirements that stand on the operation itself."""
        self._check(operation.location.pointer)

    def _check(self, holder: str) -> None:
        value = self.context.value_at(holder)
        listed = value.get("security") if isinstance(value, dict) else None
        for index, requirement in enumerate(listed if isinstance(listed, list) else ()):
            for name, scopes in requirement.items() if isinstance(requirement, dict) else ():
                pointer = f"{holder}/security/{index}/{escape(name)}"
                self._scopes(name, scopes if isinstance(scopes, list) else [], pointer)

    def _scopes(self, name: str, scopes: list[Any], pointer: str) -> None:
        scheme = self.context.contract.security_schemes.get(name)
        if scheme is None or scheme.type != "oauth2" or not scheme.flows:
            return
        declared = {scope for flow in scheme.flows.values() for scope in _declared(flow)}
        for index, scope in enumerate(scopes):
            if isinstance(scope, str) and scope not in declared:
                message = (
                    f"the scope {scope!r} is not declared by the scheme {name!r}: add it to the scopes of a flow,"
                    f" or use one of {', '.join(sorted(declared)[:8]) or 'them, once there are any'}"
                )
                self.report(f"{pointer}/{index}", message)


def _declared(flow: Any) -> list[str]:
    scopes = flow.get("scopes") if isinstance(flow, dict) else None
    return list(scopes) if isinstance(scopes, dict) else []
