"""The real server as a process, for the SDK."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx2
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from sdk_servers import PASSWORD, free_port  # beside this file

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def warehouse_url(tmp_path_factory) -> Iterator[str]:
    """The address of a real server process with sample data, on a database of its own."""
    folder = tmp_path_factory.mktemp("warehouse")
    port = free_port()
    environment = os.environ | {
        "WAREHOUSE_DATA_DIRECTORY": str(folder),
        "WAREHOUSE_SECRET_KEY": "a-key-for-the-tested-server-alone",
        "WAREHOUSE_ADMIN_PASSWORD": PASSWORD,
        "WAREHOUSE_PASSWORD_MEMORY_KIB": "8",
        "WAREHOUSE_PASSWORD_PASSES": "1",
        "WAREHOUSE_LOG_LEVEL": "warning",
        "PYTHONPATH": str(ROOT / "server"),
    }
    command = [sys.executable, "-m", "warehouse", "demo", "--port", str(port)]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, cwd=folder, stdout=log, stderr=log)
    try:
        _wait_until_ready(f"http://127.0.0.1:{port}", process, folder / "log")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        if process.poll() is not None:
            break
        with suppress(httpx2.HTTPError):
            if httpx2.get(url + "/readyz").status_code == 200:
                return
        time.sleep(0.1)
    pytest.fail(f"the server did not start: {log.read_text()[-2000:]}")
