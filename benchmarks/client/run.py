"""The generated client beside stock openapi-python-client, openapi-generator's Python client, and httpx2 by itself.

``python benchmarks/client/run.py [--peers FOLDER] [--large FILE] [--rounds N]``. Measured in CPU time, the best of N:
importing the package with its client; one call that reads an item, from a server on the loopback interface and from
memory; decoding a page of 50 items. With ``--large``, a description for which a client is generated and imported, to
show that the size of an API does not matter. Peers are generated into ``--peers`` (a temporary folder by default);
openapi-generator is fetched there as a package and needs Java, and is left out (told) where it cannot run.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
GENERATOR = "openapi-generator-cli==7.26.0"
GENERATOR_NEEDS = ("python-dateutil", "urllib3", "pydantic", "typing-extensions")


def main(arguments: Sequence[str]) -> int:
    """Measures and prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--peers", type=Path, help="folder in which the peers are, or are to be, generated")
    parser.add_argument("--large", type=Path, help="a large description, generated and imported")
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="tally-bench-") as temporary:
        folder = (options.peers or Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        clients = {"tally": [ROOT / "clients" / "python"], "httpx2": []} | peers(folder)
        with serving() as url:
            measured = {name: measure(name, paths, url, options.rounds) for name, paths in clients.items()}
        show(measured)
        if options.large:
            large(options.large, folder, options.rounds)
    return 0


def peers(folder: Path) -> dict[str, list[Path]]:
    """Import paths of the peers that could be generated."""
    bundle = folder / "openapi.json"
    if not bundle.exists():
        run("-m", "tallystick", "bundle", str(ROOT / "spec" / "openapi.yaml"), "-o", str(bundle))
    found = {}
    for name, make in (("openapi-python-client", stock), ("openapi-generator", generator)):
        try:
            found[name] = make(folder, bundle)
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"{name}: left out ({error})", file=sys.stderr)
    return found


def stock(folder: Path, bundle: Path) -> list[Path]:
    """openapi-python-client with its own templates."""
    out = folder / "stock"
    if not out.exists():
        tool = Path(sys.executable).with_name("openapi-python-client")
        config = folder / "stock.yaml"
        config.write_text("package_name_override: stock_client\nproject_name_override: stock\n", encoding="utf-8")
        call = [tool, "generate", "--path", bundle, "--output-path", out, "--meta", "none", "--config", config]
        subprocess.run([*map(str, call)], check=True, capture_output=True)
        (folder / "stock_path").mkdir(exist_ok=True)
        shutil.copytree(out, folder / "stock_path" / "stock_client")
    return [folder / "stock_path"]


def generator(folder: Path, bundle: Path) -> list[Path]:
    """openapi-generator's Python client, and the packages that it needs."""
    packages, out = folder / "generator_packages", folder / "generator"
    narrowed = folder / "without-webhooks.json"  # with them, what it writes is no Python
    document = json.loads(bundle.read_text(encoding="utf-8"))
    narrowed.write_text(
        json.dumps({key: value for key, value in document.items() if key != "webhooks"}), encoding="utf-8"
    )
    if not out.exists():
        run("-m", "pip", "install", "--quiet", "--target", str(packages), GENERATOR, *GENERATOR_NEEDS)
        program = "import sys; from openapi_generator_cli import run; sys.exit(run(sys.argv[1:]).returncode)"
        call = ["-c", program, "generate", "-i", str(narrowed), "-g", "python", "-o", str(out)]
        environment = os.environ | {"PYTHONPATH": str(packages)}
        run(*call, "--package-name", "peer_client", environment=environment)
    return [out, packages]


def run(*arguments: str, environment: dict[str, str] | None = None) -> None:
    """Runs Python quietly."""
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True, env=environment)


@contextmanager
def serving() -> Iterator[str]:
    """A server process that answers every request with one item."""
    process = subprocess.Popen([sys.executable, str(HERE / "answer.py")], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.terminate()
        process.wait()


def measure(name: str, paths: list[Path], url: str, rounds: int) -> dict[str, float | None]:
    """The figures of one client, each from fresh processes."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, paths))}
    found: dict[str, float | None] = {}
    for what in ("import", "call", "memory", "decode"):
        values = []
        for _ in range(rounds if what == "import" else 3):
            call = [sys.executable, str(HERE / "subject.py"), name, what, url]
            result = subprocess.run(call, env=environment, capture_output=True, text=True, check=False)
            values += [float(result.stdout)] if result.returncode == 0 and result.stdout.strip() else []
        found[what] = min(values, default=None)
    return found


def show(measured: dict[str, dict[str, float | None]]) -> None:
    """The table, with ratios to httpx2 by itself (for decoding: to plain classes)."""
    print(f"{'':24}{'import':>10}{'one call':>18}{'in memory':>18}{'50 items':>18}")
    base = measured["httpx2"]
    for name, row in measured.items():
        cells = [f"{row['import'] * 1000:7.0f} ms" if row["import"] is not None else "      -"]
        for what in ("call", "memory", "decode"):
            value, other = row[what], base[what]
            ratio = f" x{value / other:.2f}" if value is not None and other else ""
            cells.append(f"{value * 1e6:8.0f} us{ratio}" if value is not None else "-")
        print(f"{name:24}{cells[0]:>10}" + "".join(f"{cell:>18}" for cell in cells[1:]))
    print("CPU time, best of several. Decoding beside json.loads with plain attribute construction (row httpx2).")


def large(description: Path, folder: Path, rounds: int) -> None:
    """Generation and import of a large client."""
    out = folder / "large"
    call = [
        "-m",
        "tallystick",
        "generate",
        "--spec",
        str(description),
        "--client",
        str(out),
        "--package",
        "large_client",
    ]
    result = subprocess.run([sys.executable, *call, "--format", "json"], capture_output=True, text=True, check=False)
    operations = json.loads(result.stdout).get("operations") if result.stdout.strip() else None
    figures = measure("large", [out], "", rounds)
    shown = f"{figures['import'] * 1000:.0f} ms" if figures["import"] is not None else "failed"
    print(f"{description.name}: {operations}, import {shown}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
