# Sourced by ./run and ./test: keeps the private Python environment in .venv in step with the lock files.
# Everything after the environment is started as `.venv/bin/python -m …`, so a moved folder keeps working.

say() { printf '%s\n' "$*"; }
stop() { printf '%s\n' "$*" >&2; exit 1; }

# Prints the first Python that can make the environment: 3.11 first, since the lock was tried on it.
find_python() {
    local candidate found=""
    for candidate in python3.11 python3 python3.12 python3.13 python3.14; do
        "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue
        if "$candidate" -c 'import ensurepip, venv' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
        found="$candidate"
    done
    if [ -n "$found" ]; then
        stop "Liana needs Python's venv module: install it (on Debian or Ubuntu: apt-get install python3-venv) and start again."
    fi
    stop "Liana needs Python 3.11 or newer: install it (on Debian 12 or Ubuntu: apt-get install python3 python3-venv) and start again."
}

fingerprint() { cat "$@" | "$environment_python" -c 'import hashlib, sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())'; }

# uv installs in seconds what takes pip half a minute; where it cannot (no wheel, a mirror only pip knows), pip does it.
install_packages() {
    local lock="$1" only_uv
    only_uv="$(mktemp)"
    awk '/^uv==/ {inside = 1} inside {print} inside && !/\\$/ {exit}' "$lock" >"$only_uv"
    if "$environment_python" -m pip install -q --require-hashes --no-deps -r "$only_uv" 2>/dev/null &&
        "$environment_python" -m uv pip install -q --python "$environment_python" --require-hashes --no-deps --compile-bytecode -r "$lock" 2>/dev/null; then
        rm -f "$only_uv"
        return
    fi
    rm -f "$only_uv"
    say "  The quick installer could not do it; pip takes over (about a minute) …"
    "$environment_python" -m pip install -q --require-hashes --no-deps -r "$lock" ||
        stop "The packages could not be installed: check that this machine reaches PyPI, then start again."
}

# prepare_environment NAME LOCK…: installs the last LOCK, which holds all the others, when any of them has changed.
prepare_environment() {
    local name="$1" started=$SECONDS lock wanted python
    shift
    lock="${*: -1}"
    environment_python="$PWD/.venv/bin/python"
    if ! "$environment_python" -c 'import pip' 2>/dev/null; then
        python="$(find_python)" || exit 1
        say "Making the private Python environment in .venv …"
        "$python" -m venv --clear .venv || stop "The environment in .venv could not be made: see the lines above."
    fi
    exec 9>.venv/.being-changed
    if command -v flock >/dev/null; then flock 9; fi
    wanted="$(fingerprint "$@")"
    if [ "$wanted" != "$(cat ".venv/.installed-$name" 2>/dev/null)" ]; then
        say "Installing $(grep -cE '^[a-z0-9._-]+==' "$lock") packages into .venv …"
        install_packages "$lock"
        printf '%s\n' "$wanted" >".venv/.installed-$name"
        say "  done in $((SECONDS - started)) s."
    fi
    exec 9>&-
}
