"""requirements.lock: hashed, free of hosts, and in step with what the packages ask for."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
LOCK = (ROOT / "requirements.lock").read_text("utf-8")
PROJECTS = [path for path in ("tools", "server", "clients/python") if (ROOT / path / "pyproject.toml").is_file()]
OURS = {"tallystick", "warehouse-server", "warehouse-client"}


def locked():
    """Every locked package with the versions it is locked to."""
    versions = {}
    for name, version in re.findall(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", LOCK, re.MULTILINE):
        versions.setdefault(canonicalize_name(name), []).append(version)
    return versions


def requirements(project):
    """What a package asks for, its build backend included."""
    data = tomllib.loads((ROOT / project / "pyproject.toml").read_text("utf-8"))
    return [Requirement(text) for text in (*data["project"]["dependencies"], *data["build-system"]["requires"])]


def test_every_locked_package_has_hashes():
    """pip refuses a file that is not exactly the locked one."""
    entries = re.split(r"\n(?=\S)", LOCK.strip())
    assert len(entries) > 50
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_lock_names_no_host():
    """Where packages come from is the business of the machine that installs them."""
    assert not re.search(r"://|--(extra-)?index-url|--find-links", LOCK)


@pytest.mark.parametrize("project", PROJECTS)
def test_the_lock_satisfies_the_package(project):
    """Each requirement is locked to a version it allows; make lock brings them together again."""
    versions = locked()
    wrong = [
        str(requirement)
        for requirement in requirements(project)
        if canonicalize_name(requirement.name) not in OURS
        and not any(requirement.specifier.contains(v) for v in versions.get(canonicalize_name(requirement.name), []))
    ]
    assert wrong == []


def test_the_lock_satisfies_the_development_group():
    """What make test runs is locked too."""
    group = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["dependency-groups"]["dev"]
    versions = locked()
    assert [text for text in group if canonicalize_name(Requirement(text).name) not in versions] == []
