"""The canonical document: an equivalent OpenAPI 3.1 description in the subset of constructs that generators handle.

What holds for it:

* Components are objects, enums of one type, and unions that the description names; their names match
  ``[A-Z][A-Za-z0-9]*`` and differ without regard to case.
* Where a schema is used it is a reference to a component, a scalar, a constant, a list (with ``items``), an inline
  union, or ``{}``. Null is ``{"type": "null"}``, the last member of an ``anyOf``, and nowhere else.
* ``allOf``, aliases, deep references and type lists are gone. Assertions that no engine understands stand in
  ``{"if": {}, "then": {"allOf": […]}}``, exact for validators and passed over by engines.
* Operations hold their parameters, bodies, replies and headers in place; each has an id and at least one reply.

Where the description cannot be said exactly in this form, a finding whose code begins with ``canonical-`` says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tallystick.contract.canonical.document import DocumentWriter, info_object, security_schemes, server_object
from tallystick.contract.canonical.finish import Finisher
from tallystick.contract.canonical.flat import source_pointer
from tallystick.contract.canonical.naming import Naming, class_names
from tallystick.contract.canonical.rewriter import SchemaRewriter
from tallystick.contract.model import Contract
from tallystick.contract.reading import read_normal
from tallystick.document import Location, join, pointer_tokens
from tallystick.findings import Finding, InputError, Place

__all__ = ["Canonical", "canonicalise"]


@dataclass(frozen=True, slots=True)
class Canonical:
    """A contract in canonical form."""

    contract: Contract
    """Read from the canonical document; places lead to the description."""
    document: dict[str, Any]
    findings: tuple[Finding, ...]
    """What could not be expressed, or is expressed by the nearest supported shape."""
    origin: Contract
    """The contract before: operations correspond one to one."""


@dataclass(frozen=True, slots=True, eq=False)
class _Origins:
    """Places of canonical pointers."""

    document: Mapping[str, Any]
    origins: Mapping[int, str]
    location: Location

    def place(self, pointer: str, *, key: bool = False) -> Place:
        """The place in the description of what a canonical pointer names, or of what it was made from."""
        value: Any = self.document
        base, rest = "", list[str]()
        for token in pointer_tokens(pointer):
            value = _step(value, token)
            rest.append(token)
            origin = self.origins.get(id(value)) if isinstance(value, dict) else None
            if origin is not None:
                base, rest = origin, []
        found = self.location.at(join(source_pointer(base), *rest))
        return found.key if key else found.place


def _step(value: Any, token: str) -> Any:
    if isinstance(value, dict):
        return value.get(token)
    if isinstance(value, list) and token.isdigit() and int(token) < len(value):
        return value[int(token)]
    return None


def canonicalise(contract: Contract) -> Canonical:
    """The canonical form of a contract. Pure: the contract is not changed.

    Raises:
        InputError: schemas include each other over more levels than any description needs.
    """
    try:
        return _canonical(contract)
    except RecursionError:
        message = "schemas include each other over too many levels: flatten the longest chains of allOf and references"
        raise InputError.of("too-deep", message, contract.location.child("components").place) from None


def _canonical(contract: Contract) -> Canonical:
    naming = Naming(contract)
    rewriter = SchemaRewriter(contract, naming)
    for name in sorted(contract.schemas):  # so that recursion is cut at the same places under any order
        rewriter.use_component(name, contract.schemas[name])
    writer = DocumentWriter(rewriter.use_schema, rewriter.origins, rewriter.report)
    written: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": info_object(contract),
        "servers": [server_object(server) for server in contract.servers],
        "tags": [{"name": tag.name, "description": tag.description} for tag in contract.tags if tag.declared],
        "paths": writer.paths(contract),
        "webhooks": writer.webhooks(contract),
    }
    names = class_names(*rewriter.components.split_candidates())
    finisher = Finisher(rewriter, names, contract.location)
    written = finisher.finished(written, "openapi")
    components = {names[key]: finisher.finished(form) for key, form in rewriter.components.forms.items()}
    written["components"] = {
        "schemas": dict(sorted(components.items())),
        "securitySchemes": security_schemes(contract.security_schemes),
    }
    written.update(contract.extensions)
    document = {key: value for key, value in written.items() if value or key in ("paths", "info", "openapi")}
    location = Location(_Origins(document, finisher.origins, contract.location), "")
    findings = (*rewriter.merger.findings, *finisher.findings)
    return Canonical(read_normal(document, location), document, findings, contract)
