"""Handlers to start from: written once, never written over; afterwards the methods that are missing."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tallystick.contract import pascal_case
from tallystick.findings import Finding, Level, Place, shown_path
from tallystick.generate.format import formatted
from tallystick.generate.python_text import docstring, indented
from tallystick.generate.server.handlers_module import imports, signature, unshadowed
from tallystick.generate.server.names import Group, groups
from tallystick.generate.server.operations_module import scheme_methods
from tallystick.generate.server.security_module import credentials
from tallystick.generate.server.servable import servable
from tallystick.generate.server.wiring_module import field_of

if TYPE_CHECKING:
    from tallystick.contract import Canonical, Contract, Operation

__all__ = ["Scaffold", "scaffold"]

_OWN_MODULES: Final = frozenset(("app", "authenticator"))


@dataclass(frozen=True, slots=True)
class Scaffold:
    """New files by name, and what existing handlers lack: findings, and the methods as text to paste."""

    files: Mapping[str, bytes]
    findings: tuple[Finding, ...]
    missing: str


@dataclass(frozen=True, slots=True)
class _Known:
    """A handler class that exists."""

    place: Place
    methods: frozenset[str]


def scaffold(canonical: Canonical, package: str, directory: Path) -> Scaffold:
    """What to add to a folder of handlers. ``package`` is the generated package that they implement."""
    contract = canonical.contract
    served, _ = servable(canonical)
    listed = groups(contract, served)
    known = _existing(directory)
    fresh = [group for group in listed if group.protocol not in known]
    sources = {f"{_module(group)}.py": _handlers(contract, group, package) for group in fresh}
    sources |= {"__init__.py": '"""Handlers of the contract."""\n', "app.py": _app(contract, listed, package)}
    if contract.security_schemes:
        sources["authenticator.py"] = _authenticator(contract, package)
    new = {name: text for name, text in sources.items() if not (directory / name).exists()}
    findings, stubs = [], []
    for group in listed:
        if group.protocol in known:
            for operation in _missing(group, known[group.protocol]):
                findings.append(_finding(operation, known[group.protocol].place))
                stubs.append(f"# {group.protocol}\n{_method(contract, operation, group)}")
    text = formatted({"missing.pyi": "\n\n".join(stubs)})["missing.pyi"].decode() if stubs else ""
    return Scaffold(formatted(new, first_party=package), tuple(findings), text)


def _module(group: Group) -> str:
    return f"{group.name}_handlers" if group.name in _OWN_MODULES else group.name


def _missing(group: Group, known: _Known) -> Iterator[Operation]:
    return (operation for operation in group.operations if operation.python_name not in known.methods)


def _finding(operation: Operation, place: Place) -> Finding:
    message = (
        f"{operation.python_name} is missing: the contract has {operation.method} {operation.path}; add the method"
    )
    return Finding("scaffold-missing", Level.WARNING, message, place, operation.id)


def _existing(directory: Path) -> dict[str, _Known]:
    """The classes below a folder that implement a protocol, by the protocol's name."""
    classes = dict(_classes(directory))
    found: dict[str, _Known] = {}
    for name, (path, node) in classes.items():
        for base in _bases(node):
            if base.endswith("Handlers") and base not in classes:
                methods = frozenset(_methods(name, classes, frozenset()))
                shown = shown_path(path)
                found[base] = _Known(Place(shown, node.lineno, node.col_offset + 1), methods)
    return found


def _classes(directory: Path) -> Iterator[tuple[str, tuple[Path, ast.ClassDef]]]:
    for path in sorted(directory.rglob("*.py")) if directory.is_dir() else ():
        try:
            tree = ast.parse(path.read_bytes())
        except (SyntaxError, ValueError, OSError):
            continue  # whoever runs the code will be told; nothing is written over either way
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                yield node.name, (path, node)


def _bases(node: ast.ClassDef) -> Iterator[str]:
    for base in node.bases:
        if isinstance(base, ast.Name):
            yield base.id
        elif isinstance(base, ast.Attribute):
            yield base.attr


def _methods(name: str, classes: Mapping[str, tuple[Path, ast.ClassDef]], seen: frozenset[str]) -> Iterator[str]:
    if name in seen or name not in classes:
        return
    node = classes[name][1]
    yield from (each.name for each in node.body if isinstance(each, ast.AsyncFunctionDef))
    for base in _bases(node):
        yield from _methods(base, classes, seen | {name})


def _method(contract: Contract, operation: Operation, group: Group) -> str:
    body = indented([docstring(operation.summary or operation.id), f"raise Unimplemented({operation.id!r})"])
    return f"{unshadowed(signature(contract, operation), group)}\n{body}\n"


def _handlers(contract: Contract, group: Group, package: str) -> str:
    methods = [_method(contract, operation, group) for operation in group.operations]
    init = "def __init__(self, scope: object) -> None:\n    self.scope = scope\n"
    text = docstring(group.description or f"The operations of {group.name}.")
    return "\n\n".join(
        (
            docstring(f"Handlers of {group.name}."),
            imports(package, group.name)
            + f"from {package}.handlers.{group.name} import {group.protocol}\n"
            + f"from {package}.wiring import Unimplemented\n",
            f"@final\nclass {_class(group)}({group.protocol}):\n{indented([text, init, *methods])}",
        )
    )


def _class(group: Group) -> str:
    return pascal_case(group.name) or "Default"


def _authenticator(contract: Contract, package: str) -> str:
    names = scheme_methods(contract)
    methods = []
    for key, scheme in contract.security_schemes.items():
        head = f"async def {names[key]}(self, {credentials(scheme)}, *, operation: Operation) -> Caller | None:"
        methods.append(f"{head}\n{indented([f'raise Unimplemented({key!r})'])}\n")
    return "\n\n".join(
        (
            docstring("Who may call."),
            (
                "from typing import final\n"
                f"from {package}._runtime.descriptors import Operation\n"
                f"from {package}.security import Authenticator, Caller\n"
                f"from {package}.wiring import Unimplemented\n"
            ),
            f"@final\nclass Gatekeeper(Authenticator):\n{indented([docstring('Knows the callers.'), *methods])}",
        )
    )


def _app(contract: Contract, listed: Iterable[Group], package: str) -> str:
    handlers = list(listed)
    modules = "".join(f"from .{_module(group)} import {_class(group)} as {_alias(group)}\n" for group in handlers)
    fields = [f"{field_of(group)}={_alias(group)}," for group in handlers]
    auth = "from .authenticator import Gatekeeper\n" if contract.security_schemes else ""
    gate = ["auth=Gatekeeper(),"] if contract.security_schemes else []
    call = indented(["scope=unit_of_work,", *gate, *fields], 3)
    return (
        f"{docstring('The application: `uvicorn <package>.app:app`.')}\n"
        "from collections.abc import AsyncIterator\n"
        "from contextlib import asynccontextmanager\n"
        "from fastapi import FastAPI\n"
        f"from {package}.router import create_app\n"
        f"from {package}.wiring import Call, Contract\n"
        f"{auth}{modules}\n\n"
        "@asynccontextmanager\n"
        "async def unit_of_work(call: Call) -> AsyncIterator[Call]:\n"
        '    """Open what a request needs here: a database session, a clock. Leaving normally commits."""\n'
        "    yield call\n\n\n"
        "def build() -> FastAPI:\n"
        '    """The application with every handler wired."""\n'
        f"    return create_app(\n        Contract(\n{call}\n        )\n    )\n\n\n"
        "app = build()\n"
    )


def _alias(group: Group) -> str:
    return f"{_class(group)}Operations"
