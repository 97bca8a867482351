#!/usr/bin/env bash
# Makes the virtual environment $1 from requirements.lock and installs the packages ($2…) of this repository into it.
set -euo pipefail

environment=$1
shift

newest_python() {
    local candidate
    for candidate in "${PYTHON:-}" python3.11 python3.12 python3.13 python3; do
        [ -n "$candidate" ] || continue
        if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    echo "setup: Python 3.11 or newer with venv is needed; install it, or name one: make setup PYTHON=/path/to/python" >&2
    return 2
}

if [ ! -x "$environment/bin/python" ]; then
    python=$(newest_python)
    echo "setup: making $environment with $("$python" --version)"
    "$python" -m venv "$environment"
fi

# -qq: errors only; warnings about the indexes of one machine would bury the three lines above
pip=("$environment/bin/python" -m pip --disable-pip-version-check --no-input)
echo "setup: installing $(grep -c == requirements.lock) locked packages (hashes checked)"
"${pip[@]}" install -qq --require-hashes -r requirements.lock
echo "setup: installing $* (editable)"
editable=()
for package in "$@"; do
    editable+=(--editable "./$package")
done
"${pip[@]}" install -qq --no-deps --no-build-isolation "${editable[@]}"
