"""The document that a running server shows, against the contract."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from tallystick.contract import Contract
from tallystick.document.remote import fetch
from tallystick.drift.derived import contract_of_document
from tallystick.drift.operations import Pair, operation_findings
from tallystick.drift.routes import comparable
from tallystick.findings import Finding, InputError, Level

__all__ = ["document_findings", "fetched_document"]

_USUAL: Final = ("/openapi.json", "/openapi.yaml", "/api/openapi.json", "/v3/api-docs")
_LARGEST: Final = 16 * 2**20  # bytes


def fetched_document(url: str, hosts: Sequence[str]) -> tuple[str, Mapping[str, Any]]:
    """The address of the document and what it holds. Raises InputError."""
    host = urlsplit(url).hostname or ""
    if not _is_here(host) and host not in hosts:
        raise InputError.of("url-refused", f"{url} is not on this machine: allow it with --allow-host {host or 'HOST'}")
    path = urlsplit(url).path
    addresses = [url] if path not in ("", "/") else [url.rstrip("/") + usual for usual in _USUAL]
    reasons = []
    for address in addresses:
        try:
            return address, _parsed(address, fetch(address, _LARGEST, (host,)))
        except OSError as error:
            reasons.append(f"{address}: {error}")
    raise InputError.of(
        "url-unreadable", f"no description could be had: {'; '.join(reasons)}; start the server, or name the address"
    )


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _parsed(address: str, data: bytes) -> Mapping[str, Any]:
    import yaml

    try:
        value = json.loads(data) if data.lstrip()[:1] == b"{" else yaml.safe_load(data)
    except (ValueError, yaml.YAMLError) as error:
        raise OSError(f"neither JSON nor YAML: {error}") from error
    if not isinstance(value, dict) or "paths" not in value:
        raise OSError(f"no OpenAPI description (no paths) at {address}")
    return value


def document_findings(contract: Contract, address: str, document: Mapping[str, Any]) -> Iterator[Finding]:
    """Operations on one side only, and the differences of those on both. ``contract`` is canonical."""
    had = contract_of_document(document)
    described = {(operation.method, comparable(operation.path)): operation for operation in had.operations}
    who = f"the document at {address}"
    for operation in contract.operations:
        other = described.pop((operation.method, comparable(operation.path)), None)
        if other is None:
            message = (
                f"{who} does not know {operation.method} {operation.path} ({operation.id}): "
                "deploy the server that serves this contract"
            )
            yield Finding("drift-route-missing", Level.ERROR, message, operation.location.place, operation.id)
        else:
            yield from operation_findings(Pair(operation, other, contract, had, who))
    for (method, _), operation in described.items():
        message = f"{who} has {method} {operation.path}, which the contract does not know: describe it, or remove it"
        place = contract.location.at("/paths").place
        yield Finding("drift-route-unknown", Level.ERROR, message, place, operation.id)
