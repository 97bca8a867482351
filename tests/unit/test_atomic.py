"""Files are written completely or not at all."""

import stat

import pytest

from tallystick.atomic import write_atomically


def test_missing_folders_are_made(tmp_path):
    """The content arrives, and nothing else stays behind."""
    target = tmp_path / "a" / "b.txt"
    write_atomically(target, b"content")
    assert target.read_bytes() == b"content"
    assert [path.name for path in target.parent.iterdir()] == ["b.txt"]


def test_permissions_of_an_existing_file_stay(tmp_path):
    """Replacing a script keeps it executable."""
    target = tmp_path / "run"
    target.write_bytes(b"old")
    target.chmod(0o750)
    write_atomically(target, b"new")
    assert target.read_bytes() == b"new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o750


def test_a_failed_write_leaves_nothing(tmp_path):
    """When the file cannot be replaced, the temporary file is removed and the error told."""
    target = tmp_path / "folder"
    (target / "inside").mkdir(parents=True)
    with pytest.raises(OSError, match="directory"):
        write_atomically(target, b"content")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]
