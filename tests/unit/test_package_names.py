"""A generated package can be imported, and hides nothing that others import."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

import tallystick
from tallystick.package_names import NEEDED, fault_of

ROOT = Path(__file__).resolve().parents[2]
GENERATED = (
    Path(tallystick.__file__).parent / "generate/runtime",
    ROOT / "clients/python",
    ROOT / "server/warehouse/contract",
)
OWN = {"tallystick", "warehouse", "warehouse_client", "wire_proof"}


@pytest.mark.parametrize("name", ["acme", "acme.contract", "acme.json", "_own", "test.contract", "match"])
def test_names_that_will_do(name: str) -> None:
    """Dotted identifiers; within a package of one's own also names of other modules."""
    assert fault_of(name) is None


@pytest.mark.parametrize("name", ["", "class", "a.import.b", "my-package", ".a", "a.", "a..b", "1a", "ünï"])
def test_names_that_cannot_be_imported(name: str) -> None:
    """Anything else, keywords among it, is told with an example."""
    assert fault_of(name) == "must be the dotted name of a package, such as warehouse.contract"


@pytest.mark.parametrize("name", ["json", "platform.contract", "fastapi", "pydantic.contract"])
def test_names_that_hide_a_module(name: str) -> None:
    """A package at the top is not called as a module that generated code or its libraries import."""
    module = name.partition(".")[0]
    assert fault_of(name) == (
        f"must not hide the module {module} that generated code imports; put a name of yours before it"
    )


def test_what_generated_code_imports() -> None:
    """The list of libraries is that of the runtimes, and of a generated client and server."""
    trees = [ast.parse(file.read_text("utf-8")) for folder in GENERATED for file in folder.rglob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    named = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    named |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom) and not node.level}
    assert {name.partition(".")[0] for name in named} - sys.stdlib_module_names - OWN <= NEEDED
