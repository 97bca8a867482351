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
        self._default = self._requirements(root) if root.has("security") else None

    def of(self, operation: Node) -> tuple[tuple[Requirement, ...], bool]:
        """The alternatives of an operation, and whether the description states them at all."""
        if operation.has("security"):
            return self._requirements(operation), True
        return (self._default, True) if self._default is not None else ((), False)

    def _requirements(self, node: Node) -> tuple[Requirement, ...]:
        return tuple(self._requirement(entry) for entry in node.items("security") if isinstance(entry.value, dict))

    def _requirement(self, node: Node) -> Requirement:
        """An unknown scheme stays in the requirement: leaving it out would open the operation."""
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
        python_names = distinct({key: (snake_case(key) or "scheme", key) for key in nodes}, reserved=KEYWORDS)
        schemes = {key: self._scheme(key, node, python_names[key]) for key, node in nodes.items()}
        return {key: scheme for key, scheme in schemes.items() if scheme is not None}

    def _scheme(self, key: str, node: Node, python_name: str) -> SecurityScheme | None:
        kind: Any = node.text("type")
        place = node.text("in") or None
        if kind not in _TYPES:
            node.report("security-scheme", f"`type` must be one of {', '.join(_TYPES)}", Level.ERROR)
            return None
        if kind == "apiKey" and (place not in _PLACES or not node.text("name")):
            node.report("security-scheme", "an API key needs `in` (query, header or cookie) and `name`", Level.ERROR)
            return None
        if kind == "http" and not node.text("scheme"):
            node.report("security-scheme", "an http scheme needs `scheme`, for example `bearer`", Level.ERROR)
            return None
        flows = {name: flow.value for name, flow in node.mapping("flows").entries() if isinstance(flow.value, dict)}
        return SecurityScheme(
            key=key,
            type=kind,
            location=node.location,
            description=node.text("description"),
            place=place,
            parameter=node.text("name") or None,
            scheme=node.text("scheme").lower() or None,
            bearer_format=node.text("bearerFormat") or None,
            flows=flows,
            openid_url=node.text("openIdConnectUrl") or None,
            python_name=python_name,
        )
