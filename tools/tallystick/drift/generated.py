"""Applications on a generated server layer: is it that of this contract, and does every operation have a handler?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from tallystick.contract import Contract, Operation
from tallystick.drift.application import Application
from tallystick.drift.derived import contract_of_document
from tallystick.drift.mentions import mentioned_operations
from tallystick.drift.operations import Pair, operation_findings
from tallystick.findings import Finding, Level, Place, shown_path

__all__ = ["generated_findings", "refusal_findings"]


def refusal_findings(contract: Contract, reference: str, reason: str) -> Iterator[Finding]:
    """Why the generated layer refused to start: a finding for each operation that the reason names."""
    named = mentioned_operations(contract, reason)
    for operation in named:
        message = (
            f"{operation.id} ({operation.method} {operation.path}) cannot be served by {reference}: "
            f"{reason.partition(';')[0]}; write `async def {operation.handler_name}` as the generated protocol shows "
            "it, or remove the operation from the contract"
        )
        yield Finding("drift-handler-missing", Level.ERROR, message, operation.location.place, operation.id)
    if not named:
        message = f"{reference} refuses to start, because its handlers do not fit the contract: {reason}"
        yield Finding("drift-handler-missing", Level.ERROR, message, contract.location.place)


def generated_findings(contract: Contract, application: Application) -> Iterator[Finding]:
    """The contract inside the generated layer, and the handlers behind it. ``contract`` is canonical."""
    layer = application.generated
    assert layer is not None
    yield from _embedded(contract, layer)
    operations = {operation.handler_name: operation for operation in contract.operations}
    for protocol in layer["protocols"]:
        for handlers in protocol["classes"]:
            yield from _class_findings(contract, operations, protocol["name"], handlers)
        if not protocol["classes"]:
            yield from _unimplemented(contract, operations, protocol)


def _embedded(contract: Contract, layer: Mapping[str, Any]) -> Iterator[Finding]:
    """Differences between the contract and the one that the layer was generated from."""
    had = contract_of_document(layer["document"])
    by_key = {(each.method, each.path): each for each in had.operations}
    bound = {(each["method"], each["path"]) for each in layer["operations"]}
    who = f"the generated layer {layer['package']}"
    for operation in contract.operations:
        other = by_key.pop((operation.method, operation.path), None)
        if other is None or (operation.method, operation.path) not in bound:
            message = f"{operation.id}: {who} does not have {operation.method} {operation.path}: run tally generate"
            yield Finding("drift-generated-stale", Level.ERROR, message, operation.location.place, operation.id)
            continue
        for found in operation_findings(Pair(operation, other, contract, had, who)):
            message = f"{found.message}; run tally generate and adapt the handler"
            # what is compatible for a caller is still not what the contract generates today
            yield replace(found, level=Level.ERROR, message=message)
    for other in by_key.values():
        message = f"{who} still has {other.method} {other.path} ({other.id}), the contract does not: run tally generate"
        place = contract.location.at("/paths").place
        yield Finding("drift-generated-stale", Level.ERROR, message, place, other.id)


def _class_findings(
    contract: Contract, operations: Mapping[str, Operation], protocol: str, handlers: Mapping[str, Any]
) -> Iterator[Finding]:
    name = handlers["name"]
    for method in handlers["missing"]:
        operation = operations.get(method)
        message = (
            f"{_named(operation, method)} has no handler: {name} lacks `async def {method}` of {protocol}; write it "
            "(the generated protocol shows its signature), or remove the operation from the contract"
        )
        yield _finding("drift-handler-missing", message, contract, operation, _place(handlers))
    for extra in handlers["unknown"]:
        message = (
            f"{name}.{extra['name']} is no operation of {protocol}: add it to the contract, "
            "or begin its name with an underscore"
        )
        yield Finding("drift-handler-unknown", Level.ERROR, message, _place(extra), extra["name"])
    for fault in handlers["faults"]:
        operation = operations.get(fault["handler"])
        declared = ", ".join(reply.status for reply in operation.replies) if operation is not None else ""
        message = (
            f"{_named(operation, fault['handler'])}: the handler {name}.{fault['handler']} {fault['what']}, which the "
            f"operation does not declare (it declares {declared}): use one of its own, or change the contract"
        )
        code = "drift-handler-reply" if fault["kind"] == "reply" else "drift-handler-problem"
        yield _finding(code, message, contract, operation, _place(fault))


def _unimplemented(
    contract: Contract, operations: Mapping[str, Operation], protocol: Mapping[str, Any]
) -> Iterator[Finding]:
    for method in protocol["operations"]:
        operation = operations.get(method)
        message = (
            f"{_named(operation, method)} has no handler: no class derives from {protocol['name']}; "
            "write one and wire it into Contract"
        )
        yield _finding("drift-handler-missing", message, contract, operation, Place())


def _named(operation: Operation | None, method: str) -> str:
    return method if operation is None else f"{operation.id} ({operation.method} {operation.path})"


def _finding(code: str, message: str, contract: Contract, operation: Operation | None, code_place: Place) -> Finding:
    """Placed at the operation; the code is the related place."""
    place = (operation or contract).location.place
    related = (code_place,) if code_place.file else ()
    return Finding(code, Level.ERROR, message, place, operation.id if operation else None, related)


def _place(value: Mapping[str, Any]) -> Place:
    return Place(shown_path(value["file"]), value["line"]) if value["file"] else Place()
