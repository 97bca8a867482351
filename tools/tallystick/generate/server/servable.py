"""Which operations can be served exactly; what is in the way of the others, per place."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from dataclasses import replace

from tallystick.contract import Canonical, Operation, Requirement
from tallystick.findings import Finding, Level
from tallystick.generate.runtime.server.media import kind_of

__all__ = ["servable"]

_PLACEHOLDER = re.compile(r"\{[^{}]*\}")


def servable(canonical: Canonical) -> tuple[list[Operation], list[Finding]]:
    """The operations that are served, and findings about the others and about what is served with less than hoped."""
    findings: list[Finding] = []
    served: list[Operation] = []
    taken: dict[tuple[str, str], Operation] = {}
    for operation in canonical.contract.operations:
        problems = [*_obstacles(operation, canonical), *_ambiguity(operation, taken)]
        findings += problems
        if not problems:
            taken[operation.method, _PLACEHOLDER.sub("{}", _route(operation))] = operation
            complete, remarks = _without_undeclared(operation, canonical)
            served.append(complete)
            findings += [*remarks, *_remarks(operation)]
    return served, findings


def _route(operation: Operation) -> str:
    """The path without a fragment, which clients never send."""
    return operation.path.partition("#")[0]


def _error(code: str, operation: Operation, message: str) -> Finding:
    return Finding(code, Level.ERROR, message, operation.location.place, operation.id)


def _obstacles(operation: Operation, canonical: Canonical) -> Iterator[Finding]:
    path = _route(operation)
    if "?" in path or not path.startswith("/"):
        message = f"the path {path} holds a query, which no route can match; declare query parameters"
        yield _error("server-path", operation, message)
    names = _PLACEHOLDER.findall(path)
    if len(set(names)) != len(names):
        yield _error("server-path", operation, f"the path {path} names a placeholder twice; rename one")
    declared = {parameter.name for parameter in operation.parameters if parameter.place == "path"}
    for name in names:
        if name[1:-1] not in declared:
            yield _error(
                "server-path", operation, f"the placeholder {name} of {path} has no path parameter; declare it"
            )
    schemes = canonical.contract.security_schemes
    if operation.security and not any(_is_declared(requirement, schemes) for requirement in operation.security):
        names = sorted({name for requirement in operation.security for name in requirement} - set(schemes))
        message = f"no declared security scheme lets anybody call this; declare {', '.join(names)}"
        yield _error("server-security", operation, message)


def _is_declared(requirement: Requirement, schemes: Container[str]) -> bool:
    return all(name in schemes for name in requirement)


def _without_undeclared(operation: Operation, canonical: Canonical) -> tuple[Operation, list[Finding]]:
    """The operation without alternatives that name unknown security schemes."""
    schemes = canonical.contract.security_schemes
    kept = tuple(requirement for requirement in operation.security if _is_declared(requirement, schemes))
    if len(kept) == len(operation.security):
        return operation, []
    lost = sorted({name for requirement in operation.security for name in requirement} - set(schemes))
    message = f"the security schemes {', '.join(lost)} are not declared; callers cannot use them until they are"
    finding = Finding("server-security", Level.WARNING, message, operation.location.place, operation.id)
    return replace(operation, security=kept), [finding]


def _ambiguity(operation: Operation, taken: dict[tuple[str, str], Operation]) -> Iterator[Finding]:
    other = taken.get((operation.method, _PLACEHOLDER.sub("{}", _route(operation))))
    if other is not None:
        message = f"{operation.method} {operation.path} matches the same requests as {other.path}; {other.id} is served"
        yield _error("server-path", operation, message)


def _remarks(operation: Operation) -> Iterator[Finding]:
    """What reaches the handler as it came, because nobody can read it by the schema."""
    for media in operation.body.content if operation.body is not None else ():
        if media.schema is not None and media.name.endswith("xml") and kind_of(media.name) in ("text", "binary"):
            message = f"a body of {media.name} is handed over unread: XML is not checked against the schema"
            yield Finding("server-unchecked", Level.INFO, message, media.location.place, operation.id)
