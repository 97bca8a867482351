"""The operations as they are served, and findings where that is less than the description hopes for.

No operation is left out: what a server cannot do to the letter, it does in the nearest way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from tallystick.contract import Canonical, Contract, Header, Operation, Parameter, Reply, SecurityScheme
from tallystick.contract.names import snake_case
from tallystick.findings import Finding, Level
from tallystick.generate.runtime.server.paths import PathKey
from tallystick.generate.server.hidden_files import hidden_file_findings
from tallystick.generate.server.query_names import query_name_findings
from tallystick.generate.server.rivals import rivalry_findings
from tallystick.generate.server.segments import early_ends
from tallystick.generate.server.unread import (
    JsonRanges,
    json_ranges,
    read_as_json,
    unread_findings,
    written_as_json,
)

__all__ = ["as_served", "servable", "with_schemes"]

_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")
_FIELD_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""What HTTP can send as the name of a header (RFC 9110, section 5.1)."""
_EMPTY: Final = ("204", "205", "304")
"""Replies that end with their headers (RFC 9110, section 15)."""


def servable(canonical: Canonical) -> tuple[list[Operation], list[Finding]]:
    """The operations as they are served, and what is served with less than hoped."""
    contract = canonical.contract
    pairs = list(zip(contract.operations, canonical.origin.operations, strict=True))
    served = [as_served(operation, json_ranges(canonical.origin, origin)) for operation, origin in pairs]
    findings = [
        finding
        for operation in contract.operations
        for finding in (
            *_path_remarks(contract, operation),
            *_security_remarks(contract, operation),
            *_header_remarks(operation),
            *_encoding_remarks(operation),
            *_reply_remarks(operation),
        )
    ]
    for operation in served:
        findings += [
            *query_name_findings(contract, operation),
            *unread_findings(contract, operation),
            *hidden_file_findings(contract, operation),
        ]
    return served, [*findings, *rivalry_findings(contract, served)]


def as_served(operation: Operation, ranges: JsonRanges) -> Operation:
    """The operation with the handler's name, without headers and content that cannot be sent, with parameters where
    requests can have them, with JSON where a range stands for it.

    A placeholder in the query of a key (``/items?page={page}``) is a query parameter; one in a fragment never comes.
    """
    key = PathKey.parse(operation.path)
    if key.query or key.fragment is not None:
        in_path = set(_PLACEHOLDER.findall(key.path))
        known = {each.name for each in operation.parameters if each.place == "query"}
        moved = {name: wire for name, wire in _query_placeholders(key) if wire not in known}
        parameters = [
            _moved(each, moved) if each.place == "path" and each.name not in in_path else each
            for each in operation.parameters
        ]
        operation = replace(operation, parameters=tuple(each for each in parameters if each is not None))
    replies = tuple(written_as_json(_sendable(reply), ranges) for reply in operation.replies)
    body = None if operation.body is None else read_as_json(operation.body, ranges)
    return replace(operation, python_name=operation.handler_name, body=body, replies=replies)


def _sendable(reply: Reply) -> Reply:
    headers = tuple(each for each in reply.headers if _FIELD_NAME.fullmatch(each.name))
    return replace(reply, headers=headers, content=() if reply.status in _EMPTY else reply.content)


def _query_placeholders(key: PathKey) -> Iterator[tuple[str, str]]:
    """Placeholders in the query of a key, each with the name that it has on the wire."""
    for name, value in key.query:
        for part in _PLACEHOLDER.findall(name):
            yield part, part
        whole = _PLACEHOLDER.fullmatch(value)
        if whole is not None and "{" not in name:
            yield whole[1], name


def _moved(parameter: Parameter, names: dict[str, str]) -> Parameter | None:
    wire = names.get(parameter.name)
    return None if wire is None else replace(parameter, name=wire, place="query", style="form", explode=False)


def with_schemes(contract: Contract) -> Contract:
    """The contract with a scheme for each name that operations require without any declaration."""
    required = {name for each in contract.operations for requirement in each.security for name in requirement}
    undeclared = {key: _undeclared(key, contract) for key in sorted(required - set(contract.security_schemes))}
    return replace(contract, security_schemes={**contract.security_schemes, **undeclared})


def _undeclared(key: str, contract: Contract) -> SecurityScheme:
    name = snake_case(key) or "scheme"
    name = name if name[0].isalpha() else f"scheme_{name}"
    text = f"The scheme `{key}`, which the contract requires but does not declare."
    return SecurityScheme(key, "undeclared", contract.location, text, python_name=name)


def _path_remarks(contract: Contract, operation: Operation) -> Iterator[Finding]:
    key = PathKey.parse(operation.path)
    names = _PLACEHOLDER.findall(key.path)
    path = operation.path
    for name in sorted({name for name in names if names.count(name) > 1}):
        message = (
            f"the path {path} names the placeholder {{{name}}} twice; only requests with the same text in both places "
            "are served: rename one"
        )
        yield _warning("server-path", operation, message)
    for name, end, text in early_ends(contract, operation):
        message = (
            f"the placeholder {{{name}}} of {path} ends at the first {end!r}: {text!r} is found there only with that "
            "part percent-encoded; put between the placeholders what their values do not hold"
        )
        yield _warning("server-path", operation, message)
    elsewhere = {each.name for each in operation.parameters if each.place == "path"} - set(names)
    for name in sorted(elsewhere - {placeholder for placeholder, _ in _query_placeholders(key)}):
        message = (
            f"the placeholder {{{name}}} of {path} stands in no path segment; no request has it, and no handler gets "
            "it: declare a query parameter"
        )
        yield _warning("server-path", operation, message)


def _security_remarks(contract: Contract, operation: Operation) -> Iterator[Finding]:
    named = {name for requirement in operation.security for name in requirement}
    lost = sorted(named - set(contract.security_schemes))
    if lost:
        message = (
            f"nothing declares the security schemes {', '.join(lost)}; the authenticator has to find their credentials "
            "in the request by itself, and unknown query parameters are not refused: declare them"
        )
        yield _warning("server-security", operation, message)


def _header_remarks(operation: Operation) -> Iterator[Finding]:
    headers: list[Header] = [header for reply in operation.replies for header in reply.headers]
    for header in headers:
        if not _FIELD_NAME.fullmatch(header.name):
            message = f"no response can have a header called {header.name!r}; it is left out: rename it"
            yield Finding("server-header", Level.WARNING, message, header.location.place, operation.id)


def _encoding_remarks(operation: Operation) -> Iterator[Finding]:
    for parameter in operation.parameters:
        encoded = sorted(name for media in parameter.content for name in media.encoding)
        if encoded:
            message = (
                f"the encoding of {', '.join(encoded)} in the parameter {parameter.name!r} is not followed: each "
                "member is read as one name per value; leave the encoding out"
            )
            yield Finding("server-encoding", Level.WARNING, message, parameter.location.place, operation.id)


def _reply_remarks(operation: Operation) -> Iterator[Finding]:
    for reply in operation.replies:
        if reply.status in _EMPTY and reply.content:
            message = f"a {reply.status} reply ends with its headers; its content is left out: remove `content`"
        elif reply.status[0] == "1":
            message = (
                f"{reply.status} is no answer to an operation, but comes before one; a handler that gives it breaks "
                "the contract: remove it"
            )
        else:
            continue
        yield Finding("server-reply", Level.WARNING, message, reply.location.place, operation.id)


def _warning(code: str, operation: Operation, message: str) -> Finding:
    return Finding(code, Level.WARNING, message, operation.location.place, operation.id)
