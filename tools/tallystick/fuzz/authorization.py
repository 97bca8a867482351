"""The authorization matrix: every operation that asks for a credential, tried without the right one.

Without any, with a wrong one, and with a token that lacks the scopes of the operation.

Only an answer that grants access counts. Which of 401, 403, 404 or 422 a refusal is depends on what a server looks at
first, and Schemathesis knows whether the contract declares it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from tallystick.contract import Contract, Operation, SecurityScheme
from tallystick.findings import Finding, InputError
from tallystick.fuzz.client import sent
from tallystick.fuzz.credentials import Credential, token
from tallystick.fuzz.near_miss import Table, exchange_of
from tallystick.fuzz.reporting import finding_of
from tallystick.fuzz.requests import Unbuildable
from tallystick.fuzz.resources import Resources
from tallystick.fuzz.samples import Unsampled

if TYPE_CHECKING:
    from httpx2 import Client

__all__ = ["AuthorizationResult", "authorization_matrix"]

_WRONG: Final = "tally-wrong-credential"


@dataclass(slots=True)
class AuthorizationResult:
    """What was found; how many requests were sent; what could not be tried, with the reason."""

    findings: list[Finding] = field(default_factory=list)
    requests: int = 0
    untried: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Attempt:
    """Headers that must not be let in, and what they are in words."""

    what: str
    headers: Mapping[str, str]


def authorization_matrix(
    contract: Contract,
    client: Client,
    credentials: Sequence[Credential],
    resources: Resources,
    *,
    exclude: Sequence[str] = (),
    say: Callable[[str], None] = lambda _line: None,
) -> AuthorizationResult:
    """Tries every operation that asks for a credential. ``client`` knows the address and sends no credential."""
    matrix = _Matrix(contract, client, credentials, resources)
    guarded = [each for each in contract.operations if each.security and {} not in each.security]
    for operation in guarded:
        if operation.id not in exclude:
            matrix.operation(operation)
    result = matrix.result
    say(f"Authorization: {result.requests} requests to {len(guarded)} operations")
    return result


class _Matrix:
    def __init__(
        self, contract: Contract, client: Client, credentials: Sequence[Credential], resources: Resources
    ) -> None:
        self._contract = contract
        self._client = client
        self._credentials = {each.scheme.key: each for each in credentials if each.token_path is not None}
        self._resources = resources
        self._table = Table(contract)
        self._tokens: dict[tuple[str, tuple[str, ...]], str | None] = {}
        self.result = AuthorizationResult()

    def operation(self, operation: Operation) -> None:
        """Every attempt that must be refused."""
        try:
            draft = self._table.base(operation, self._resources)
            path, own, content = draft.path(), draft.headers(), draft.content()
        except (Unsampled, Unbuildable) as reason:
            self.result.untried[operation.id] = f"no request could be made: {reason}"
            return
        for attempt in self._attempts(operation):
            self.result.requests += 1
            reply = sent(self._client, operation.method, path, {**own, **attempt.headers}, content)
            if reply.is_success:
                message = (
                    f"{operation.id}: a request {attempt.what} is answered {reply.status_code}: refuse it as the "
                    f"contract says ({_wanted(operation)}), or make the operation public in the contract"
                )
                found = finding_of(
                    "fuzz-authorization", message, self._contract, operation, exchange_of(reply),
                    operation.location.child("security") if operation.security_stated else None,
                )  # fmt: skip
                self.result.findings.append(found)

    def _attempts(self, operation: Operation) -> Iterator[_Attempt]:
        yield _Attempt("without a credential", {})
        keys = dict.fromkeys(key for alternative in operation.security for key in alternative)
        for key in keys:
            scheme = self._contract.security_schemes.get(key)
            headers = _wrong_headers(scheme) if scheme is not None else None
            if headers is not None:
                yield _Attempt(f"with a wrong credential ({key})", headers)
        for alternative in operation.security:
            for key, scopes in alternative.items():
                text = self._token_without(key, scopes) if scopes and len(alternative) == 1 else None
                if text is not None:
                    yield _Attempt(f"with a token that lacks {', '.join(scopes)}", {"Authorization": f"Bearer {text}"})

    def _token_without(self, key: str, scopes: tuple[str, ...]) -> str | None:
        """A token with every scope of the description but these; None where the server gives none."""
        credential = self._credentials.get(key)
        if credential is None:
            return None
        if (key, scopes) not in self._tokens:
            known = {name for flow in credential.scheme.flows.values() for name in flow.get("scopes", ())}
            self._tokens[key, scopes] = self._fetched(credential, tuple(sorted(known - set(scopes))))
        return self._tokens[key, scopes]

    def _fetched(self, credential: Credential, scopes: tuple[str, ...]) -> str | None:
        if not scopes:
            return None
        try:
            return token(credential, str(self._client.base_url).rstrip("/"), scopes)
        except InputError as error:
            self.result.untried[f"{credential.scheme.key} without some scopes"] = str(error)
            return None


def _wrong_headers(scheme: SecurityScheme) -> dict[str, str] | None:
    if scheme.type == "apiKey":
        return {scheme.parameter or "": _WRONG} if scheme.place == "header" else None
    if scheme.type == "mutualTLS":
        return None
    if scheme.type == "http" and scheme.scheme == "basic":
        return {"Authorization": "Basic dGFsbHk6d3Jvbmc="}
    return {"Authorization": f"Bearer {_WRONG}"}


def _wanted(operation: Operation) -> str:
    def named(key: str, scopes: Sequence[str]) -> str:
        return f"{key} with {', '.join(scopes)}" if scopes else key

    return " or ".join(" and ".join(named(*each) for each in way.items()) for way in operation.security)
