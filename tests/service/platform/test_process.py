"""The service as a process of its own."""

import os
import signal
import socket
import subprocess
import sys
import time

import httpx2
import pytest

pytestmark = pytest.mark.slow


def environment(tmp_path, **settings):
    values = {
        "data_directory": tmp_path / "var",
        "secret_key": "a secret for tests, long enough to be taken",
        "password_memory_kib": 8,
        "password_passes": 1,
        **settings,
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WAREHOUSE_")}
    return {**kept, **{f"WAREHOUSE_{name.upper()}": str(value) for name, value in values.items()}}


def run(tmp_path, *arguments, **settings):
    return subprocess.run(
        [sys.executable, "-m", "warehouse", *arguments],
        env=environment(tmp_path, **settings),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def start(tmp_path):
    """Starts a server on a free port, and ends it whatever happens."""
    started = []

    def starting(command="serve", **settings):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        with (tmp_path / "log").open("w") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "warehouse", command, "--port", str(port)],
                env=environment(tmp_path, **settings),
                cwd=tmp_path,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        started.append(process)
        client = httpx2.Client(base_url=f"http://127.0.0.1:{port}")
        until(lambda: is_ready(client), process, tmp_path)
        return process, client

    yield starting
    for process in started:
        process.kill()
        process.wait()


def until(condition, process, tmp_path):
    deadline = time.monotonic() + 60
    while not condition():
        assert process.poll() is None, (tmp_path / "log").read_text()
        assert time.monotonic() < deadline, (tmp_path / "log").read_text()
        time.sleep(0.05)


def is_ready(client):
    try:
        return client.get("/readyz").status_code == 200
    except httpx2.TransportError:
        return False


def test_a_stopping_server_goes_red_serves_on_and_ends(start, tmp_path):
    """Readiness first, then no new connections, then the resources close in order."""
    process, client = start(drain_seconds=1.0)
    process.send_signal(signal.SIGTERM)
    until(lambda: client.get("/readyz").status_code == 503, process, tmp_path)
    assert client.get("/readyz").json()["reason"] == "draining"
    assert client.get("/me").status_code == 401
    assert process.wait(30) in (0, -signal.SIGTERM)
    assert "Application shutdown complete" in (tmp_path / "log").read_text()


def test_a_demo_has_something_to_show(start):
    """Sample items, behind the account that the settings name; a background job runs to its end."""
    process, client = start("demo", admin_password="a password for the demo")
    form = {"grant_type": "password", "username": "admin@example.com", "password": "a password for the demo"}
    token = client.post("/auth/token", data=form).json()["access_token"]
    client.headers["Authorization"] = f"Bearer {token}"
    assert client.get("/items").json()["items"]
    assert client.get("/billing/invoices").json()["items"]
    report = client.post("/reports", json={"kind": "low_stock", "format": "csv"})
    deadline = time.monotonic() + 30
    while client.get(report.headers["location"]).json()["status"] != "succeeded":
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert process.poll() is None


def test_a_job_outlives_the_process(start, tmp_path):
    """What was asked for before a crash is done after it."""
    process, client = start("demo", admin_password="a password for the demo")
    form = {"grant_type": "password", "username": "admin@example.com", "password": "a password for the demo"}
    headers = {"Authorization": f"Bearer {client.post('/auth/token', data=form).json()['access_token']}"}
    reports = [
        client.post("/reports", json={"kind": "low_stock", "format": "csv"}, headers=headers).headers["location"]
        for _ in range(5)
    ]
    process.kill()
    process.wait()
    process, client = start("demo", admin_password="a password for the demo")
    until(
        lambda: all(client.get(each, headers=headers).json()["status"] == "succeeded" for each in reports),
        process,
        tmp_path,
    )


def test_wrong_settings_are_named(tmp_path):
    """Exit status 2 and one line for each, no traceback."""
    answer = run(tmp_path, secret_key="short", password_passes=0)
    assert answer.returncode == 2
    assert "WAREHOUSE_PASSWORD_PASSES" in answer.stderr
    assert "Traceback" not in answer.stderr
    missing = run(tmp_path, environment="production", secret_key="")
    assert missing.returncode == 2
    assert "WAREHOUSE_SECRET_KEY must be set in production" in missing.stderr


def test_migrations_can_be_applied_by_themselves(tmp_path):
    """For a release step before the new servers start."""
    for _ in range(2):
        assert run(tmp_path, "migrate").returncode == 0
    assert (tmp_path / "var" / "warehouse.db").exists()
