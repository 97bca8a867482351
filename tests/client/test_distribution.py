"""The distribution as it is published."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

CLIENT = Path(__file__).parents[2] / "clients" / "python"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    shutil.copytree(CLIENT, source, ignore=shutil.ignore_patterns("__pycache__", "tests"))
    build = "from hatchling.build import build_wheel; print(build_wheel('..'))"
    name = subprocess.run([sys.executable, "-c", build], cwd=source, check=True, capture_output=True, text=True).stdout
    with zipfile.ZipFile(folder / name.split()[-1]) as archive:
        yield archive


def test_types_and_operations_are_packaged(wheel):
    """The wheel holds the marker of typed packages, and the list of operations."""
    names = wheel.namelist()
    assert "warehouse_client/py.typed" in names
    operations = json.loads(wheel.read("warehouse_client/operations.json"))
    assert len(operations) == 52
    assert {
        "id": "restockItem",
        "method": "POST",
        "path": "/items/{sku}/restocks",
        "call": "items.restock",
    } in operations


def test_only_the_package_is_packaged(wheel):
    """No test and no file of this repository gets into the wheel."""
    assert {name.split("/")[0] for name in wheel.namelist()} == {"warehouse_client", "warehouse_client-1.0.0.dist-info"}


def test_the_readme_is_its_front_page(wheel):
    """The index shows the README, and what the package needs is four libraries."""
    metadata = wheel.read("warehouse_client-1.0.0.dist-info/METADATA").decode()
    assert "# Warehouse Management API: Python client" in metadata
    needed = [line for line in metadata.splitlines() if line.startswith("Requires-Dist") and "extra ==" not in line]
    assert len(needed) == 4


def loaded(code):
    """The modules of the client, and httpx2, that a program has loaded."""
    told = "; import sys; print(*(m for m in sys.modules if m == 'httpx2' or m.startswith('warehouse_client.')))"
    result = subprocess.run([sys.executable, "-c", code + told], capture_output=True, text=True, check=True)
    return result.stdout.split()


def test_nothing_is_loaded_before_it_is_used():
    """Importing the package loads neither httpx2 nor anything of its own; a client loads no resource and no model."""
    assert loaded("import warehouse_client") == []
    modules = loaded("import warehouse_client; warehouse_client.Client(base_url='http://x.test')")
    assert "httpx2" in modules
    assert [one for one in modules if one.split(".")[1:2] in (["models"], ["resources"], ["api"])] == []
