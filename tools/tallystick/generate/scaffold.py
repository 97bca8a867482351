"""Handlers to start from: written once, never written over; afterwards the methods that are missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tallystick.contract import class_name
from tallystick.contract.names import distinct
from tallystick.findings import Finding, InputError, Level, Place, shown_path
from tallystick.generate import lock
from tallystick.generate.format import formatted
from tallystick.generate.present_handlers import AUTHENTICATOR, Present, present_handlers
from tallystick.generate.python_text import docstring, indented
from tallystick.generate.server import served_operations
from tallystick.generate.server.handlers_module import signature, title, type_imports
from tallystick.generate.server.names import Group, groups
from tallystick.generate.server.operations_module import scheme_methods
from tallystick.generate.server.security_module import credentials
from tallystick.generate.server.servable import with_schemes
from tallystick.generate.server.wiring_module import field_of

if TYPE_CHECKING:
    from tallystick.contract import Canonical, Contract, Operation

__all__ = ["Scaffold", "scaffold"]

_APP: Final = "app.py"
_OWN_MODULES: Final = frozenset(("app", "authenticator"))
_OWN_CLASSES: Final = frozenset((
    "Any", "AsyncGenerator", "Authenticator", "BodyStream", "Call", "Caller", "Contract", "False", "Gatekeeper",
    "Lines", "Literal", "None", "True", "Unimplemented",
))  # fmt: skip
"""Names that the modules of a scaffold need for something else."""
_OVERRIDE: Final = "from typing_extensions import override\n"
"""Every method says that it implements one, so that a type checker tells when the contract has it no more."""


@dataclass(frozen=True, slots=True)
class Scaffold:
    """New files by name, and what existing handlers lack: findings, and the code to paste."""

    files: Mapping[str, bytes]
    findings: tuple[Finding, ...]
    missing: str


@dataclass(frozen=True, slots=True)
class _Method:
    """A method to write, and what of the contract asks for it."""

    source: str
    reason: str
    operation: str | None = None


@dataclass(frozen=True, slots=True)
class _Part:
    """One protocol as a class to write: a module, its field in the wiring, and the methods by name."""

    protocol: str
    module: str
    field: str
    name: str
    text: str
    imports: str
    init: str
    methods: Mapping[str, _Method]

    def source(self) -> str:
        """The module."""
        methods = (self.init, *(each.source for each in self.methods.values()))
        body = indented([docstring(self.text), *(each for each in methods if each)])
        head = f"{docstring(self.text)}\n\nfrom typing import final\n{_OVERRIDE}{self.imports}"
        return f"{head}\n\n@final\nclass {self.name}({self.protocol}):\n{body}\n"

    def completing(self, present: Present, names: Sequence[str]) -> str:
        """What to paste into a class that lacks some methods, with the imports that these need."""
        body = indented([self.methods[name].source for name in names])
        where = f"# add to {present.name} in {shown_path(present.file)}"
        return f"{where}\n{_OVERRIDE}{self.imports}\n\nclass {present.name}({self.protocol}):\n{body}\n"


def scaffold(canonical: Canonical, package: str, directory: Path) -> Scaffold:
    """What to add to a folder of handlers. ``package`` is the generated package that they implement.

    Raises:
        InputError: the folder is generated, or see ``present_handlers``.
    """
    _refuse_generated(directory)
    served, _, refused = served_operations(canonical)
    contract = with_schemes(canonical.contract)
    parts = _parts(contract, groups(contract, served), package)
    present = present_handlers(directory, package, frozenset(scheme_methods(contract).values()))
    fresh = [part for part in parts if part.protocol not in present]
    files = {_file(part, directory): part for part in fresh}
    sources = {name: part.source() for name, part in files.items()}
    has_app = bool(present) or (directory / _APP).exists()
    if not has_app:
        sources[_APP] = _app(files, package)
    if not present and not (directory / "__init__.py").exists():
        sources["__init__.py"] = '"""Handlers of the contract."""\n'
    known = [part for part in parts if part.protocol in present]
    findings = [finding for part in known for finding in _told(part, present[part.protocol])]
    findings += _superfluous(present, parts)
    findings += [_unwired(part, directory / name) for name, part in files.items()] if has_app else []
    return Scaffold(
        formatted(sources, first_party=package), (*refused, *findings), _missing_text(parts, present, package)
    )


def _refuse_generated(directory: Path) -> None:
    """What people write has no place among files that the next generation replaces."""
    for folder in (directory.absolute(), *directory.absolute().parents):
        if (folder / lock.NAME).exists():
            message = f"{shown_path(folder)} is generated; name a folder of your own, beside it"
            raise InputError.of("usage", message)


def _file(part: _Part, directory: Path) -> str:
    """A file that does not exist yet: something else may stand where the handlers would."""
    name = f"{part.module}.py"
    while (directory / name).exists():
        name = f"{name.removesuffix('.py')}_.py"
    return name


def _missing(part: _Part, present: Present) -> list[str]:
    return [name for name in part.methods if name not in present.methods]


def _missing_text(parts: Sequence[_Part], present: Mapping[str, Present], package: str) -> str:
    sources = {}
    for number, part in enumerate(parts):
        names = _missing(part, present[part.protocol]) if part.protocol in present else []
        if names:
            sources[f"{number:04}.py"] = part.completing(present[part.protocol], names)
    return "\n\n".join(content.decode() for content in formatted(sources, first_party=package).values())


def _told(part: _Part, present: Present) -> Iterator[Finding]:
    """Methods that a class lacks, and operations of it that the contract does not know."""
    for name in _missing(part, present):
        method = part.methods[name]
        message = f"{name} is missing: the contract has {method.reason}; add the method"
        yield Finding("scaffold-missing", Level.WARNING, message, present.place, method.operation)
    for name, place in present.operations.items():
        if name not in part.methods:
            message = f"{name} is no operation of {part.protocol}; remove it, or rename it with a leading underscore"
            yield Finding("scaffold-superfluous", Level.WARNING, message, place)


def _superfluous(present: Mapping[str, Present], parts: Sequence[_Part]) -> Iterator[Finding]:
    known = {part.protocol for part in parts}
    for protocol, each in present.items():
        if protocol not in known:
            message = f"{each.name} implements {protocol}, which the contract does not have; remove it"
            yield Finding("scaffold-superfluous", Level.WARNING, message, each.place)


def _unwired(part: _Part, file: Path) -> Finding:
    message = f"{part.name} is new: wire it where `Contract` is made, {part.field}={_wired(part)}"
    return Finding("scaffold-unwired", Level.WARNING, message, Place(shown_path(file)))


def _parts(contract: Contract, listed: Sequence[Group], package: str) -> list[_Part]:
    classes = {group.name: class_name(group.name) for group in listed}
    candidates = {
        name: (wanted if wanted not in _OWN_CLASSES else f"{wanted}Operations", f"{wanted}Operations")
        for name, wanted in classes.items()
    }
    names = distinct(candidates)
    parts = [_handlers(contract, group, package, names[group.name]) for group in listed]
    return [*parts, _authenticator(contract, package)] if contract.security_schemes else parts


def _handlers(contract: Contract, group: Group, package: str, name: str) -> _Part:
    return _Part(
        protocol=group.protocol,
        module=f"{group.name}_handlers" if group.name in _OWN_MODULES else group.name,
        field=field_of(group),
        name=name,
        text=group.description or f"Handlers of {group.name}.",
        imports=type_imports(package, group.name)
        + f"from {package}.handlers.{group.name} import {group.protocol}\n"
        + f"from {package}.wiring import BodyStream, Caller, Lines, Unimplemented\n",
        init="def __init__(self, scope: object) -> None:\n    self._scope = scope\n",
        methods={each.python_name: _method(contract, each) for each in group.operations},
    )


def _method(contract: Contract, operation: Operation) -> _Method:
    body = indented([docstring(title(operation)), f"raise Unimplemented({operation.id!r})"])
    source = f"@override\n{signature(contract, operation)}\n{body}\n"
    return _Method(source, f"{operation.method} {operation.path}", operation.id)


def _authenticator(contract: Contract, package: str) -> _Part:
    names = scheme_methods(contract)
    methods = {}
    for key, scheme in contract.security_schemes.items():
        head = f"async def {names[key]}(self, {credentials(scheme)}, *, operation: Operation) -> Caller | None:"
        body = indented([docstring(scheme.description or f"The scheme `{key}`."), f"raise Unimplemented({key!r})"])
        methods[names[key]] = _Method(f"@override\n{head}\n{body}\n", f"the security scheme {key}")
    return _Part(
        protocol=AUTHENTICATOR,
        module="authenticator",
        field="auth",
        name="Gatekeeper",
        text="Says who calls.",
        imports=f"from {package}.security import Authenticator, Caller, RequestHead\n"
        f"from {package}.wiring import Operation, Unimplemented\n",
        init="",
        methods=methods,
    )


def _wired(part: _Part) -> str:
    """How the class of a part is handed to the contract: the authenticator is one object, handlers are made."""
    return f"{part.name}()" if part.field == "auth" else part.name


def _app(files: Mapping[str, _Part], package: str) -> str:
    modules = "".join(f"from .{name.removesuffix('.py')} import {part.name}\n" for name, part in files.items())
    fields = [f"{part.field}={_wired(part)}," for part in files.values()]
    call = indented(["scope=unit_of_work,", *fields], 2)
    return (
        f"{docstring('The application: `uvicorn <package>.app:app`.')}\n"
        "from collections.abc import AsyncGenerator\n"
        "from contextlib import asynccontextmanager\n"
        f"from {package}.router import create_app\n"
        f"from {package}.wiring import Call, Contract\n"
        f"{modules}\n\n"
        "@asynccontextmanager\n"
        "async def unit_of_work(call: Call) -> AsyncGenerator[Call, None]:\n"
        '    """Open what a request needs here: a database session, a clock. Leaving normally commits."""\n'
        "    yield call\n\n\n"
        f"app = create_app(\n    Contract(\n{call}\n    )\n)\n"
    )
