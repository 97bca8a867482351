"""Which problems a function raises itself, read from its source."""

from __future__ import annotations

import ast
import inspect
import linecache
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from types import FunctionType
from typing import Any

from .problems import Problem

__all__ = ["RaisedProblems", "variables_around"]

_OTHER_CODE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_MAY_KEEP = (ast.With, ast.AsyncWith)
"""Statements that may let nothing out, or something else: only what they enter knows."""
_LEAVING = (ast.Return, ast.Break, ast.Continue, ast.Raise)


class RaisedProblems:
    """Reads each source file once.

    Seen is what stands in the function: ``raise problems.NotFound(...)``. What it calls may raise more, and what it
    raises within ``try`` or ``with`` may be caught there, or by a decorator; all this is left to the moment when a
    problem leaves the handler.
    """

    def __init__(self) -> None:
        self._functions: dict[str, Mapping[int, ast.AsyncFunctionDef]] = {}

    def of(self, function: Any) -> Iterator[tuple[type[Problem], str]]:
        """The problems that a method surely lets out when it comes to raise them, each with file and line."""
        file = inspect.getsourcefile(function) if isinstance(function, FunctionType) else None
        if file is None:
            return
        if file not in self._functions:
            self._functions[file] = _functions(file)
        node = self._functions[file].get(function.__code__.co_firstlineno)
        if node is None or node.name != function.__name__:
            return
        for statement in _raises(node):
            problem = _problem(statement.exc, function)
            if problem is not None:
                yield problem, f"{Path(file).name}:{statement.lineno}"


def _functions(file: str) -> dict[int, ast.AsyncFunctionDef]:
    """The asynchronous functions of a file, by the line where they or their decorators begin."""
    try:
        tree = ast.parse("".join(linecache.getlines(file)))
    except (SyntaxError, ValueError):  # it has changed since it was imported
        return {}
    nodes = (node for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef))
    return {min([node.lineno, *(each.lineno for each in node.decorator_list)]): node for node in nodes}


def _raises(node: ast.AST) -> Iterator[ast.Raise]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Raise):
            yield child
        elif isinstance(child, (ast.Try, ast.TryStar)) and (child.handlers or _leaves(child.finalbody)):
            for part in (*child.handlers, *child.orelse, *child.finalbody):
                yield from _raises(ast.Module([part], [])) if isinstance(part, ast.stmt) else _raises(part)
        elif not isinstance(child, (*_OTHER_CODE, *_MAY_KEEP)):
            yield from _raises(child)


def _leaves(statements: list[ast.stmt]) -> bool:
    """Whether ``finally`` may go another way than the error that came to it."""
    return any(isinstance(node, _LEAVING) for statement in statements for node in ast.walk(statement))


def _problem(raised: ast.expr | None, function: FunctionType) -> type[Problem] | None:
    """The problem class that an expression names or calls, by what the function finds outside of itself."""
    path: list[str] = []
    expression: Any = raised.func if isinstance(raised, ast.Call) else raised
    while isinstance(expression, ast.Attribute):
        path.append(expression.attr)
        expression = expression.value
    code = function.__code__
    if not isinstance(expression, ast.Name) or expression.id in (*code.co_varnames, *code.co_cellvars):
        return None
    outside = variables_around(function) if expression.id in code.co_freevars else function.__globals__
    value: Any = outside.get(expression.id)
    for name in reversed(path):
        value = getattr(value, name, None)
    return value if inspect.isclass(value) and issubclass(value, Problem) and value is not Problem else None


def variables_around(function: FunctionType) -> dict[str, Any]:
    """The variables of the functions around a function that it uses, but for those without a value yet."""
    found: dict[str, Any] = {}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        with suppress(ValueError):  # it is empty
            found[name] = cell.cell_contents
    return found
