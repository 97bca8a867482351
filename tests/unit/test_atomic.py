"""Files are written completely or not at all."""

import os
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


def test_a_link_stays_a_link(tmp_path):
    """Its target is replaced."""
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_bytes(b"old")
    link.symlink_to(target)
    write_atomically(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


def test_a_pipe_is_written_to(tmp_path):
    """A pipe or a device such as /dev/null is never replaced by a file."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_atomically(pipe, b"content")
    assert os.read(reader, 100) == b"content"
    os.close(reader)
    assert pipe.is_fifo()
