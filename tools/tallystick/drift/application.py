"""An application as ``tally drift`` sees it: imported in a process of its own, told about in plain data."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tallystick.findings import InputError, Place, shown_path

__all__ = ["Application", "ContractRefused", "Route", "inspect_application"]

_SECONDS: Final = 120
_NO_PLACE: Final = Place()


@dataclass(frozen=True, slots=True)
class Route:
    """One entry of the routing table. ``path`` is a template with ``{placeholders}``."""

    kind: str
    """``operation`` (FastAPI), ``route`` (plain Starlette), or ``mount`` (another application below the path)."""
    path: str
    methods: tuple[str, ...]
    endpoint: str
    """The dotted name of the code."""
    place: Place
    operation_id: str | None = None
    in_document: bool = False


@dataclass(frozen=True, slots=True)
class Application:
    """What an application serves."""

    reference: str
    routes: tuple[Route, ...]
    document: Mapping[str, Any] | None
    """The document FastAPI derives from the code, None when it could not (``document_fault`` says why)."""
    document_fault: str | None
    own_validation_reply: bool
    """Whether the application replaces FastAPI's reply to invalid requests."""
    documentation: frozenset[str]
    """Paths of the documentation pages."""
    generated: Mapping[str, Any] | None
    """What the generated server layer says about itself, None when the application has none."""


class ContractRefused(Exception):
    """The generated layer refused to start, because the handlers do not fit the contract."""


def inspect_application(reference: str, folder: Path, package: str | None = None) -> Application:
    """Imports ``module:attribute`` with ``folder`` on the import path and looks at it.

    ``package`` is the generated server layer to look for.

    Raises:
        InputError: there is no such application, or importing it fails.
        ContractRefused: the application was stopped by the start-up check of its generated layer.
    """
    with tempfile.TemporaryDirectory(prefix="tally-drift-") as scratch:
        result = Path(scratch, "result.json")
        ended = _run(reference, folder, package, result)
        if ended.returncode or not result.exists():
            raise _fault(
                reference, f"the process that imported it ended with code {ended.returncode}", _tail(ended.stderr)
            )
        value = json.loads(result.read_text("utf-8"))
    if value.get("refused"):
        raise ContractRefused(value["refused"])
    if value.get("fault"):
        raise _fault(reference, value["fault"], value["detail"])
    return _application(reference, value)


def _run(reference: str, folder: Path, package: str | None, result: Path) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "tallystick.drift.probe", reference, str(folder.absolute()), str(result)]
    # what the application prints at import must not reach our report; the environment is the user's own
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        return subprocess.run(  # noqa: S603  our own interpreter and module
            [*command, *([package] if package else [])],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            env=environment,
        )
    except subprocess.TimeoutExpired as error:
        message = f"importing it took longer than {_SECONDS} seconds: an import must not start the server"
        raise _fault(reference, message, "") from error


def _fault(reference: str, message: str, detail: str) -> InputError:
    text = f"the application {reference} cannot be looked at: {message}"
    return InputError.of("app-unusable", text, traceback=detail) if detail else InputError.of("app-unusable", text)


def _tail(output: bytes) -> str:
    return output.decode("utf-8", "replace")[-4000:]


def _application(reference: str, value: Mapping[str, Any]) -> Application:
    return Application(
        reference=reference,
        routes=tuple(map(_route, value["routes"])),
        document=value["document"],
        document_fault=value["document_fault"],
        own_validation_reply=value["own_validation_reply"],
        documentation=frozenset(value["documentation"]),
        generated=value["generated"],
    )


def _route(value: Mapping[str, Any]) -> Route:
    place = Place(shown_path(value["file"]), value["line"]) if value["file"] else _NO_PLACE
    return Route(
        kind=value["kind"],
        path=value["path"],
        methods=tuple(value["methods"]),
        endpoint=value["endpoint"],
        place=place,
        operation_id=value.get("operation_id"),
        in_document=value.get("in_document", False),
    )
