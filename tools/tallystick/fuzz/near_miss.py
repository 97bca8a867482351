"""The near-miss gate: a table of requests made from the contract, one small step inside or outside of what it allows.

The same requests on every machine. Whether a server must take or refuse one is decided by jsonschema-rs from the
contract alone. Only answers that leave no doubt count: a wrong request that is served, a right one that is called
malformed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from tallystick.contract import Contract, Operation, Parameter
from tallystick.findings import Finding, Level
from tallystick.fuzz.client import sent
from tallystick.fuzz.expectations import valid_request_statuses
from tallystick.fuzz.mutations import NearMiss, body_mutations, text_mutations
from tallystick.fuzz.record import Exchange
from tallystick.fuzz.reporting import finding_of
from tallystick.fuzz.requests import Draft, Unbuildable, is_json, text_of
from tallystick.fuzz.resources import Resources
from tallystick.fuzz.samples import Samples, Unsampled
from tallystick.fuzz.schemas import Schemas
from tallystick.fuzz.second_opinion import Judge, Reply, Undecided

if TYPE_CHECKING:
    from httpx2 import Client, Response

__all__ = ["NearMissResult", "NearMisses", "Table", "creating_first", "exchange_of"]

_MALFORMED: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "broken JSON": lambda text: text[:-1],
    "JSON and more": lambda text: text + b"x",
    "NaN for a value": lambda _text: b'{"tally_unknown_member": NaN}',
}
_SAID: Final = {
    "fuzz-near-miss-error": "the server breaks on",
    "fuzz-near-miss-accepted": "the contract does not allow, but the server accepts",
    "fuzz-near-miss-spelling": "the server reads unusual spellings",
    "fuzz-near-miss-refused": "the contract allows, but the server refuses",
    "fuzz-near-miss-reply": "the server answers what the contract does not describe",
}
_ADVICE: Final = {
    "fuzz-near-miss-error": "mend the handler",
    "fuzz-near-miss-accepted": "validate it in the server, or loosen the schema in the contract",
    "fuzz-near-miss-spelling": "callers may come to rely on them; read numbers and booleans as JSON writes them",
    "fuzz-near-miss-refused": (
        "accept it, or tighten the schema; where the state of the server decides, list the status under "
        "[fuzz.expected-statuses] of tally.toml"
    ),
    "fuzz-near-miss-reply": "describe the status, media type and body in the contract, or change the server",
}
_UNREADABLE: Final = frozenset((400, 422))


@dataclass(slots=True)
class NearMissResult:
    """What was found; how many requests were sent; operations that could not be tried, with the reason."""

    findings: list[Finding] = field(default_factory=list)
    requests: int = 0
    untried: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Try:
    """One request, and whether it is right by the contract."""

    place: str
    what: str
    draft: Draft
    is_valid: bool
    lexical: bool = False


class Table:
    """The requests of the gate for one contract."""

    def __init__(self, contract: Contract) -> None:
        self._schemas = Schemas(contract)
        self._samples = Samples(self._schemas)
        self._judge = Judge(contract, self._schemas)

    def base(self, operation: Operation, resources: Resources) -> Draft:
        """A request that is right by the contract. Raises Unsampled."""
        values: dict[tuple[str, str], Any] = {}
        for parameter in operation.parameters:
            if parameter.required:
                known = resources.value(operation, parameter)
                key = (parameter.place, parameter.name)
                values[key] = self._samples.parameter(operation, parameter) if known is None else known
        if operation.body is None or not operation.body.content:
            return Draft(operation, values)
        media = next((each for each in operation.body.content if is_json(each.name)), operation.body.content[0])
        sample = self._samples.body(media)
        informed = resources.body(operation, sample)
        assert media.schema is not None
        return Draft(operation, values, media, informed if self._schemas.is_valid(media.schema, informed) else sample)

    def tries(self, base: Draft) -> Iterator[_Try]:
        """Every near miss of a request. Raises Unbuildable."""
        for parameter in base.operation.parameters:
            yield from self._of_parameter(base, parameter)
        if base.media is not None and is_json(base.media.name):
            yield from self._of_body(base)

    def doubt(self, operation: Operation, answer: Response) -> str | None:
        """The code of the finding that a reply is which the contract does not describe."""
        reply = Reply(answer.status_code, {k.lower(): v for k, v in answer.headers.items()}, answer.content)
        return None if self._judge.describes(operation, reply) else "fuzz-near-miss-reply"

    def _of_parameter(self, base: Draft, parameter: Parameter) -> Iterator[_Try]:
        key = (parameter.place, parameter.name)
        if parameter.schema is None or self._schemas.types(parameter.schema) & {"array", "object"}:
            return
        if parameter.style not in ("form", "simple") or parameter.place == "cookie":
            return
        try:
            text = text_of(base.parameters.get(key, self._samples.value(parameter.schema)))
        except (Unsampled, Unbuildable):
            return
        for miss in self._texts(parameter, text):
            try:
                is_valid = self._judge.reads(parameter, [(parameter.name, miss.value)])
            except Undecided:
                continue
            draft = replace(base, parameters={**base.parameters, key: miss.value})
            place = f"{parameter.place} parameter {parameter.name}"
            yield _Try(place, miss.what, draft, is_valid, miss.lexical)

    def _texts(self, parameter: Parameter, text: str) -> Iterator[NearMiss]:
        """Without what cannot be sent at that place, or is changed on the way there (RFC 9110, section 5.5)."""
        assert parameter.schema is not None
        for miss in text_mutations(self._schemas, parameter.schema, text):
            in_header = miss.value.isascii() and miss.value.isprintable() and miss.value == miss.value.strip()
            if miss.value == text or (not miss.value and parameter.place != "query"):
                continue
            if parameter.place == "header" and not in_header:
                continue
            if parameter.place == "path" and miss.value in (".", ".."):
                continue
            yield miss

    def _of_body(self, base: Draft) -> Iterator[_Try]:
        assert base.media is not None
        schema = base.media.schema
        assert schema is not None
        for miss in body_mutations(self._schemas, schema, base.body):
            if repr(miss.value) != repr(base.body):
                place, _, what = miss.what.partition(": ")
                valid = self._schemas.is_valid(schema, miss.value)
                yield _Try(f"body {place}" if place != "body" else place, what, replace(base, body=miss.value), valid)
        text = json.dumps(base.body).encode()
        for what, change in _MALFORMED.items():
            yield _Try("body", what, replace(base, raw=change(text)), is_valid=False)


def creating_first(contract: Contract, exclude: Sequence[str] = ()) -> list[Operation]:
    """What makes resources, then what reads and changes them, then what removes them."""

    def rank(operation: Operation) -> tuple[int, int]:
        order = {"POST": 0, "PUT": 2, "PATCH": 2, "DELETE": 3}
        return order.get(operation.method, 1), operation.path.count("{")

    return sorted((each for each in contract.operations if each.id not in exclude), key=rank)


class NearMisses:
    """Tries operations. ``client`` knows the address and sends credentials; ``resources`` learns what exists."""

    def __init__(
        self, contract: Contract, client: Client, expected: Mapping[str, Sequence[int]], resources: Resources
    ) -> None:
        self._contract = contract
        self._client = client
        self._expected = expected
        self._table = Table(contract)
        self._resources = resources
        self.result = NearMissResult()

    def try_all(self, operations: Iterable[Operation]) -> None:
        """Tries operations in their order; what is found is in ``result``."""
        for operation in operations:
            self._operation(operation)

    def _operation(self, operation: Operation) -> None:
        """Sends the base request, and if it is served, everything near it."""
        try:
            base = self._table.base(operation, self._resources)
            reply = self._send(base)
        except (Unsampled, Unbuildable) as reason:
            self.result.untried[operation.id] = f"no request could be made: {reason}"
            return
        if reply.is_success:
            self._resources.learn(operation, reply)
        # what a right request gets anyway says nothing about a right near miss
        usual = {*_statuses(self._contract, operation, self._expected), str(reply.status_code)}
        # a second creation of the same thing is a conflict; a wrong request that gets as far as that was not validated
        again = self._send(base).status_code if operation.method == "POST" and reply.is_success else 0
        conflict = again if again == 409 else None
        doubts: dict[tuple[str, str], list[tuple[_Try, Response]]] = {}
        for each in self._table.tries(base):
            answer = self._send(each.draft)
            code = _doubt(each, answer.status_code, usual, conflict) or self._table.doubt(operation, answer)
            if code is not None:
                doubts.setdefault((code, each.place), []).append((each, answer))
        self.result.findings += [self._finding(operation, code, found) for (code, _), found in doubts.items()]

    def _send(self, draft: Draft) -> Response:
        self.result.requests += 1
        draft = self._resources.with_fresh_key(draft)
        return sent(self._client, draft.operation.method, draft.path(), draft.headers(), draft.content())

    def _finding(self, operation: Operation, code: str, found: list[tuple[_Try, Response]]) -> Finding:
        first, answer = found[0]
        tried = ", ".join(f"{each.what} ({reply.status_code})" for each, reply in found)
        message = f"{operation.id}: {first.place}: {_SAID[code]}: {tried}; {_ADVICE[code]}"
        finding = finding_of(code, message, self._contract, operation, exchange_of(answer))
        return replace(finding, level=Level.WARNING) if code == "fuzz-near-miss-spelling" else finding


def _doubt(each: _Try, status: int, usual: set[str], conflict: int | None) -> str | None:
    """The code of the finding that an answer is, None when it is as it should be."""
    if status >= 500:
        return "fuzz-near-miss-error"
    if not each.is_valid and (status < 300 or status == conflict):
        return "fuzz-near-miss-spelling" if each.lexical else "fuzz-near-miss-accepted"
    if each.is_valid and status in _UNREADABLE and str(status) not in usual:
        return "fuzz-near-miss-refused"
    return None


def _statuses(contract: Contract, operation: Operation, expected: Mapping[str, Sequence[int]]) -> set[str]:
    return set(valid_request_statuses(contract, operation, expected))


def exchange_of(reply: Response) -> Exchange:
    """A reply and its request, without credentials."""
    request = reply.request
    return Exchange(
        method=request.method,
        url=str(request.url),
        headers={name: _shown(name, value) for name, value in request.headers.items()},
        body=request.content.decode("utf-8", "backslashreplace") or None,
        status=reply.status_code,
        reply_headers=dict(reply.headers),
        reply_body=reply.text,
    )


def _shown(name: str, value: str) -> str:
    secret = any(word in name.lower() for word in ("authorization", "key", "token", "cookie"))
    return "[Filtered]" if secret and name.lower() != "idempotency-key" else value
