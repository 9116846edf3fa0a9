"""`./test`: every check in turn, with the time each took; the exit code is 1 if any failed.

With arguments it is one pytest run with those arguments.
"""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from ops.browser import find_chromium
from ops.catalogues import compile_catalogues
from ops.places import ROOT

#: What meets no database, or brings its own, needs no second run.
WITHOUT_DATABASE = ["tests/loyalty", "tests/ops/test_run.py"]
TYPED = ["loyalty", "jobs", "web", "portal", "admin", "api", "demo", "ops"]


@dataclass(frozen=True, slots=True)
class Part:
    """One check: ``command`` is run with this environment's Python."""

    name: str
    command: Sequence[str]


def pytest(*arguments: str) -> list[str]:
    """Three at once on two cores, since much is waiting; what is marked as one xdist_group stays together."""
    return ["pytest", "-n", "3", "--dist", "loadgroup", "-q", *arguments]


def parts(*, browser: bool) -> list[Part]:
    """All checks. Without a browser its tests are left out, and ``main`` says so."""
    marked = [] if browser else ["-m", "not e2e"]
    return [
        Part("style", ["ruff", "check", "."]),
        Part("format", ["ruff", "format", "--check", "."]),
        Part("types", ["mypy", "--strict", *TYPED]),
        Part("imports", ["ops.import_contracts"]),
        Part("templates", ["djlint", "--lint", "--quiet", "templates"]),
        Part("tests on SQLite", pytest("--database=sqlite", *marked)),
        Part(
            "tests on PostgreSQL",
            pytest("--database=postgresql", *marked, *(f"--ignore={name}" for name in WITHOUT_DATABASE)),
        ),
    ]


def run(part: Part) -> int:
    """Run one part and say what came of it."""
    print(f"\n== {part.name}", flush=True)
    started = time.monotonic()
    code = subprocess.run([sys.executable, "-m", *part.command], cwd=ROOT, check=False).returncode
    print(
        f"== {part.name}: {'passed' if code == 0 else 'FAILED'} in {time.monotonic() - started:.0f} s",
        flush=True,
    )
    return code


def main(arguments: Sequence[str]) -> int:
    """Run everything, or pytest alone with ``arguments``; gives the exit code."""
    compile_catalogues()
    if arguments:
        return subprocess.run([sys.executable, "-m", "pytest", *arguments], cwd=ROOT, check=False).returncode
    browser = find_chromium() is not None
    if not browser and os.environ.get("CI") == "true":
        print(
            "There is no Chromium, and the tests in the browser must run here: install it (Debian: chromium)."
        )
        return 1
    if not browser:
        print(
            "There is no Chromium on this machine: the tests in the browser are left out (Debian: chromium)."
        )
    failed = [part.name for part in parts(browser=browser) if run(part) != 0]
    print(f"\nFailed: {', '.join(failed)}" if failed else "\nAll checks passed.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
