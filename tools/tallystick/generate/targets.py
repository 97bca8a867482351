"""What is to be generated where, and doing it: write, or check that nothing would change."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from tallystick.findings import Finding, shown_path
from tallystick.generate import lock
from tallystick.generate.plan import Plan, compare, sealed, write

if TYPE_CHECKING:
    from tallystick.contract import Canonical
    from tallystick.document import Bundle

__all__ = ["Result", "Target", "run_targets"]

_SOURCES: Final = ("contract", "document", "generate")
"""The parts of this package that decide what is generated."""


@dataclass(frozen=True, slots=True)
class Target:
    """One folder (or file, for models) to generate. ``package`` is how the result is imported."""

    kind: Literal["server", "client", "models"]
    path: Path
    package: str = ""
    name: str | None = None
    distribution: str | None = None

    @property
    def directory(self) -> Path:
        """The folder that the plan's paths start from."""
        return self.path.parent if self.kind == "models" else self.path

    @property
    def settings(self) -> str:
        """Everything that the configuration says about the content, as text."""
        return repr((self.kind, self.package, self.name, self.distribution, self.path.name * (self.kind == "models")))


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a target. ``changed`` counts files written or, when checking, files that differ."""

    target: Target
    described: int
    generated: int
    files: int
    changed: int
    findings: tuple[Finding, ...] = field(default_factory=tuple)
    """What generating found, and when checking, how the folder differs."""

    def as_json(self) -> dict[str, Any]:
        """The summary that other programs read."""
        return {
            "kind": self.target.kind,
            "path": shown_path(self.target.path),
            "operations": {"described": self.described, "generated": self.generated},
            "files": self.files,
            "changed": self.changed,
        }


def run_targets(
    tree: Bundle, targets: Sequence[Target], *, check: bool, canonical: Callable[[], Canonical]
) -> list[Result]:
    """Generates or checks each target. ``canonical`` is asked only when hashes do not already prove a check.

    Raises:
        InputError: a folder cannot be written, or holds files that were not generated.
    """
    return [_run(tree, target, check=check, canonical=canonical) for target in targets]


def _run(tree: Bundle, target: Target, *, check: bool, canonical: Callable[[], Canonical]) -> Result:
    inputs = _inputs(tree, target)
    if check and target.kind != "models" and lock.is_current(target.directory, inputs):
        known = lock.read(target.directory)
        assert known is not None
        return Result(target, -1, -1, len(known.outputs), 0)
    plan = _plan(tree, target, canonical())
    plan = plan if target.kind == "models" else sealed(plan, inputs)
    if not check:
        changed = write(plan, target.directory)
        return Result(target, plan.described, plan.generated, len(plan.files), changed, plan.findings)
    differences = [_explained(each, target, inputs) for each in compare(plan, target.directory)]
    findings = (*plan.findings, *differences)
    return Result(target, plan.described, plan.generated, len(plan.files), len(differences), findings)


def _explained(finding: Finding, target: Target, inputs: Mapping[str, str]) -> Finding:
    """A difference together with what moved since the folder was generated."""
    moved = lock.moved_inputs(target.directory, inputs)
    if not moved or finding.code == "generate-edited":
        return finding
    return replace(
        finding,
        message=f"{finding.message} (changed since: {', '.join(moved)})",
        details={**finding.details, "moved": moved},
    )


def _inputs(tree: Bundle, target: Target) -> dict[str, str]:
    """Hashes of what the result depends on, by name; the same on every machine."""
    root = tree.source.root.uri.rpartition("/")[0]
    texts = {each.uri.removeprefix(root): each.text.encode() for each in tree.source.documents}
    package = Path(__file__).parent.parent
    return {
        "configuration": lock.digest(target.settings.encode()),
        "contract": lock.digest_of_files(texts),
        "generator": lock.digest_of_files({name: _sources(package / name, target) for name in _SOURCES}),
    }


def _sources(folder: Path, target: Target) -> bytes:
    """The hash of a folder of this package, as far as the target is made by it."""
    others = {"server": ("client", "proof"), "client": ("server",), "models": ("client", "proof", "server")}
    return lock.package_digest(folder, others[target.kind]).encode()


def _plan(tree: Bundle, target: Target, canonical: Canonical) -> Plan:
    if target.kind == "models":
        from tallystick.generate.models import generate_models

        return generate_models(canonical, target.path.name)
    if target.kind == "client":
        from tallystick.generate.client import generate_client

        return generate_client(canonical, package=target.package, name=target.name, distribution=target.distribution)
    from tallystick.generate.server import ServerOptions, generate_server

    return generate_server(canonical, target.package, ServerOptions(*_shown_document(tree)))


def _shown_document(tree: Bundle) -> tuple[bytes, str]:
    """The hand-written file as it stands; several files as their bundle, in the notation of the first."""
    root = tree.source.root
    name = root.uri.rpartition("/")[2]
    if len(tree.source.documents) == 1:
        return root.text.encode(), name
    from tallystick.document.writing import to_json, to_yaml

    is_json = name.endswith(".json")
    return (
        to_json(tree.value) if is_json else to_yaml(tree.value)
    ).encode(), "openapi.json" if is_json else "openapi.yaml"
