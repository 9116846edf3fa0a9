"""`./run` from outside, in a copy of the product: it starts, serves, ends by Ctrl-C and starts again."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 90
SECOND_START_SECONDS = 30

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("run")]


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that git knows, in a folder whose name tries the quoting, beside the same environment."""
    folder = tmp_path_factory.mktemp("run") / "a clinic 100%"
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    (folder / ".venv").symlink_to(ROOT / ".venv")
    return folder


@pytest.fixture(scope="module")
def port() -> int:
    """A free port below those that the system hands out to clients."""
    for number in range(20100 + os.getpid() % 1000, 32000):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", number)) != 0:
                return number
    raise AssertionError("no free port")


class Started:
    """One `./run`, its console in a file."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self.console = folder.parent / "console.txt"
        given = {
            name: value for name, value in os.environ.items() if not name.startswith(("LIANA_", "FLASK_"))
        }
        given.pop("REDIS_URL", None)
        given.pop("DATABASE_URL", None)
        with self.console.open("w") as out:
            self.process = subprocess.Popen(
                ["./run", *options],
                cwd=folder,
                env=given,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_for(self, address: str) -> bytes:
        """What ``address`` answers as soon as it answers with 200."""
        ends = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < ends and self.process.poll() is None:
            try:
                with urlopen(address, timeout=5) as answer:
                    return bytes(answer.read())
            except OSError:
                time.sleep(0.2)
        raise AssertionError(f"{address} does not answer:\n{self.console.read_text()}")

    def wait_for_workers(self) -> None:
        """Until the processes without an address say that they have started."""
        logs = [self.folder / "var" / "log" / f"{name}.log" for name in ("worker", "importer", "beat")]
        ends = time.monotonic() + PATIENCE_SECONDS
        while not all(log.exists() and " started" in log.read_text() for log in logs):
            assert time.monotonic() < ends, f"they do not start:\n{self.console.read_text()}"
            time.sleep(0.1)

    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def workers(self) -> list[psutil.Process]:
        """Those that send messages; a process that ends while one looks is none."""
        found = []
        for child in self.family():
            with suppress(psutil.Error):
                if child.cmdline()[-1:] == ["jobs.worker"]:
                    found.append(child)
        return found

    def press_ctrl_c(self) -> None:
        """Like the terminal: the whole foreground group gets the signal."""
        os.killpg(self.process.pid, signal.SIGINT)
        self.process.wait(PATIENCE_SECONDS)

    def end(self) -> None:
        if self.process.poll() is None:
            self.press_ctrl_c()


def refused(folder: Path, port: int) -> subprocess.CompletedProcess[str]:
    """A `./run` that is expected to end at once."""
    return subprocess.run(
        ["./run", "--port", str(port)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECOND_START_SECONDS,
    )


@dataclass(frozen=True)
class FirstStart:
    """What was seen of a first start and its end."""

    console: str
    code: int
    commands: list[list[str]]
    survivors: list[psutil.Process]


@pytest.fixture(scope="module")
def first_start(clone: Path, port: int) -> FirstStart:
    running = Started(clone, "--port", str(port))
    try:
        running.wait_for(f"http://127.0.0.1:{port}/healthz")
        running.wait_for(f"http://127.0.0.1:{port}/readyz")
        running.wait_for_workers()
        children = running.family()
        commands = [child.cmdline() for child in children]
    finally:
        running.end()
    survivors = psutil.wait_procs(children, timeout=5)[1]
    return FirstStart(running.console.read_text(), running.process.returncode, commands, survivors)


@pytest.fixture
def started(clone: Path, port: int, first_start: FirstStart) -> Iterator[Started]:
    running = Started(clone, "--port", str(port))
    yield running
    running.end()


def test_a_first_start_says_where_to_go(port: int, first_start: FirstStart) -> None:
    assert "Making the demo clinic" in first_start.console
    assert f"Liana: http://127.0.0.1:{port}\n" in first_start.console
    assert "Ctrl-C stops everything" in first_start.console


def test_no_secret_stands_on_a_command_line(clone: Path, first_start: FirstStart) -> None:
    secret = (clone / "var" / "secret.key").read_text().strip()
    assert len(first_start.commands) >= 5
    assert not any(secret in argument for command in first_start.commands for argument in command)


def test_ctrl_c_stops_everything_in_order(first_start: FirstStart) -> None:
    assert first_start.code == 0
    assert first_start.survivors == []
    stopped = re.findall(r"stopped: (\w+) \(exit status 0\)", first_start.console)
    assert stopped == ["web", "beat", "importer", "worker", "valkey"]


def test_a_second_start_is_quick_makes_no_second_clinic_and_is_the_only_one(
    clone: Path, port: int, started: Started
) -> None:
    begun = time.monotonic()
    started.wait_for(f"http://127.0.0.1:{port}/healthz")
    assert time.monotonic() - begun < SECOND_START_SECONDS
    assert "Making the demo clinic" not in started.console.read_text()
    again = refused(clone, port + 1)
    assert again.returncode == 1
    assert again.stderr.startswith("Liana already runs from this folder (process ")
    assert again.stderr.count("\n") == 1


def test_static_files_come_compressed_and_for_ever(clone: Path, port: int, started: Started) -> None:
    started.wait_for(f"http://127.0.0.1:{port}/healthz")
    manifest = json.loads((clone / "var" / "static" / "manifest.json").read_text())
    with urlopen(f"http://127.0.0.1:{port}/static/{manifest['css/app.css']}") as answer:
        assert "immutable" in answer.headers["Cache-Control"]


def test_a_killed_worker_is_started_again(port: int, started: Started) -> None:
    started.wait_for(f"http://127.0.0.1:{port}/healthz")
    (worker,) = started.workers()
    worker.kill()
    ends = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < ends:
        if started.workers() not in ([], [worker]):
            return
        time.sleep(0.2)
    raise AssertionError(started.console.read_text())


def test_a_busy_port_stops_the_start_with_one_sentence(clone: Path, port: int) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", port + 2))
        other.listen()
        answer = refused(clone, port + 2)
    assert answer.returncode == 1
    assert answer.stderr == (
        f"Port {port + 2} on 127.0.0.1 cannot be used (address already in use): "
        "stop the other program or choose another port with --port.\n"
    )
