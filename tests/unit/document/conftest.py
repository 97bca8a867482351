"""Descriptions of several files, written for one test."""

import textwrap

import pytest

from tallystick.document import bundle, load


@pytest.fixture
def files(tmp_path):
    """Writes files below a fresh folder; returns the folder."""

    def write(**texts):
        for name, text in texts.items():
            path = tmp_path / name.replace("__", "/").replace("_yaml", ".yaml").replace("_json", ".json")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text).lstrip("\n"), "utf-8")
        return tmp_path

    return write


@pytest.fixture
def bundled(files):
    """Writes files and bundles ``root.yaml``, to which the version is added."""

    def bundle_files(root, version="3.1.0", **others):
        text = f"openapi: {version}\ninfo: {{title: T, version: '1'}}\n" + textwrap.dedent(root).lstrip("\n")
        folder = files(root_yaml=text, **others)
        return bundle(load(folder / "root.yaml"))

    return bundle_files
