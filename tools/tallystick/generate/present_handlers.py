"""Which handler classes people have written: read from their code, which is never run."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tallystick.findings import InputError, Place, shown_path
from tallystick.generate.plan import MARK

__all__ = ["AUTHENTICATOR", "Present", "present_handlers"]

AUTHENTICATOR: Final = "Authenticator"
_PROTOCOLS: Final = ("Handlers", AUTHENTICATOR)
"""How the names of the generated protocols end."""
_FOREIGN: Final = frozenset(("__pycache__", "node_modules", "site-packages"))


@dataclass(frozen=True, slots=True)
class Present:
    """A class that implements a generated protocol."""

    name: str
    file: Path
    place: Place
    methods: frozenset[str]
    """Everything that is defined under a public name, bases included."""
    operations: Mapping[str, Place]
    """The public ``async`` methods of the class itself."""


@dataclass(frozen=True, slots=True)
class _Class:
    node: ast.ClassDef
    file: Path
    protocols: tuple[str, ...]
    """The generated protocols among the bases, by their own names."""
    bases: tuple[str, ...]
    """The other bases."""

    @property
    def place(self) -> Place:
        return _place(self.file, self.node)


def present_handlers(directory: Path, package: str, schemes: Collection[str] = ()) -> dict[str, Present]:
    """The classes below a folder that implement a protocol of the package, by the protocol's name.

    Of several that implement the same one it is the most complete. An authenticator need not derive from its protocol:
    a class with the method of a security scheme is one. ``schemes`` are the names of these methods.

    Raises:
        InputError: a file cannot be read, or speaks of a protocol but is not Python.
    """
    classes: dict[str, list[_Class]] = {}
    for each in _classes(directory, package.rpartition(".")[2]):
        classes.setdefault(each.node.name, []).append(each)
    found: dict[str, Present] = {}
    for same_name in classes.values():
        for each in same_name:
            lineage = list(_lineage(each, classes))
            present = _present(each, lineage)
            protocols = [protocol for one in lineage for protocol in one.protocols]
            if any(_authenticates(one.node, schemes) for one in lineage):
                protocols.append(AUTHENTICATOR)
            for protocol in protocols:
                if _is_better(present, found.get(protocol)):
                    found[protocol] = present
    return found


def _authenticates(node: ast.ClassDef, schemes: Collection[str]) -> bool:
    methods = [each for each in node.body if isinstance(each, ast.AsyncFunctionDef) and each.name in schemes]
    return any("operation" in (argument.arg for argument in method.args.kwonlyargs) for method in methods)


def _is_better(present: Present, known: Present | None) -> bool:
    return known is None or len(present.methods) > len(known.methods)


def _present(own: _Class, lineage: Sequence[_Class]) -> Present:
    methods = frozenset(name for each in lineage for name in _defined(each.node))
    operations = {
        node.name: _place(own.file, node)
        for node in own.node.body
        if isinstance(node, ast.AsyncFunctionDef) and not node.name.startswith("_")
    }
    return Present(own.node.name, own.file, own.place, methods, operations)


def _defined(node: ast.ClassDef) -> Iterator[str]:
    for statement in node.body:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield statement.name
        elif isinstance(statement, ast.Assign):
            yield from (target.id for target in statement.targets if isinstance(target, ast.Name))


def _lineage(start: _Class, classes: Mapping[str, Sequence[_Class]]) -> Iterator[_Class]:
    """A class and its bases as far as they stand in the folder; of equal names the one in the same file."""
    waiting, seen = [start], set[int]()
    while waiting:
        current = waiting.pop()
        if id(current.node) in seen:
            continue
        seen.add(id(current.node))
        yield current
        for base in current.bases:
            known = classes.get(base, ())
            waiting += [each for each in known if each.file == current.file] or known


def _classes(directory: Path, package: str) -> Iterator[_Class]:
    for file in _files(directory):
        tree = _parsed(file)
        if tree is not None:
            imported = _imported(tree, package)
            for node in ast.walk(tree):
                if isinstance(node, ast.ClassDef):
                    bases = list(_bases(node))
                    protocols = tuple(_protocol(base, imported) for base in bases if _protocol(base, imported))
                    yield _Class(node, file, protocols, tuple(base for base in bases if base not in imported))


def _imported(tree: ast.Module, package: str) -> dict[str, str]:
    """The protocols that a file takes from the generated package, by the name that they have in it."""
    modules = (f"{package}.handlers", f"{package}.security")
    return {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and any(module in f"{node.module}" for module in modules)
        for alias in node.names
        if alias.name.endswith(_PROTOCOLS)
    }


def _protocol(base: str, imported: Mapping[str, str]) -> str:
    """The protocol that a base is: an imported one, or the attribute of a module (``handlers.ItemsHandlers``)."""
    _, dot, attribute = base.rpartition(".")
    return attribute if dot and attribute.endswith(_PROTOCOLS) else imported.get(base, "")


def _files(directory: Path) -> Iterator[Path]:
    for file in sorted(directory.rglob("*.py")) if directory.is_dir() else ():
        folders = file.relative_to(directory).parts[:-1]
        if not any(part.startswith(".") or part in _FOREIGN for part in folders):
            yield file


def _parsed(file: Path) -> ast.Module | None:
    """The code of a file that people wrote."""
    try:
        content = file.read_bytes()
        return None if MARK in content[:200] else ast.parse(content)
    except OSError as error:
        raise InputError.of("file-unreadable", f"cannot read {shown_path(file)}: {error.strerror}") from error
    except (SyntaxError, ValueError) as error:
        if not any(name.encode() in content for name in _PROTOCOLS):
            return None  # whatever it is, it holds no handlers
        line, column = getattr(error, "lineno", 0) or 0, getattr(error, "offset", 0) or 0
        reason = getattr(error, "msg", "") or str(error)
        message = f"which handlers exist cannot be read: {reason}; correct the file, then scaffold again"
        raise InputError.of("scaffold-syntax", message, Place(shown_path(file), line, column)) from error


def _bases(node: ast.ClassDef) -> Iterator[str]:
    for base in node.bases:
        yield ast.unparse(base.value if isinstance(base, ast.Subscript) else base)


def _place(file: Path, node: ast.ClassDef | ast.AsyncFunctionDef) -> Place:
    return Place(shown_path(file), node.lineno, node.col_offset + 1)
