"""CPU time per request of servers that do the same work.

    python benchmarks/server/run.py [--only tally,starlette] [--rounds 3] [--seconds 1.5] [--python PATH]

Each server runs alone on the first core, the load (32 keep-alive connections) on the second; servers take turns and the
order is reversed every round. What counts is the CPU time of the server's processes (/proc) per request, which a busy
neighbour hardly moves. Before it is measured, every server must give the reference answers and refuse the bad body.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PEERS = HERE / "peers"
WARM_UP = 1.0
"""Seconds of load before each measurement: the first requests of a process are dearer."""
TICKS = os.sysconf("SC_CLK_TCK")
UVICORN = (
    "-m uvicorn {module}:app --host 127.0.0.1 --port {port} --loop uvloop --http httptools --no-access-log "
    "--log-level error"
)
GUNICORN = "-m gunicorn {module}:app -b 127.0.0.1:{port} -w 1 --log-level error"
SERVERS = {
    "starlette": ("starlette_app", UVICORN, {}),
    "tally": ("tally_app", UVICORN, {}),
    "tally, replies checked": ("tally_app", UVICORN, {"CHECK_REPLIES": "1"}),
    "litestar": ("litestar_app", UVICORN, {}),
    "blacksheep": ("blacksheep_app", UVICORN, {}),
    "fastapi": ("fastapi_app", UVICORN, {}),
    "connexion": ("connexion_app", UVICORN, {}),
    "flask": ("flask_app", f"{GUNICORN} -k gthread --threads 4", {}),
    "drf": ("drf_app", GUNICORN, {}),
}
GOOD = b'{"sku": "CBC-1002", "quantity": 5, "note": "weekly delivery"}'
BAD = b'{"sku": "nope", "quantity": 0}'
WORK = {
    "one item": ("GET", "/items/2", b"", 200),
    "list of 50": ("GET", "/items", b"", 200),
    "valid POST": ("POST", "/restock", GOOD, 200),
    "invalid POST": ("POST", "/restock", BAD, 422),
}


def request(method: str, path: str, body: bytes) -> bytes:
    """The bytes of one request."""
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n"
    if body:
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + body


async def exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, data: bytes) -> tuple[int, bytes]:
    """One request on a kept connection: status and body."""
    writer.write(data)
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    return int(head[9:12]), await reader.readexactly(length)


async def load(port: int, data: bytes, status: int, seconds: float) -> int:
    """Requests answered within the time by 32 connections."""
    done = 0
    end = time.monotonic() + seconds

    async def worker() -> None:
        nonlocal done
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.monotonic() < end:
            try:
                got, _ = await exchange(reader, writer, data)
            except (OSError, asyncio.IncompleteReadError):  # some servers close kept connections
                writer.close()
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                continue
            if got != status:
                raise RuntimeError(f"{got} instead of {status}")
            done += 1
        writer.close()

    await asyncio.gather(*(worker() for _ in range(32)))
    return done


async def once(port: int, data: bytes) -> tuple[int, bytes]:
    """One request on a connection of its own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        return await exchange(reader, writer, data)
    finally:
        writer.close()


def processes(pid: int) -> Iterator[int]:
    """A process and its descendants."""
    yield pid
    children = Path(f"/proc/{pid}/task/{pid}/children")
    for child in children.read_text().split() if children.exists() else ():
        yield from processes(int(child))


def cpu_seconds(pid: int) -> float:
    """User and system time of a process tree."""
    total = 0
    for each in processes(pid):
        fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(python: str, name: str, contract: Path) -> Iterator[tuple[int, int]]:
    """A server on the first core: its process and port."""
    module, command, environment = SERVERS[name]
    port = free_port()
    arguments = ["taskset", "-c", "0", python, *command.format(module=module, port=port).split()]
    path = os.pathsep.join((str(PEERS), str(contract)))
    process = subprocess.Popen(
        arguments, cwd=PEERS, env={**os.environ, **environment, "PYTHONPATH": path}, start_new_session=True
    )
    try:
        wait(port, process, name)
        yield process.pid, port
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(10)


