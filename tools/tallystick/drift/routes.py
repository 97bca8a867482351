"""Which operations an application serves: the same as the contract, no more and no fewer."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from tallystick.contract import Contract, Operation
from tallystick.drift.application import Application, Route
from tallystick.findings import Finding, Level

__all__ = ["Served", "comparable", "route_findings", "serving"]

_PLACEHOLDER: Final = re.compile(r"\{[^{}]*\}")


@dataclass(frozen=True, slots=True)
class Served:
    """An operation of the contract and the route that serves it."""

    operation: Operation
    route: Route


def comparable(path: str) -> str:
    """A path template without the names of its placeholders: ``/items/{}``."""
    return _PLACEHOLDER.sub("{}", path)


def serving(contract: Contract, application: Application) -> list[Served]:
    """The operations that have a route, each with the first one that matches."""
    routes: dict[tuple[str, str], Route] = {}
    for route in application.routes:
        for method in route.methods:
            routes.setdefault((method, comparable(route.path)), route)
    found = ((operation, routes.get(_key(operation))) for operation in contract.operations)
    return [Served(operation, route) for operation, route in found if route is not None]


def route_findings(contract: Contract, application: Application, allowed: Sequence[str]) -> Iterator[Finding]:
    """What is missing, what is too much, and what is served twice."""
    if not any(route.methods for route in application.routes if route.path not in application.documentation):
        message = (
            f"{application.reference} serves no routes at all: include the router before the application is returned"
        )
        yield Finding("drift-no-routes", Level.ERROR, message, contract.location.place)
        return
    served = {(method, comparable(route.path)) for route in application.routes for method in route.methods}
    yield from _missing(contract, served, application)
    yield from _unknown(contract, application, frozenset(allowed))
    yield from _shadowed(contract, application)


def _key(operation: Operation) -> tuple[str, str]:
    return operation.method, comparable(operation.path)


def _missing(contract: Contract, served: set[tuple[str, str]], application: Application) -> Iterator[Finding]:
    for operation in contract.operations:
        if _key(operation) in served:
            continue
        others = sorted(method for method, path in served if path == comparable(operation.path))
        hint = f"; the path is served for {', '.join(others)} only" if others else _similar(operation, served)
        message = (
            f"{application.reference} does not serve {operation.method} {operation.path} ({operation.id}){hint}: "
            "add the route, or remove the operation from the contract"
        )
        yield Finding("drift-route-missing", Level.ERROR, message, operation.location.place, operation.id)


def _similar(operation: Operation, served: Iterable[tuple[str, str]]) -> str:
    paths = [path for method, path in served if method == operation.method]
    close = difflib.get_close_matches(comparable(operation.path), paths, n=1, cutoff=0.8)
    return f"; it serves {operation.method} {close[0]}" if close else ""


def _unknown(contract: Contract, application: Application, allowed: frozenset[str]) -> Iterator[Finding]:
    known = {_key(operation) for operation in contract.operations}
    may = {comparable(path) for path in (*allowed, *application.documentation)}
    for route in application.routes:
        if _is_allowed(route.path, may):
            continue
        if route.kind == "mount":
            message = (
                f"something is mounted at {route.path} ({route.endpoint}), whose routes the contract does not know: "
                "describe them, or add the path to allow in [drift] of tally.toml"
            )
            yield Finding("drift-route-unknown", Level.ERROR, message, route.place)
        for method in route.methods:
            if (method, comparable(route.path)) not in known:
                yield _unknown_route(method, route, contract)


def _is_allowed(path: str, allowed: set[str]) -> bool:
    """Whether the path is listed; a trailing ``/*`` in the list allows everything below."""
    own = comparable(path)
    return own in allowed or any(own.startswith(each[:-1]) for each in allowed if each.endswith("/*"))


def _unknown_route(method: str, route: Route, contract: Contract) -> Finding:
    name = f"{method} {route.path}"
    message = (
        f"{route.endpoint} serves {name}, which the contract does not know: describe the operation in the contract, "
        "remove the route, or add its path to allow in [drift] of tally.toml"
    )
    related = (contract.location.at("/paths").place,)
    if route.place.file:
        return Finding("drift-route-unknown", Level.ERROR, message, route.place, name, related)
    return Finding("drift-route-unknown", Level.ERROR, message, related[0], name)


def _shadowed(contract: Contract, application: Application) -> Iterator[Finding]:
    """Routes behind another of the same path; the generated layer tells operations of one path apart by itself."""
    operations = {_key(operation): operation for operation in contract.operations}
    generated = {each["id"] for each in (application.generated or {}).get("operations", ())}
    first: dict[tuple[str, str], Route] = {}
    seen: set[tuple[str, str, str | None]] = set()
    for route in application.routes:
        for method in route.methods:
            key = (method, comparable(route.path))
            is_own = route.operation_id in generated and (*key, route.operation_id) not in seen
            if key in first and key in operations and not is_own:
                operation = operations[key]
                message = (
                    f"{operation.method} {operation.path} ({operation.id}) is served by two routes; only the first, "
                    f"{first[key].endpoint}, is ever called: remove {route.endpoint}"
                )
                places = tuple(each.place for each in (first[key], route) if each.place.file)
                yield Finding("drift-route-twice", Level.ERROR, message, operation.location.place, operation.id, places)
            first.setdefault(key, route)
            seen.add((*key, route.operation_id))
