"""What the handlers of a generated server layer do, read from their classes and their source. Runs in the probe.

The generated layer declares a protocol for each tag. A class that derives from one is a set of handlers: it has every
operation, no others, returns the declared replies and raises the declared problems. Type checkers see most of this;
here it is seen without one.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import pkgutil
import textwrap
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

__all__ = ["described_layer", "generated_package"]


def generated_package(app: Any) -> str | None:
    """The package of the generated layer that serves the application's routes, None for a hand-written one."""
    from fastapi.routing import iter_route_contexts

    for context in iter_route_contexts(app.routes):
        module, name = type(context.original_route).__module__, type(context.original_route).__name__
        if name == "ContractRoute" and module.endswith("._runtime.routing"):
            return module.removesuffix("._runtime.routing")
    return None


def described_layer(package: str) -> dict[str, Any]:
    """The layer as plain data: its contract, its operations, and what is wrong with each class of handlers."""
    root = importlib.import_module(package)
    operations = importlib.import_module(f"{package}.operations").OPERATIONS
    folder = Path(str(root.__file__)).parent
    return {
        "package": package,
        "folder": str(folder),
        "document": json.loads((folder / "document.json").read_bytes()),
        "operations": [
            {"id": each.id, "method": each.method, "path": each.path, "handler": each.handler}
            for each in operations.values()
        ],
        "protocols": [_described_protocol(each, package) for each in _protocols(package)],
    }


def _protocols(package: str) -> Iterator[type]:
    handlers = importlib.import_module(f"{package}.handlers")
    for info in pkgutil.iter_modules(handlers.__path__, f"{handlers.__name__}."):
        module = importlib.import_module(info.name)
        for value in vars(module).values():
            if inspect.isclass(value) and getattr(value, "_is_protocol", False) and value.__module__ == info.name:
                yield value


def _described_protocol(protocol: type, package: str) -> dict[str, Any]:
    names = sorted(getattr(protocol, "__abstractmethods__", ()))
    return {
        "name": protocol.__name__,
        "operations": names,
        "classes": [_described_class(each, protocol, names, package) for each in _leaves(protocol)],
    }


def _leaves(protocol: Any) -> Iterator[type]:
    for child in protocol.__subclasses__():
        if getattr(child, "_is_protocol", False) or child.__subclasses__():
            yield from _leaves(child)
        else:
            yield child


def _described_class(handlers: Any, protocol: type, names: list[str], package: str) -> dict[str, Any]:
    abstract: frozenset[str] = getattr(handlers, "__abstractmethods__", frozenset())
    public = [name for name, _ in inspect.getmembers(handlers, inspect.iscoroutinefunction) if not name.startswith("_")]
    return {
        "name": f"{handlers.__module__}.{handlers.__qualname__}",
        **_place(handlers),
        "missing": [name for name in names if name in abstract],
        "unknown": [{"name": name, **_place(getattr(handlers, name))} for name in public if name not in names],
        "faults": [
            fault for name in names if name not in abstract for fault in _faults(handlers, protocol, name, package)
        ],
    }


def _place(value: Any) -> dict[str, Any]:
    value = inspect.unwrap(value) if callable(value) else value
    try:
        return {"file": inspect.getsourcefile(value) or "", "line": inspect.getsourcelines(value)[1]}
    except (OSError, TypeError):
        return {"file": "", "line": 0}


def _faults(handlers: type, protocol: type, name: str, package: str) -> Iterator[dict[str, Any]]:
    """Replies and problems of the wrong operation in the source of one handler."""
    function = inspect.unwrap(getattr(handlers, name))
    replies = _classes(_hint(getattr(protocol, name), "return"))
    for given in _classes(_hint(function, "return")) - replies if replies else ():
        if _comes_from(given, f"{package}.replies"):
            yield {
                "handler": name,
                "what": f"is annotated to return {given.__name__}",
                "kind": "reply",
                **_place(function),
            }
    problems = _problems(package, name)
    for node, made in _constructed(function):
        if isinstance(node, ast.Raise) and _comes_from(made, f"{package}.problems") and made not in problems:
            yield _fault(name, function, node, f"raises {made.__name__}", "problem")
        elif (
            isinstance(node, ast.Return) and _comes_from(made, f"{package}.replies") and replies and made not in replies
        ):
            yield _fault(name, function, node, f"returns {made.__name__}", "reply")


def _fault(name: str, function: Any, node: ast.stmt, what: str, kind: str) -> dict[str, Any]:
    place = _place(function)
    return {"handler": name, "what": what, "kind": kind, "file": place["file"], "line": place["line"] + node.lineno - 1}


def _hint(function: Any, name: str) -> Any:
    try:
        return typing.get_type_hints(function).get(name)
    except Exception:  # noqa: BLE001  annotations of foreign code may name what exists for type checkers only
        return None


def _classes(hint: Any) -> set[type]:
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return {each for argument in typing.get_args(hint) for each in _classes(argument)}
    hint = typing.get_origin(hint) or hint
    return {hint} if inspect.isclass(hint) else set()


def _comes_from(value: type, module: str) -> bool:
    return value.__module__ == module or value.__module__.startswith(f"{module}.")


def _problems(package: str, handler: str) -> set[type]:
    """The problem classes that the operation of a handler declares."""
    operations = importlib.import_module(f"{package}.operations").OPERATIONS
    known = vars(importlib.import_module(f"{package}.problems"))
    declared = {(each.type, each.name) for op in operations.values() if op.handler == handler for each in op.problems}
    return {
        value
        for value in known.values()
        if inspect.isclass(value) and (getattr(value, "type", ""), value.__name__) in declared
    }


def _constructed(function: Any) -> Iterator[tuple[ast.stmt, type]]:
    """The classes that a function returns or raises new objects of, as far as its source says so plainly."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        return
    for node in ast.walk(tree):
        value = node.value if isinstance(node, ast.Return) else node.exc if isinstance(node, ast.Raise) else None
        if isinstance(node, ast.Return | ast.Raise) and isinstance(value, ast.Call):
            made = _resolved(value.func, function)
            if inspect.isclass(made):
                yield node, made


def _resolved(node: ast.expr, function: Any) -> Any:
    if isinstance(node, ast.Name):
        return getattr(function, "__globals__", {}).get(node.id)
    if isinstance(node, ast.Attribute):
        return getattr(_resolved(node.value, function), node.attr, None)
    return None
