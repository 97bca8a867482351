"""Applications on a generated server layer: is it the layer of this contract, and is every operation bound?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tallystick.contract import Contract
from tallystick.drift.application import Application
from tallystick.drift.routes import Served
from tallystick.findings import Finding, Level

__all__ = ["generated_findings", "refusal_findings"]


def refusal_findings(contract: Contract, reference: str, reason: str) -> Iterator[Finding]:
    """Why the generated layer refused to start: one finding for each operation that the reason names."""
    words = set(re.findall(r"\w+", reason))
    named = [operation for operation in contract.operations if operation.python_name in words]
    for operation in named:
        message = f"{operation.id} ({operation.method} {operation.path}) cannot be served by {reference}: {reason}"
        yield Finding("drift-handler", Level.ERROR, message, operation.location.place, operation.id)
    if not named:
        message = f"{reference} refuses to start, because its handlers do not fit the contract: {reason}"
        yield Finding("drift-handler", Level.ERROR, message, contract.location.place)


def generated_findings(contract: Contract, served: list[Served], application: Application) -> Iterator[Finding]:
    """What the generated layer says about itself, against the contract."""
    yield from ()
