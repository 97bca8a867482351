"""Who may call: the security requirements of an operation as two descriptions state them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from tallystick.contract import Contract, Operation, Requirement
from tallystick.document import Location
from tallystick.findings import Finding, Level

__all__ = ["security_findings", "states_security"]

_Carrier = tuple[str, str]
_Alternative = frozenset[_Carrier]
_Make = Callable[[str, Level, str, Location], Finding]
_PUBLIC: Final[_Alternative] = frozenset()


def states_security(contract: Contract) -> bool:
    """Whether a derived document says anything about security, so that its silence elsewhere means something."""
    return bool(contract.security_schemes)


def security_findings(
    want: Operation, have: Operation, wanted: Contract, had: Contract, make: _Make
) -> Iterator[Finding]:
    """Compares by what travels (a bearer token, a header), since the names of schemes are each side's own."""
    ours, theirs = _alternatives(want, wanted), _alternatives(have, had)
    location = want.location.child("security")
    if set(ours) != set(theirs):
        message = f"the contract wants {_said(ours)}, the application {_said(theirs)}: make the route ask for the same"
        yield make("drift-security", Level.ERROR, message, location)
        return
    for carriers, scopes in ours.items():
        other = theirs[carriers]
        if scopes != other and other:
            message = (
                f"the contract wants the scopes {_listed(scopes)} with {_said({carriers: scopes})}, "
                f"the application {_listed(other)}: make the route ask for the same"
            )
            yield make("drift-scopes", Level.ERROR, message, location)


def _alternatives(operation: Operation, contract: Contract) -> dict[_Alternative, frozenset[str]]:
    """Each alternative by what it sends, with all its scopes; public is the alternative that sends nothing."""
    found = {_carriers(each, contract): _scopes(each) for each in operation.security}
    return found or {_PUBLIC: frozenset()}


def _carriers(requirement: Requirement, contract: Contract) -> _Alternative:
    return frozenset(_carrier(contract, key) for key in requirement)


def _carrier(contract: Contract, key: str) -> _Carrier:
    scheme = contract.security_schemes.get(key)
    if scheme is None:
        return "unknown", key
    if scheme.type == "apiKey":
        return scheme.place or "", (scheme.parameter or "").lower()
    if scheme.type == "http" and scheme.scheme != "bearer":
        return "http", scheme.scheme or ""
    return ("tls", "certificate") if scheme.type == "mutualTLS" else ("http", "bearer")


def _scopes(requirement: Requirement) -> frozenset[str]:
    return frozenset(scope for scopes in requirement.values() for scope in scopes)


def _said(alternatives: Mapping[_Alternative, frozenset[str]]) -> str:
    return " or ".join(sorted(_named(each) for each in alternatives))


def _named(carriers: _Alternative) -> str:
    names = {"http": "a {} token", "tls": "a client {}"}
    words = sorted(names.get(place, "`{}` in " + place).format(name) for place, name in carriers)
    return " and ".join(words) or "no credential"


def _listed(scopes: frozenset[str]) -> str:
    return ", ".join(sorted(scopes)) or "none"