def wait(port: int, process: subprocess.Popen[bytes], name: str) -> None:
    """Returns when the server answers."""
    for _ in range(200):
        try:
            asyncio.run(once(port, request("GET", "/items/2", b"")))
        except (OSError, asyncio.IncompleteReadError):
            if process.poll() is not None:
                raise RuntimeError(f"{name} did not start") from None
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"{name} did not answer")


def reference() -> dict[str, Any]:
    """What every server must answer, as JSON values."""
    sys.path.insert(0, str(PEERS))
    import data

    def plain(value: Any) -> Any:
        return json.loads(json.dumps(value, default=lambda moment: moment.isoformat().replace("+00:00", "Z")))

    return {
        "one item": plain(data.as_dict(data.BY_ID[2])),
        "list of 50": plain([data.as_dict(item) for item in data.ITEMS]),
        "valid POST": plain(data.as_dict(data.restocked("CBC-1002", 5))),
    }


def verify(port: int, name: str, wanted: dict[str, Any]) -> None:
    """Stops where a server answers something else."""
    for work, (method, path, body, status) in WORK.items():
        got, content = asyncio.run(once(port, request(method, path, body)))
        if got != status or (work in wanted and json.loads(content.replace(b"+00:00", b"Z")) != wanted[work]):
            raise RuntimeError(f"{name}, {work}: {got} {content[:200]!r}")


def generate(folder: Path) -> None:
    """The server layer of openapi.yaml."""
    target = ["--spec", str(HERE / "openapi.yaml"), "--server", str(folder / "bench_contract")]
    command = [sys.executable, "-c", "from tallystick.cli import main; main()", "generate", *target]
    subprocess.run([*command, "--package", "bench_contract"], check=True, stdout=subprocess.DEVNULL)


def measure(
    python: str, names: list[str], rounds: int, seconds: float, contract: Path
) -> dict[str, dict[str, list[float]]]:
    """CPU microseconds per request, by server and work."""
    found: dict[str, dict[str, list[float]]] = {name: {work: [] for work in WORK} for name in names}
    wanted = reference()
    for number in range(rounds):
        for name in names if number % 2 == 0 else reversed(names):
            with running(python, name, contract) as (pid, port):
                verify(port, name, wanted)
                for work, (method, path, body, status) in WORK.items():
                    data = request(method, path, body)
                    asyncio.run(load(port, data, status, WARM_UP))
                    before = cpu_seconds(pid)
                    count = asyncio.run(load(port, data, status, seconds))
                    found[name][work].append((cpu_seconds(pid) - before) / count * 1e6)
    return found


def show(found: dict[str, dict[str, list[float]]]) -> None:
    """A table: the least of the rounds, the median, and the ratio of the least to hand-written Starlette."""
    print("CPU µs per request, least (median) of the rounds, and × hand-written Starlette\n")
    print("| server | " + " | ".join(WORK) + " |\n|---" * 1 + "|---" * len(WORK) + "|")
    for name, works in found.items():
        cells = []
        for work, values in works.items():
            base = found.get("starlette", {}).get(work)
            ratio = f" {min(values) / min(base):.2f}×" if base else ""
            cells.append(f"{min(values):.0f} ({statistics.median(values):.0f}){ratio}")
        print(f"| {name} | " + " | ".join(cells) + " |")


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(SERVERS), help="servers, separated by commas")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=1.5)
    parser.add_argument("--python", default=sys.executable, help="interpreter that has the peers installed")
    options = parser.parse_args()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    names = [
        name for name in SERVERS if name in options.only.split(",") or name.startswith(tuple(options.only.split(",")))
    ]
    with tempfile.TemporaryDirectory() as folder:
        generate(Path(folder))
        show(measure(options.python, names, options.rounds, options.seconds, Path(folder)))


if __name__ == "__main__":
    main()
