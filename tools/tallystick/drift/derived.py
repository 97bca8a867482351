"""The code of an application against the contract, by the document that FastAPI derives from that code."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from tallystick.contract import Contract, Operation, canonicalise, read
from tallystick.document import bundle, load
from tallystick.drift.application import Application, Route
from tallystick.drift.operations import Pair, operation_findings
from tallystick.drift.routes import Served, comparable
from tallystick.drift.security import states_security
from tallystick.findings import Finding, InputError, Level

__all__ = ["contract_of_document", "derived_findings"]

_DEFAULT_ID: Final = re.compile(r"\W")


def contract_of_document(document: Mapping[str, Any]) -> Contract:
    """The canonical contract of a document that some program made."""
    with tempfile.TemporaryDirectory(prefix="tally-drift-") as scratch:
        path = Path(scratch, "openapi.json")
        path.write_text(json.dumps(document), "utf-8")
        return canonicalise(read(bundle(load(path)))).contract


def derived_findings(contract: Contract, served: list[Served], application: Application) -> Iterator[Finding]:
    """Parameters, bodies, replies and security of each served operation. ``contract`` is canonical."""
    if application.document is None:
        message = (
            f"FastAPI cannot derive a document from {application.reference} ({application.document_fault}): "
            "only the routes could be compared; mend the models"
        )
        yield Finding("drift-no-document", Level.ERROR, message, contract.location.place)
        return
    try:
        had = contract_of_document(application.document)
    except InputError as error:
        message = f"the document that FastAPI derives from {application.reference} cannot be read: {error}"
        yield Finding("drift-no-document", Level.ERROR, message, contract.location.place)
        return
    yield from _compared(contract, had, served, application)


def _compared(contract: Contract, had: Contract, served: list[Served], application: Application) -> Iterator[Finding]:
    described = {(operation.method, comparable(operation.path)): operation for operation in had.operations}
    knows_security = states_security(had)
    if contract.security_schemes and not knows_security:
        message = (
            f"{application.reference} declares no security schemes, so that who may call cannot be compared: "
            "use fastapi.security in its dependencies, or leave it to tally fuzz"
        )
        yield Finding("drift-security-unknown", Level.WARNING, message, contract.location.place)
    for each in served:
        other = described.get((each.operation.method, comparable(each.operation.path)))
        if other is None:
            yield _hidden(each)
        else:
            yield from operation_findings(_pair(contract, had, each, other, application, knows_security=knows_security))


def _pair(
    contract: Contract,
    had: Contract,
    each: Served,
    other: Operation,
    application: Application,
    *,
    knows_security: bool,
) -> Pair:
    return Pair(
        want=each.operation,
        have=other,
        wanted=contract,
        had=had,
        related=(each.route.place,) if each.route.place.file else (),
        ignored=frozenset(("422",)) if _is_automatic(other) and application.own_validation_reply else frozenset(),
        states_errors=any(not reply.is_success and reply.status != "422" for reply in other.replies),
        states_security=knows_security,
        states_ids=bool(each.route.operation_id) or other.id != _default_id(each.route, other),
    )


def _is_automatic(operation: Operation) -> bool:
    """Whether the reply 422 is the one FastAPI adds by itself."""
    replies = [reply for reply in operation.replies if reply.status == "422"]
    schemas = [media.schema for reply in replies for media in reply.content]
    return any(schema is not None and (schema.ref or "").endswith("/HTTPValidationError") for schema in schemas)


def _default_id(route: Route, operation: Operation) -> str:
    """The id that FastAPI makes up: name of the function, path and method."""
    name = route.endpoint.rpartition(".")[2]
    return _DEFAULT_ID.sub("_", f"{name}{operation.path}") + f"_{operation.method.lower()}"


def _hidden(each: Served) -> Finding:
    message = (
        f"{each.operation.id}: the route is hidden from FastAPI's document (include_in_schema=False, or no FastAPI "
        "route), so that only its path and method could be compared; tally fuzz sees the rest"
    )
    return Finding(
        "drift-hidden", Level.INFO, message, each.operation.location.place, each.operation.id, (each.route.place,)
    )
