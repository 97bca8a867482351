"""Processes that end with us: politely, then hard, their children too, and also when we are killed."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import IO, Final, NoReturn

__all__ = ["end", "ended_by_signals", "interrupt", "start"]

_GRACE: Final = 5.0  # seconds between the polite and the hard end
_PR_SET_PDEATHSIG: Final = 1


def start(
    command: Sequence[str], *, folder: Path | None, environment: Mapping[str, str], output: int | IO[bytes]
) -> subprocess.Popen[bytes]:
    """Starts a process in a session of its own. Raises OSError."""
    return subprocess.Popen(  # noqa: S603  our own commands, and those of the user's configuration
        list(command),
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,  # so that its children can be ended with it
        preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509  one system call
    )


def _die_with_parent() -> None:
    """Asks the kernel to end the process when its parent is gone without having said so (prctl(2))."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def interrupt(process: subprocess.Popen[bytes]) -> None:
    """What the terminal does on Ctrl-C."""
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGINT)


def end(process: subprocess.Popen[bytes]) -> None:
    """Ends the process and its children; returns when it is gone."""
    _signal_group(process, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_GRACE)
    _signal_group(process, signal.SIGKILL)
    process.wait()


def _signal_group(process: subprocess.Popen[bytes], number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


@contextlib.contextmanager
def ended_by_signals() -> Iterator[None]:
    """Within the block SIGTERM unwinds the stack, so that what was started is ended."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _unwind)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _unwind(number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)
