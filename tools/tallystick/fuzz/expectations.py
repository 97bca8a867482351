"""Which statuses a request may meet that is right by its schema, and which refuse one that lacks a header.

A schema cannot say that a name is taken, that a cursor is made up or that a precondition fails. What follows from HTTP
(RFC 9110, RFC 6585), from OAuth 2 (RFC 6749, section 5.2) and from ``x-tally-pagination`` is derived here; what only
the project knows stands in ``[fuzz.expected-statuses]``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from tallystick.contract import Contract, Operation
from tallystick.findings import Finding, InputError, Level

__all__ = ["check_expectations", "missing_header_statuses", "valid_request_statuses"]

_ALWAYS: Final = ("2XX", "3XX", "401", "403", "404", "409", "429", "5XX")
_OF_THE_STATE: Final = ("402", "410", "412", "423", "424", "425", "451")
_REFUSALS: Final = ("400", "401", "403", "404", "406", "412", "415", "422", "428", "429", "431")


def valid_request_statuses(
    contract: Contract, operation: Operation, settings: Mapping[str, Sequence[int]]
) -> tuple[str, ...]:
    """The statuses that a request may meet although it is right by its schema."""
    declared = {reply.status for reply in operation.replies}
    extra: list[str] = [status for status in _OF_THE_STATE if status in declared]
    if declared & {"400"} and (_is_paged(operation) or _is_token_endpoint(contract, operation)):
        extra.append("400")
    extra += [str(status) for status in (*settings.get("*", ()), *settings.get(operation.id, ()))]
    return tuple(sorted({*_ALWAYS, *extra}))


def missing_header_statuses(operation: Operation) -> tuple[str, ...]:
    """The statuses that refuse a request without a required header."""
    declared = {reply.status for reply in operation.replies}
    return tuple(status for status in _REFUSALS if status in declared or status in ("400", "401", "403", "422"))


def _is_paged(operation: Operation) -> bool:
    """A cursor is opaque: text that no reply has held may be refused."""
    return "x-tally-pagination" in operation.extensions


def _is_token_endpoint(contract: Contract, operation: Operation) -> bool:
    return any(urlsplit(address).path.endswith(operation.path) for address in _token_addresses(contract))


def _token_addresses(contract: Contract) -> Iterator[str]:
    for scheme in contract.security_schemes.values():
        for flow in scheme.flows.values():
            yield from (str(flow[key]) for key in ("tokenUrl", "refreshUrl") if flow.get(key))


def check_expectations(contract: Contract, settings: Mapping[str, Sequence[int]]) -> None:
    """Raises InputError for an operation that does not exist, so that a renamed one does not lose its exception."""
    known = {operation.id for operation in contract.operations}
    findings = [
        Finding("fuzz-expectation", Level.ERROR, f"[fuzz.expected-statuses] names {name!r}, which is no operation")
        for name in settings
        if name not in known and name != "*"
    ]
    if findings:
        raise InputError(*findings)
