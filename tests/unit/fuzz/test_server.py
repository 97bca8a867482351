"""Servers for the time of a run: started, waited for, ended."""

import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tallystick.findings import InputError
from tallystick.fuzz.server import running

SERVE = "import http.server, os, sys; print('ready', flush=True); "
SERVE += "http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), http.server.SimpleHTTPRequestHandler).serve_forever()"


def is_alive(pid):
    """Whether a process exists and is no zombie."""
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):  # gone, also while it is looked at
        return False


def ends(pid):
    """Whether a process ends soon: a signal takes its time to arrive."""
    deadline = time.monotonic() + 20
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not is_alive(pid)


def test_a_server_runs_until_the_block_is_left(tmp_path):
    """It answers at its address; afterwards it is gone."""
    with running([sys.executable, "-c", SERVE, "{port}"], folder=tmp_path) as server:
        with urllib.request.urlopen(server.url, timeout=5) as reply:
            assert reply.status == 200
        assert server.is_alive()
        assert "ready" in server.tail()
    assert not server.is_alive()


def test_placeholders_are_filled_in_everywhere(tmp_path):
    """The port, and a folder that is removed."""
    show = f"import os; open('seen', 'w').write(os.environ['PLACE']); {SERVE}"
    with running([sys.executable, "-c", show, "{port}"], folder=tmp_path, environment={"PLACE": "{folder}"}):
        place = (tmp_path / "seen").read_text()
        assert Path(place).is_dir()
    assert not Path(place).exists()


@pytest.mark.parametrize(
    ("code", "seconds", "said"),
    [
        ("print('no database'); raise SystemExit(4)", 60.0, "ended with exit code 4 before it answered"),
        ("import time; print('waiting', flush=True); time.sleep(60)", 4.0, "did not answer at http://127.0.0.1:"),
    ],
)
def test_a_server_that_does_not_come_up_shows_the_end_of_its_log(tmp_path, code, seconds, said):
    """One clear error."""
    with pytest.raises(InputError) as error, running([sys.executable, "-c", code], seconds=seconds, folder=tmp_path):
        pass
    assert said in str(error.value)
    assert ("no database" in str(error.value)) or ("waiting" in str(error.value))


def test_a_command_that_does_not_exist_is_a_clear_error(tmp_path):
    """With the key of the configuration."""
    with pytest.raises(InputError, match=r"absent-command: .*correct start in"), running(["absent-command"]):
        pass


def test_children_of_the_server_end_with_it(tmp_path):
    """A server may have workers."""
    parent = f"import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']); open('pid', 'w').write(str(p.pid)); {SERVE}"  # noqa: E501
    with running([sys.executable, "-c", parent, "{port}"], folder=tmp_path):
        pid = int((tmp_path / "pid").read_text())
        assert is_alive(pid)
    assert ends(pid)


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is Linux's own")
def test_the_server_ends_when_we_are_killed(tmp_path):
    """Also without a chance to tidy up."""
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom tallystick.fuzz.server import running\n"
        f"with running([sys.executable, '-c', {SERVE!r}, '{{port}}'], folder=Path('.')) as server:\n"
        "    print(server.process.pid, flush=True)\n    time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path, stdout=subprocess.PIPE, text=True) as parent:
        pid = int(parent.stdout.readline())
        os.kill(parent.pid, 9)
    assert ends(pid)
