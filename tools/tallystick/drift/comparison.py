"""The whole of ``tally drift``: an application, or a server that runs, against the contract."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from tallystick.contract import Contract, canonicalise
from tallystick.drift.application import Application, ContractRefused, inspect_application
from tallystick.drift.derived import derived_findings
from tallystick.drift.generated import generated_findings, refusal_findings
from tallystick.drift.mentions import mentioned_operations
from tallystick.drift.routes import route_findings, serving
from tallystick.drift.served import document_findings, fetched_document
from tallystick.findings import Finding, InputError

__all__ = ["application_findings", "served_findings"]


def application_findings(
    contract: Contract, reference: str, folder: Path, allowed: Sequence[str] = (), package: str | None = None
) -> list[Finding]:
    """How the FastAPI application ``module:attribute`` differs from the contract.

    ``folder`` is put on the import path; ``allowed`` are path templates it may serve beyond the contract; ``package``
    is the dotted name of the generated server layer it should be built on, if there is one.

    Raises:
        InputError: there is no such application, or importing it fails.
    """
    try:
        application = inspect_application(reference, folder, package)
    except ContractRefused as refusal:
        return list(refusal_findings(contract, reference, str(refusal)))
    except InputError as error:
        raise InputError(*(_naming_operations(contract, finding) for finding in error.findings)) from error
    return list(_findings(contract, application, allowed))


def _naming_operations(contract: Contract, finding: Finding) -> Finding:
    """An application that cannot be imported often lacks a name of generated code."""
    named = mentioned_operations(contract, finding.message)
    if not named:
        return finding
    said = ", ".join(f"{each.id} ({each.method} {each.path})" for each in named)
    message = f"{finding.message}; this concerns {said}: bring the handler in line with the contract"
    return replace(finding, message=message, operation=named[0].id, place=named[0].location.place)


def _findings(contract: Contract, application: Application, allowed: Sequence[str]) -> Iterator[Finding]:
    yield from route_findings(contract, application, allowed)
    canonical = canonicalise(contract).contract
    served = serving(canonical, application)
    if application.generated is not None:
        yield from generated_findings(canonical, application)
    else:
        yield from derived_findings(canonical, served, application)


def served_findings(contract: Contract, url: str, hosts: Sequence[str] = ()) -> list[Finding]:
    """How the document that a running server shows differs from the contract.

    ``url`` is the address of the document, or of the server, which is then asked for ``/openapi.json`` and its like.
    Only this machine is asked, and the hosts in ``hosts``.

    Raises:
        InputError: no document could be had.
    """
    address, document = fetched_document(url, hosts)
    return list(document_findings(canonicalise(contract).contract, address, document))
