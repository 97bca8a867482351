"""Who may import whom inside tallystick: the hourglass of ARCHITECTURE.md, read from the syntax trees."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import tallystick

ROOT = Path(tallystick.__file__).parent
GATES = {"lint", "diff", "drift", "fuzz"}
MAKERS = {"generate", "docs", "mock"}
BOTTOM = {"findings", "atomic", "package_names", "<root>"}

# What each part may import of the others. A part that is not listed here must be given its place first.
ALLOWED = {
    "<root>": set(),
    "__main__": {"cli"},
    "atomic": set(),
    "findings": set(),
    "package_names": set(),
    "config": BOTTOM | {"config_errors"},
    "config_errors": BOTTOM,
    "document": BOTTOM,
    "ignore": BOTTOM | {"document"},
    "contract": BOTTOM | {"document"},
    **{gate: BOTTOM | {"config", "contract", "document"} for gate in GATES},
    **{maker: BOTTOM | {"config", "contract", "document"} for maker in MAKERS},
    "report": BOTTOM,
    "cli": BOTTOM | GATES | MAKERS | {"config", "contract", "document", "ignore", "report", "mutate"},
    # seeds drifts and asks every gate, as a user would
    "mutate": BOTTOM | GATES | MAKERS | {"config", "contract", "document"},
}
HEAVY = {"schemathesis", "datamodel_code_generator", "openapi_python_client", "fastapi"}
# parts that every command needs: nothing they import may need a heavy library
LIGHT = ("cli", "document", "contract", "lint", "report")
# copied into generated packages, where these libraries are what the code is for
RUNTIME = ROOT / "generate" / "runtime"


class Import(NamedTuple):
    """One imported name: the module that asks for it, the line, whether it runs on import, whether it is relative."""

    path: Path
    line: int
    name: str
    at_import: bool
    relative: bool = False

    def __str__(self) -> str:
        return f"{self.path.relative_to(ROOT.parent)}:{self.line} imports {self.name}"


def imports_of(path: Path) -> Iterator[Import]:
    """All imports of a module, those inside functions and ``if TYPE_CHECKING`` marked as not running on import."""
    yield from _imports(ast.parse(path.read_text("utf-8")), path, at_import=True)


def _imports(node: ast.AST, path: Path, *, at_import: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (Import(path, child.lineno, alias.name, at_import) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            module = _absolute(child, path)
            relative = child.level > 0
            names = (f"{module}.{alias.name}" for alias in child.names)
            yield from (Import(path, child.lineno, name, at_import, relative) for name in names)
        else:
            yield from _imports(child, path, at_import=at_import and not _is_deferred(child))


def _absolute(node: ast.ImportFrom, path: Path) -> str:
    if not node.level:
        return node.module or ""
    package = ["tallystick", *path.relative_to(ROOT).parent.parts]
    parts = package[: len(package) - node.level + 1]
    return ".".join([*parts, *([node.module] if node.module else [])])


def _is_deferred(node: ast.AST) -> bool:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        return True
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def part_of(path: Path) -> str:
    """The top-level part that a file belongs to."""
    first = path.relative_to(ROOT).parts[0].removesuffix(".py")
    return "<root>" if first == "__init__" else first


def imported_part(name: str) -> str | None:
    """The part of tallystick that an import names, None for other packages."""
    package, _, rest = name.partition(".")
    if package != "tallystick":
        return None
    first = rest.partition(".")[0]
    is_part = (ROOT / first).is_dir() or (ROOT / f"{first}.py").is_file()
    return first if first and is_part else "<root>"


def every_import() -> list[Import]:
    """The imports of all modules except those that are copied into generated packages."""
    files = (path for path in sorted(ROOT.rglob("*.py")) if RUNTIME not in path.parents)
    return [found for path in files for found in imports_of(path)]


def test_every_part_has_its_place():
    """A new part of the package is given its place in the hourglass before anything else."""
    parts = {part_of(path) for path in ROOT.rglob("*.py")}
    assert parts <= set(ALLOWED), f"no place yet for {sorted(parts - set(ALLOWED))}"


def test_imports_follow_the_hourglass():
    """cli over gates and makers over contract over document over findings; gates do not know each other."""
    wrong = []
    for found in every_import():
        source, target = part_of(found.path), imported_part(found.name)
        if target is not None and target != source and target not in ALLOWED.get(source, set()):
            wrong.append(str(found))
    assert not wrong, "\n".join(wrong)


def modules_of(name: str) -> Iterator[Path]:
    """The files that importing a dotted name of tallystick runs: its module and the packages above it."""
    folder = ROOT.parent
    for part in name.split("."):
        if (folder / f"{part}.py").is_file():
            yield folder / f"{part}.py"
            return
        folder /= part
        if not (folder / "__init__.py").is_file():
            return
        yield folder / "__init__.py"


def test_heavy_libraries_are_imported_where_they_are_used():
    """Whatever the command line and the waist import on import, no engine, fuzzer or web framework is among it."""
    waiting = [path for part in LIGHT for path in ROOT.glob(f"{part}/**/*.py")]
    seen: set[Path] = set()
    wrong = []
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        for found in imports_of(path):
            if found.at_import and found.name.partition(".")[0] in HEAVY:
                wrong.append(str(found))
            if found.at_import and found.name.startswith("tallystick"):
                waiting += modules_of(found.name)
    assert len(seen) > 20
    assert not wrong, "\n".join(wrong)


def test_runtime_code_stands_alone():
    """What is copied into generated packages imports nothing of tallystick but its own neighbours, relatively."""
    found = [item for path in sorted(RUNTIME.rglob("*.py")) for item in imports_of(path)]
    ours = [item for item in found if item.name.partition(".")[0] == "tallystick"]
    wrong = [str(item) for item in ours if not (item.relative and _is_neighbour(item))]
    assert not wrong, "\n".join(wrong)


def _is_neighbour(item: Import) -> bool:
    kind = item.path.relative_to(RUNTIME).parts[0]
    return item.name.startswith(f"tallystick.generate.runtime.{kind}.")


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import tallystick.cli.app", [("tallystick.cli.app", True)]),
        ("from tallystick import cli", [("tallystick.cli", True)]),
        ("from .. import cli", [("tallystick.cli", True)]),
        ("from .reader import read", [("tallystick.document.reader.read", True)]),
        ("def f():\n    import fastapi", [("fastapi", False)]),
        ("if TYPE_CHECKING:\n    import fastapi", [("fastapi", False)]),
        ("class A:\n    import fastapi", [("fastapi", True)]),
        ("try:\n    import fastapi\nexcept ImportError:\n    raise", [("fastapi", True)]),
    ],
)
def test_imports_are_found_in_every_spelling(code, expected):
    """Absolute, relative, inside functions, classes and conditions."""
    path = ROOT / "document" / "sample.py"
    found = list(_imports(ast.parse(code), path, at_import=True))
    assert [(item.name, item.at_import) for item in found] == expected
