"""Two descriptions of the same operation: parameters, bodies, replies and security, each difference a finding."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tallystick.contract import Contract, MediaType, Operation, Parameter, Reply, Schema
from tallystick.document import Location
from tallystick.drift.differences import Difference, Direction, Side, schema_differences
from tallystick.drift.security import security_findings
from tallystick.findings import Finding, Level, Place

__all__ = ["Pair", "operation_findings"]

_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Pair:
    """An operation of the contract and the same operation as somebody else describes it.

    ``who`` names the other side in messages ("the application"). ``related`` are places in its code. ``ignored``
    are statuses of the other side that say nothing. ``states_errors`` tells whether its silence about an error reply
    means anything; ``states_security`` likewise for security.
    """

    want: Operation
    have: Operation
    wanted: Contract
    had: Contract
    who: str = "the application"
    related: tuple[Place, ...] = ()
    ignored: frozenset[str] = frozenset()
    states_errors: bool = True
    states_security: bool = True
    states_ids: bool = True

    def finding(self, code: str, level: Level, message: str, location: Location) -> Finding:
        """A finding about this operation, placed in the contract."""
        text = message.replace("the application", self.who)
        return Finding(code, level, f"{self.want.id}: {text}", location.place, self.want.id, self.related)


def operation_findings(pair: Pair) -> Iterator[Finding]:
    """Everything in which the other description of the operation differs from the contract."""
    yield from _identity(pair)
    yield from _parameters(pair)
    yield from _bodies(pair)
    yield from _replies(pair)
    if pair.states_security:
        yield from security_findings(pair.want, pair.have, pair.wanted, pair.had, pair.finding)


def _identity(pair: Pair) -> Iterator[Finding]:
    if not pair.want.has_id or pair.want.id == pair.have.id:
        return
    location = pair.want.location.child("operationId")
    if pair.states_ids:
        message = (
            f"the application calls the operation `{pair.have.id}`: set operation_id={pair.want.id!r} on the route"
        )
        yield pair.finding("drift-operation-id", Level.ERROR, message, location)
    else:
        message = (
            f"the application gives the operation no id of its own: set operation_id={pair.want.id!r} on the route"
        )
        yield pair.finding("drift-operation-id", Level.WARNING, message, location)


def _parameters(pair: Pair) -> Iterator[Finding]:
    renamed = dict(zip(_PLACEHOLDER.findall(pair.have.path), _PLACEHOLDER.findall(pair.want.path), strict=False))
    have = {_parameter_key(each, renamed): each for each in pair.have.parameters}
    security = _credentials(pair.wanted) | _credentials(pair.had)
    for parameter in pair.want.parameters:
        other = have.pop(_parameter_key(parameter, {}), None)
        name = f"{parameter.place} parameter `{parameter.name}`"
        if other is not None:
            yield from _parameter(pair, parameter, other, name)
        elif _parameter_key(parameter, {}) not in security:
            message = f"the application does not know the {name}: add it to the route, or remove it from the contract"
            yield pair.finding("drift-parameter-missing", Level.ERROR, message, parameter.location)
    for key, parameter in have.items():
        if key not in security:
            kind = "required" if parameter.required else "optional"
            message = (
                f"the application takes the {kind} {parameter.place} parameter `{parameter.name}`, which the contract "
                "does not know: describe it, or remove it from the route"
            )
            yield pair.finding("drift-parameter-unknown", Level.ERROR, message, pair.want.location)


def _parameter_key(parameter: Parameter, renamed: Mapping[str, str]) -> tuple[str, str]:
    if parameter.place == "path":
        return "path", renamed.get(parameter.name, parameter.name)
    return parameter.place, parameter.name.lower() if parameter.place == "header" else parameter.name


def _credentials(contract: Contract) -> set[tuple[str, str]]:
    """Where credentials travel: applications describe these now as parameters, now as security."""
    found = {("header", "authorization")}
    for scheme in contract.security_schemes.values():
        if scheme.type == "apiKey" and scheme.place and scheme.parameter:
            found.add((scheme.place, scheme.parameter.lower() if scheme.place == "header" else scheme.parameter))
    return found


def _parameter(pair: Pair, want: Parameter, have: Parameter, name: str) -> Iterator[Finding]:
    if want.required != have.required:
        ours, theirs = ("required", "optional") if want.required else ("optional", "required")
        message = f"the {name} is {ours} in the contract and {theirs} in the application: make them agree"
        yield pair.finding("drift-parameter-required", Level.ERROR, message, want.location)
    if want.schema is None or have.schema is None:
        if (want.schema is None) != (have.schema is None):
            message = f"the {name} travels as {_form(want)} in the contract and as {_form(have)} in the application"
            yield pair.finding("drift-parameter-style", Level.ERROR, message, want.location)
        return
    if _is_structured(pair.wanted, want.schema) and (want.style, want.explode) != (have.style, have.explode):
        message = f"the {name} travels as {_form(want)} in the contract and as {_form(have)} in the application"
        yield pair.finding("drift-parameter-style", Level.ERROR, message, want.location)
    for difference in schema_differences(Side(pair.wanted, want.schema), Side(pair.had, have.schema), "request"):
        # None as the default of an optional parameter makes its model nullable, which nobody sees on the wire
        if not (difference.kind == "null" and not difference.trail and not have.required):
            yield _schema_finding(pair, f"the {name}", difference)
    yield from _default(pair, want.schema, have.schema, name)


def _form(parameter: Parameter) -> str:
    if parameter.content:
        return parameter.content[0].name
    return f"{parameter.style}{' exploded' if parameter.explode else ''}"


def _is_structured(contract: Contract, schema: Schema) -> bool:
    return bool({"array", "object"} & contract.resolve(schema).types)


def _default(pair: Pair, want: Schema, have: Schema, name: str) -> Iterator[Finding]:
    ours, theirs = (_said_default(contract, schema) for contract, schema in ((pair.wanted, want), (pair.had, have)))
    if ours == theirs:
        return
    level = Level.ERROR if ours is not None and theirs is not None else Level.WARNING
    shown = [text or "none" for text in (ours, theirs)]
    message = f"the default of the {name} is {shown[0]} in the contract and {shown[1]} in the application"
    yield pair.finding("drift-parameter-default", level, message, want.location)


def _said_default(contract: Contract, schema: Schema) -> str | None:
    for each in (schema, contract.resolve(schema)):
        for keyword in ("default", "x-tally-default"):
            if each.get(keyword) is not None:
                return json.dumps(each.get(keyword), sort_keys=True)
    return None


def _bodies(pair: Pair) -> Iterator[Finding]:
    want, have = pair.want.body, pair.have.body
    if want is None and have is None:
        return
    if want is None:
        message = "the application reads a request body, the contract has none: describe it, or stop reading it"
        yield pair.finding("drift-body-unknown", Level.ERROR, message, pair.want.location)
    elif have is None:
        message = "the application reads no request body: read the one that the contract describes"
        yield pair.finding("drift-body-missing", Level.ERROR, message, want.location)
    else:
        if want.required != have.required:
            ours, theirs = ("required", "optional") if want.required else ("optional", "required")
            message = f"the request body is {ours} in the contract and {theirs} in the application: make them agree"
            yield pair.finding("drift-body-required", Level.ERROR, message, want.location)
        yield from _media_types(pair, want.content, have.content, want.location, "request", "the request body")


def _replies(pair: Pair) -> Iterator[Finding]:
    have = {reply.status: reply for reply in pair.have.replies if reply.status not in pair.ignored}
    successes = [reply for reply in have.values() if reply.is_success]
    for reply in pair.want.replies:
        other = have.pop(reply.status, None)
        if other is not None:
            yield from _reply(pair, reply, other)
        elif reply.is_success:
            said = ", ".join(each.status for each in successes) or "no success"
            message = (
                f"the application does not reply {reply.status} but {said}: "
                f"set status_code={reply.status}, or change the contract"
            )
            yield pair.finding("drift-reply-missing", Level.ERROR, message, reply.location)
        elif pair.states_errors:
            message = f"the application does not declare the reply {reply.status}: add it to its responses"
            yield pair.finding("drift-reply-missing", Level.WARNING, message, reply.location)
    for reply in have.values():
        if not _is_covered(reply.status, pair.want.replies):
            message = (
                f"the application replies {reply.status}, which the contract does not know: describe it, or change it"
            )
            yield pair.finding("drift-reply-unknown", Level.ERROR, message, pair.want.location.child("responses"))


def _is_covered(status: str, replies: Sequence[Reply]) -> bool:
    declared = {reply.status for reply in replies}
    return bool(declared & {"default", f"{status[0]}XX"})


def _reply(pair: Pair, want: Reply, have: Reply) -> Iterator[Finding]:
    yield from _media_types(pair, want.content, have.content, want.location, "reply", f"the reply {want.status}")
    given = {header.name.lower() for header in have.headers}
    for header in want.headers:
        if header.required and have.headers and header.name.lower() not in given:
            message = f"the reply {want.status} of the application does not declare the header `{header.name}`"
            yield pair.finding("drift-header-missing", Level.WARNING, message, header.location)


def _media_types(
    pair: Pair,
    want: Sequence[MediaType],
    have: Sequence[MediaType],
    location: Location,
    direction: Direction,
    what: str,
) -> Iterator[Finding]:
    others = {media.name: media for media in have}
    for media in want:
        other = others.pop(media.name, None)
        if other is None:
            listed = ", ".join(each.name for each in have) or "empty"
            message = f"{what} is {media.name} in the contract; in the application it is {listed}"
            yield pair.finding("drift-media-type", Level.ERROR, message, media.location)
        elif media.schema is not None and other.schema is not None:
            sides = Side(pair.wanted, media.schema), Side(pair.had, other.schema)
            for difference in schema_differences(*sides, direction):
                yield _schema_finding(pair, f"{what} ({media.name})", difference)
    for name in others if want or direction == "request" else ():
        message = f"{what} may be {name} in the application; the contract does not know that media type"
        yield pair.finding("drift-media-type", Level.ERROR, message, location)
    if not want and have and direction == "reply" and not _says_nothing(have):
        listed = ", ".join(media.name for media in have)
        message = f"{what} is empty in the contract; in the application it is {listed}"
        yield pair.finding("drift-media-type", Level.ERROR, message, location)


def _says_nothing(content: Sequence[MediaType]) -> bool:
    """FastAPI writes an empty schema where a handler tells nothing about its reply."""
    return all(media.schema is None or media.schema.value in ({}, True) for media in content)


def _schema_finding(pair: Pair, what: str, difference: Difference) -> Finding:
    where = f"{what}, property `{difference.trail}`" if difference.trail else what
    ends: dict[str, Any] = {
        "missing": "add it to the model, or remove it from the contract",
        "extra": "describe it in the contract, or remove it from the model",
        "renamed": "use one name",
        "required": "make them agree",
    }
    message = f"{where}: {difference.text}: {ends.get(difference.kind, 'make them agree')}"
    return pair.finding(f"drift-schema-{difference.kind}", difference.level, message, difference.location)
