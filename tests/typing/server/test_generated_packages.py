"""What type checkers and linters say about generated packages themselves, and about scaffolded handlers: nothing.

The packages are those of the odd descriptions; they share one runtime here, which is checked where it is written.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tallystick.contract import canonicalise, read
from tallystick.document import bundle, load
from tallystick.generate import write
from tallystick.generate.plan import Plan
from tallystick.generate.scaffold import scaffold
from tallystick.generate.server import generate_server

ODD = Path(__file__).parents[2] / "unit/generate_server/odd"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def packages(tmp_path_factory) -> Path:
    """A folder with a package and handlers for each description."""
    folder = tmp_path_factory.mktemp("packages")
    for file in sorted(ODD.iterdir()):
        canonical = canonicalise(read(bundle(load(file))))
        files = generate_server(canonical, f"{file.stem}.contract").files
        own = {path: _shared(content, file.stem) for path, content in files.items() if not path.startswith("_runtime/")}
        write(Plan(own), folder / file.stem / "contract")
        write(
            Plan(scaffold(canonical, f"{file.stem}.contract", folder / file.stem / "own").files),
            folder / file.stem / "own",
        )
        (folder / file.stem / "__init__.py").touch()
        write(
            Plan({path: content for path, content in files.items() if path.startswith("_runtime/")}), folder / "shared"
        )
    (folder / "shared/__init__.py").touch()
    return folder


def _shared(content: bytes, package: str) -> bytes:
    """A module that uses the common runtime, and is judged as strictly as it can be."""
    strict = content.replace(b"# pyright: standard\n", b"", 1)
    return strict.replace(f"{package}.contract._runtime".encode(), b"shared._runtime")


def _run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *command], cwd=folder, capture_output=True, text=True, check=False)


def _names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir() if (each / "contract").is_dir())


def test_mypy(packages: Path) -> None:
    """mypy --strict has nothing to say."""
    result = _run(packages, "mypy", "--strict", "--cache-dir", str(packages / ".cache"), *_names(packages))
    complaints = [line for line in result.stdout.splitlines() if ": error:" in line]
    assert not complaints, "\n".join(complaints[:20])
    assert result.returncode == 0, result.stderr


def test_pyright(packages: Path) -> None:
    """basedpyright has nothing to say in its strict mode."""
    settings = {"typeCheckingMode": "strict", "include": _names(packages), "ignore": ["shared"]}
    (packages / "pyrightconfig.json").write_text(json.dumps(settings))
    result = _run(packages, "basedpyright", "--outputjson", "--pythonpath", sys.executable)
    found = json.loads(result.stdout)["generalDiagnostics"]
    assert not found, "\n".join(f"{each['file']}: {each['message']}" for each in found[:20])


@pytest.mark.parametrize("mode", ["standard", "strict", "recommended"])
def test_pyright_on_a_project(tmp_path: Path, mode: str) -> None:
    """In no mode does basedpyright complain of a package with its runtime, or of scaffolded handlers."""
    canonical = canonicalise(read(bundle(load(ODD / "security.yaml"))))
    write(generate_server(canonical, "acme.contract"), tmp_path / "acme/contract")
    write(Plan(scaffold(canonical, "acme.contract", tmp_path / "acme/own").files), tmp_path / "acme/own")
    (tmp_path / "acme/__init__.py").touch()
    (tmp_path / "pyrightconfig.json").write_text(json.dumps({"typeCheckingMode": mode, "include": ["acme"]}))
    result = _run(tmp_path, "basedpyright", "--outputjson", "--pythonpath", sys.executable)
    found = json.loads(result.stdout)["generalDiagnostics"]
    assert not found, "\n".join(f"{each['file']}: {each['message']}" for each in found[:20])


def test_ruff(packages: Path) -> None:
    """Generated code is formatted, and free of unused, undefined and repeated names."""
    options = ("--isolated", "--target-version", "py311", "--line-length", "120", "--exclude", "shared")
    assert _run(packages, "ruff", "format", "--check", *options, ".").stdout.count("Would reformat") == 0
    result = _run(packages, "ruff", "check", *options, "--select", "B,F,I,PIE,PYI,W", "--ignore", "I001,PYI051", ".")
    assert result.returncode == 0, result.stdout


def test_the_oldest_python_reads_it(packages: Path) -> None:
    """No generated module needs the grammar of a newer Python than 3.11."""
    for file in packages.rglob("*.py"):
        ast.parse(file.read_bytes(), feature_version=(3, 11))
