"""Every distribution declares what its modules import."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DISTRIBUTIONS = {"tools": "tallystick", "server": "warehouse", "clients/python": "warehouse_client"}


def imported(folder: Path) -> dict[str, Path]:
    """Top-level names that the modules below a folder import absolutely, each with one module that does."""
    found: dict[str, Path] = {}
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    found.setdefault(alias.name.partition(".")[0], path)
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                found.setdefault(node.module.partition(".")[0], path)
    return found


def normal(name: str) -> str:
    """The normalised name of a distribution, without version, extras and markers."""
    return re.sub(r"[-_.]+", "-", re.match(r"[A-Za-z0-9._-]+", name)[0]).lower()


def declared(project: Path) -> set[str]:
    """What a project asks for, and what those ask for in turn: one level, as wheels of one author family re-export."""
    table = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [item for group in table.get("optional-dependencies", {}).values() for item in group]
    direct = {normal(item) for item in (*table["dependencies"], *extras)}
    reexported = {normal(item) for name in direct & REEXPORTING for item in requires(name) or ()}
    return direct | reexported


REEXPORTING = {"fastapi", "pydantic", "typer", "openapi-python-client", "httpx2", "schemathesis"}
"""Distributions whose own dependencies belong to their interface: Starlette of FastAPI, attrs of the client engine."""


@pytest.mark.parametrize("project", DISTRIBUTIONS)
def test_a_distribution_declares_what_it_imports(project: str) -> None:
    """A module never imports a package that installing its distribution alone would not bring."""
    by_import = packages_distributions()
    own = DISTRIBUTIONS[project]
    missing = {
        name: str(path.relative_to(ROOT))
        for name, path in imported(ROOT / project / own).items()
        if name != own
        and name not in sys.stdlib_module_names
        and not {normal(item) for item in by_import.get(name, [name])} & declared(ROOT / project)
    }
    assert missing == {}
