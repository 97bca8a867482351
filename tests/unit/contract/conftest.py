"""Contracts of small descriptions."""

import textwrap

import pytest

from tallystick.contract import read
from tallystick.document import bundle, load


@pytest.fixture
def contract(tmp_path):
    """Reads the contract of a YAML text, to which version and info are added."""

    def read_text(text, version="3.1.0"):
        path = tmp_path / "openapi.yaml"
        head = f"openapi: {version}\ninfo: {{title: T, version: '1'}}\n"
        path.write_text(head + textwrap.dedent(text).lstrip("\n"), "utf-8")
        return read(bundle(load(path)))

    return read_text


@pytest.fixture
def operation(contract):
    """Reads the one operation of ``POST /a`` from the YAML of its fields."""

    def read_operation(fields, rest="", version="3.1.0"):
        body = textwrap.indent(textwrap.dedent(fields).strip("\n"), " " * 6)
        return contract(f"paths:\n  /a:\n    post:\n{body}\n{textwrap.dedent(rest)}", version).operations[0]

    return read_operation


def found(contract):
    """Code and pointer of each finding."""
    return [(finding.code, finding.place.pointer) for finding in contract.findings]


@pytest.fixture(name="found")
def found_fixture():
    """The function that lists findings."""
    return found
