"""A file as a git revision had it, with everything around it that it may refer to."""

from __future__ import annotations

import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from tallystick.findings import InputError

__all__ = ["at_revision"]

_SECONDS = 60


@contextmanager
def at_revision(path: Path, revision: str) -> Iterator[Path]:
    """The path of a copy of ``path`` as ``revision`` had it; its folder is copied with it, since references stay below.

    Raises:
        InputError: git is missing, the file is in no repository, or the revision has no such file.
    """
    if revision.startswith("-"):
        raise InputError.of("base-unreadable", f"{revision!r} is no revision: name a commit, a branch, a tag or a file")
    folder = path.resolve().parent
    top = Path(_git(folder, "rev-parse", "--show-toplevel").decode().strip())
    inside = folder.relative_to(top.resolve()).as_posix()
    commit = _git(folder, "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}").decode().strip()
    archive = _git(top, "archive", "--format=tar", commit, "--", inside)
    with TemporaryDirectory(prefix="tally-base-") as copy:
        with tarfile.open(fileobj=BytesIO(archive)) as tar:
            tar.extractall(copy, filter="data")
        found = Path(copy) / inside / path.name
        if not found.is_file():
            raise InputError.of("base-unreadable", f"{revision} has no {path}: name another revision, or a file")
        yield found


def _git(folder: Path, *arguments: str) -> bytes:
    try:
        done = subprocess.run(  # noqa: S603  a fixed program with checked arguments
            ["git", *arguments],  # noqa: S607  the git that the user has on his path
            cwd=folder,
            capture_output=True,
            check=True,
            timeout=_SECONDS,
        )
    except FileNotFoundError as error:
        raise InputError.of("base-unreadable", "git is not installed: name a file as the base") from error
    except subprocess.TimeoutExpired as error:
        raise InputError.of("base-unreadable", f"git did not answer within {_SECONDS} seconds") from error
    except subprocess.CalledProcessError as error:
        reason = " ".join(error.stderr.decode("utf-8", "replace").split())[:200]
        raise InputError.of("base-unreadable", f"git cannot give the base: {reason}") from error
    return done.stdout
