"""Failures as findings: one for each cause, with everything that is needed to see it again."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from typing import Any, Final

from tallystick.contract import Contract, Operation
from tallystick.document import Location
from tallystick.findings import Finding, Level
from tallystick.fuzz.record import Exchange, Failure, Record

__all__ = ["curl", "finding_of", "record_findings", "reproduction"]

_LONGEST: Final = 4000  # characters of a body that are kept
_NOT_SENT_BY_CURL: Final = frozenset(("content-length", "host", "connection", "accept-encoding", "user-agent"))

# What to do, by the check that failed.
_ADVICE: Final[Mapping[str, str]] = {
    "not_a_server_error": "find the fault in the server's log and mend the handler",
    "status_code_conformance": "declare the status in the contract, or change the handler",
    "content_type_conformance": "declare the media type in the contract, or change what the handler sends",
    "response_headers_conformance": "send the header, or correct it in the contract",
    "response_schema_conformance": "change what the handler sends, or correct the schema in the contract",
    "negative_data_rejection": "validate the request in the server, or loosen the schema in the contract",
    "positive_data_acceptance": (
        "accept the request, or tighten the schema; where the state of the server decides, list the status under "
        "[fuzz.expected-statuses] of tally.toml"
    ),
    "missing_required_header": "refuse requests without the header, or make it optional in the contract",
    "unsupported_method": "answer methods that the contract does not know with 405",
    "allow_header_conformance": "list exactly the methods of the contract in Allow",
    "use_after_free": "make sure that what was deleted is gone",
    "ensure_resource_availability": "make sure that what was created can be read",
    "ignored_auth": "refuse requests without a valid credential with 401",
    "object_level_authorization": "let callers see only their own objects",
}


def record_findings(contract: Contract, record: Record) -> Iterator[Finding]:
    """One finding for each cause, errors of the fuzzer, and what the second opinion dropped (information)."""
    operations = {f"{each.method} {each.path}": each for each in contract.operations}
    groups: dict[tuple[str, ...], list[Failure]] = {}
    for failure in record.failures:
        groups.setdefault(_cause(failure), []).append(failure)
    for failures in groups.values():
        yield _finding(contract, operations.get(failures[0].label), failures, record.seed)
    for text in dict.fromkeys(record.errors):
        yield Finding(
            "fuzz-error", Level.ERROR, f"the fuzzer could not try everything: {text}", contract.location.place
        )
    if record.was_cut:
        seen = {label for label, _ in record.seen}
        untried = [
            name for label, name in ((f"{o.method} {o.path}", o.id) for o in contract.operations) if label not in seen
        ]
        rest = f"; not tried at all: {', '.join(untried)}" if untried else ""
        message = (
            f"the time was up after {record.cases} requests, so that the fuzzer did not come to an end{rest}: raise "
            "max-seconds in [fuzz] of tally.toml, lower max-examples, or make the server answer faster"
        )
        level = Level.ERROR if untried else Level.WARNING
        yield Finding("fuzz-cut", level, message, contract.location.place)
    if record.dropped:
        yield _dropped(contract, record.dropped)


def _cause(failure: Failure) -> tuple[str, ...]:
    """Failures with the same check, status and place in the body have one cause."""
    status = str(failure.exchange.status)
    detail = ""
    if failure.check == "response_schema_conformance":
        detail = _without_values(failure.message)
    elif failure.check in ("response_headers_conformance", "missing_required_header"):
        detail = failure.message.splitlines()[0]
    return failure.check, failure.type, failure.label, status, detail


def _without_values(message: str) -> str:
    return re.sub(r"\d+|'[^']*'", "…", message.split("\n\nSchema", 1)[0].split("\n\nValue", 1)[0])


def _finding(contract: Contract, operation: Operation | None, failures: list[Failure], seed: int | None) -> Finding:
    failure = min(failures, key=lambda each: len(each.exchange.url) + len(each.exchange.body or ""))
    name = operation.id if operation is not None else failure.label
    what = _said(failure)
    again = f" ({len(failures)} times)" if len(failures) > 1 else ""
    message = f"{name}: {what}{again}: {_ADVICE.get(failure.check, 'see the request')}"
    return finding_of(
        f"fuzz-{failure.check.replace('_', '-')}",
        message,
        contract,
        operation,
        failure.exchange,
        _location(operation, failure),
        seed=seed,
        failure=failure.code,
        phase=failure.phase,
        count=len(failures),
    )


def finding_of(
    code: str,
    message: str,
    contract: Contract,
    operation: Operation | None,
    exchange: Exchange,
    location: Location | None = None,
    **details: Any,
) -> Finding:
    """An error with its reproduction, placed at the operation unless a better place is known.

    ``seed`` is None for requests that are the same each time.
    """
    best = location or (operation.location if operation is not None else contract.location)
    name = operation.id if operation is not None else f"{exchange.method} {exchange.url}"
    text = f"{message}\nreproduce: {curl(exchange)}"
    return Finding(
        code, Level.ERROR, text, best.place, name, details={**reproduction(exchange), "seed": None, **details}
    )


def _said(failure: Failure) -> str:
    """The first lines of what Schemathesis says, in one line."""
    head = failure.message.split("\n\nSchema", 1)[0].split("\n\nValue", 1)[0]
    text = " ".join(f"{failure.title}. {head}".split()).rstrip(".")
    exchange = failure.exchange
    return f"{exchange.method} {_path(exchange.url)} was answered {exchange.status}: {text[:400]}"


def _path(url: str) -> str:
    return re.sub(r"^https?://[^/]*", "", url)[:200]


def _location(operation: Operation | None, failure: Failure) -> Location | None:
    """The declared reply for faults of replies."""
    if operation is None or failure.exchange.status is None:
        return None
    status = str(failure.exchange.status)
    if failure.check == "status_code_conformance":
        return operation.location.child("responses")
    if failure.check.startswith(("response_", "content_type")):
        return next((reply.location for reply in operation.replies if reply.status == status), None)
    return None


def _dropped(contract: Contract, dropped: list[Mapping[str, Any]]) -> Finding:
    message = (
        f"{len(dropped)} failures of Schemathesis were contradicted by a second validator and do not count: "
        + "; ".join(dict.fromkeys(f"{each['operation']}: {each['reason']}" for each in dropped))
    )
    return Finding("fuzz-second-opinion", Level.INFO, message, contract.location.place, details={"dropped": dropped})


def reproduction(exchange: Exchange) -> dict[str, Any]:
    """The request, the reply and a command that repeats the request."""
    return {
        "request": {
            "method": exchange.method,
            "url": exchange.url,
            "headers": dict(exchange.headers),
            "body": _clipped(exchange.body),
        },
        "reply": {
            "status": exchange.status,
            "headers": dict(exchange.reply_headers),
            "body": _clipped(exchange.reply_body),
        },
        "curl": curl(exchange),
    }


def _clipped(text: str | None) -> str | None:
    return text if text is None or len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(text)} characters)"


def curl(exchange: Exchange) -> str:
    """A command for the shell. Filtered credentials become variables: ``$AUTHORIZATION``, ``$X_API_KEY``."""
    parts = ["curl", "-i", "-X", exchange.method]
    for name, value in exchange.headers.items():
        if name.lower() in _NOT_SENT_BY_CURL:
            continue
        if value == "[Filtered]":
            parts.append(f'-H "{name}: ${re.sub(r"[^A-Z0-9]", "_", name.upper())}"')
        else:
            parts.append(f"-H {shlex.quote(f'{name}: {value}')}")
    if exchange.body:
        parts.append(f"--data-binary {shlex.quote(_clipped(exchange.body) or '')}")
    return " ".join([*parts, shlex.quote(exchange.url)])
