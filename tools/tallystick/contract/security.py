"""Security schemes and requirements (OpenAPI 3.1.1, sections 4.8.27 to 4.8.30)."""

from __future__ import annotations

from typing import Any

from tallystick.contract.model import Requirement, SecurityScheme
from tallystick.contract.names import KEYWORDS, distinct, snake_case
from tallystick.contract.node import Node
from tallystick.findings import Level

__all__ = ["SecurityReader"]

_TYPES = ("apiKey", "http", "mutualTLS", "oauth2", "openIdConnect")
_PLACES = ("query", "header", "cookie")


class SecurityReader:
    """The schemes of a document, and what each operation requires."""

    def __init__(self, root: Node) -> None:
        self._root = root
        self.schemes = self._read_schemes(root.mapping("components").mapping("securitySchemes"))
        self._default = self._requirements(root) if root.value.get("security") is not None else None

    def of(self, operation: Node) -> tuple[tuple[Requirement, ...], bool]:
        """The alternatives of an operation, and whether the description states them at all."""
        if operation.has("security") and operation.value["security"] is not None:
            return self._requirements(operation), True
        return (self._default, True) if self._default is not None else ((), False)

    def _requirements(self, node: Node) -> tuple[Requirement, ...]:
        """What is no requirement counts as one that nobody can meet: leaving it out would open the operation."""
        if not isinstance(node.value["security"], list):
            return (self._unusable(node.child("security")),)
        return tuple(self._requirement(entry) for entry in node.items("security"))

    @staticmethod
    def _unusable(node: Node) -> Requirement:
        message = "`security` must be a list of maps from scheme to scopes, such as [{bearer: []}]"
        node.report("security-shape", message, Level.ERROR)
        return {node.value if isinstance(node.value, str) else "unknown": ()}

    def _requirement(self, node: Node) -> Requirement:
        """An unknown scheme stays in the requirement, for the same reason."""
        if not isinstance(node.value, dict):
            return self._unusable(node)
        requirement: dict[str, tuple[str, ...]] = {}
        for key, scopes in node.every_entry():
            if key not in self.schemes:
                message = f"the security scheme {key!r} is not defined: add it to components/securitySchemes"
                scopes.report("security-known", message, Level.ERROR, key=True)
            listed = scopes.value if isinstance(scopes.value, list) else []
            requirement[key] = tuple(scope for scope in listed if isinstance(scope, str))
        return requirement

    def _read_schemes(self, named: Node) -> dict[str, SecurityScheme]:
        nodes = {key: resolved for key, node in named.entries() if (resolved := node.resolved("security scheme"))}
        python_names = distinct({key: _name_candidates(key) for key in nodes}, reserved=KEYWORDS)
        schemes = {key: self._scheme(key, node, python_names[key]) for key, node in nodes.items()}
        return {key: scheme for key, scheme in schemes.items() if scheme is not None}

    def _scheme(self, key: str, node: Node, python_name: str) -> SecurityScheme | None:
        kind: Any = node.text("type")
        fault = _fault(kind, node)
        if fault is not None:
            node.report("security-scheme", fault, Level.ERROR)
            return None
        flows = {name: flow.value for name, flow in node.mapping("flows").entries() if isinstance(flow.value, dict)}
        return SecurityScheme(
            key=key,
            type=kind,
            location=node.location,
            description=node.text("description"),
            place=node.text("in") or None,
            parameter=node.text("name") or None,
            scheme=node.text("scheme").lower() or None,
            bearer_format=node.text("bearerFormat") or None,
            flows=flows,
            openid_url=node.text("openIdConnectUrl") or None,
            python_name=python_name,
        )


def _name_candidates(key: str) -> tuple[str, ...]:
    names = (snake_case(key), snake_case(key, symbols=True))
    return tuple(name if name[:1].isalpha() else f"scheme_{name}".rstrip("_") for name in names)


def _fault(kind: str, node: Node) -> str | None:
    """What makes a scheme unusable."""
    if kind not in _TYPES:
        return f"`type` must be one of {', '.join(_TYPES)}"
    if kind == "apiKey" and (node.text("in") not in _PLACES or not node.text("name")):
        return "an API key needs `in` (query, header or cookie) and `name`"
    if kind == "http" and not node.text("scheme"):
        return "an http scheme needs `scheme`, for example `bearer`"
    return None
