"""Runs every benchmark of this folder, one after the other: each subfolder with a ``run.py``.

``python benchmarks/run.py`` runs all; names choose some: ``python benchmarks/run.py lint``. Options behind ``--`` go to
each benchmark. A benchmark compares with named peers in the same run and prints ratios; peers are installed outside the
repository by the benchmark itself. The exit code is 0 when every benchmark ran, whatever it measured.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main(arguments: list[str]) -> int:
    """Runs the chosen benchmarks."""
    split = arguments.index("--") if "--" in arguments else len(arguments)
    names, options = arguments[:split], arguments[split + 1 :]
    known = {path.parent.name: path for path in sorted(HERE.glob("*/run.py"))}
    unknown = sorted(set(names) - set(known))
    if unknown:
        print(f"unknown benchmark: {', '.join(unknown)}; known: {', '.join(known)}", file=sys.stderr)
        return 2
    failed = []
    for name in names or known:
        print(f"\n=== {name}", flush=True)
        if subprocess.run([sys.executable, str(known[name]), *options], check=False).returncode:
            failed.append(name)
    if failed:
        print(f"\ndid not run to the end: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
