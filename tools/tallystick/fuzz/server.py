"""A server for the time of a run: started on a free port, waited for, logged, and ended with all its children."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tallystick.findings import InputError
from tallystick.fuzz import processes

__all__ = ["RunningServer", "application_command", "running"]

_TAIL: Final = 20  # lines of the log that are shown


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A server that answers at ``url``; ``log`` is the file with everything it has said."""

    url: str
    log: Path
    process: subprocess.Popen[bytes]

    def is_alive(self) -> bool:
        """Whether the process still runs."""
        return self.process.poll() is None

    def tail(self, lines: int = _TAIL) -> str:
        """The end of the log."""
        return "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-lines:])


def application_command(reference: str, folder: Path) -> list[str]:
    """The command that serves the ASGI application ``module:attribute`` (or a function that makes one)."""
    options = ["--port", "{port}", "--log-level", "warning", "--no-access-log", "--app-dir", str(folder.absolute())]
    return [sys.executable, "-m", "uvicorn", reference, *options]


@contextlib.contextmanager
def running(
    command: Sequence[str],
    *,
    url: str = "http://127.0.0.1:{port}",
    seconds: float = 30.0,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Iterator[RunningServer]:
    """Runs the command until the block is left.

    ``{port}`` in the command, in ``url`` and in ``environment`` becomes a free port, ``{folder}`` a new folder that is
    removed afterwards. ``seconds`` is how long the server may take until it answers.

    Raises:
        InputError: the command cannot be started, ends at once, or does not answer in time.
    """
    with tempfile.TemporaryDirectory(prefix="tally-server-", ignore_cleanup_errors=True) as scratch:
        values = {"{port}": str(_free_port()), "{folder}": scratch}
        log = Path(scratch, "server.log")
        process = _started([_filled(word, values) for word in command], _variables(environment, values), folder, log)
        server = RunningServer(_filled(url, values).rstrip("/"), log, process)
        try:
            _wait(server, seconds)
            yield server
        finally:
            processes.end(process)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _filled(text: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        text = text.replace(name, value)
    return text


def _variables(environment: Mapping[str, str] | None, values: Mapping[str, str]) -> dict[str, str]:
    """Ours, with the folder of this interpreter first on the path, so that ``python`` and ``uvicorn`` are its own."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
    own = {name: _filled(value, values) for name, value in (environment or {}).items()}
    return {**os.environ, "PATH": path, **own}


def _started(command: list[str], variables: dict[str, str], folder: Path | None, log: Path) -> subprocess.Popen[bytes]:
    try:
        with log.open("wb") as output:
            return processes.start(command, folder=folder, environment=variables, output=output)
    except OSError as error:
        reason = error.strerror or str(error)
        message = f"the server cannot be started: {command[0]}: {reason}; correct start in [fuzz] of tally.toml"
        raise InputError.of("server-not-started", message) from error


def _wait(server: RunningServer, seconds: float) -> None:
    import httpx2

    deadline = time.monotonic() + seconds
    with httpx2.Client(timeout=2.0, trust_env=False) as client:
        while time.monotonic() < deadline:
            if not server.is_alive():
                code = server.process.returncode
                raise _fault(server, f"the server ended with exit code {code} before it answered")
            with contextlib.suppress(httpx2.HTTPError):
                if client.get(server.url + "/").status_code < 500:
                    return
            time.sleep(0.05)
    raise _fault(server, f"the server did not answer at {server.url} within {seconds:g} seconds")


def _fault(server: RunningServer, what: str) -> InputError:
    said = server.tail()
    shown = f"; the end of its log:\n{said}" if said else " and said nothing"
    return InputError.of("server-not-started", f"{what}{shown}")
