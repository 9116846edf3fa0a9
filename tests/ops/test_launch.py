"""What ./run decides before it starts anything."""

import shlex
import socket
import stat
from configparser import RawConfigParser
from pathlib import Path

import pytest

from ops import launch, preconditions, supervision, valkey
from ops.options import Options, complete_environment, kept_secret, read_options
from ops.places import CannotStart

LOCAL = Options("127.0.0.1", 8000, demo=True)


def test_options_have_calm_defaults() -> None:
    assert read_options([]) == LOCAL
    assert read_options(["--port", "9000", "--no-demo"]) == Options("127.0.0.1", 9000, demo=False)


@pytest.mark.parametrize("port", ["0", "65536", "eighty", "-1"])
def test_an_impossible_port_is_refused(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        read_options(["--port", port])
    assert "invalid port" in capsys.readouterr().err


def test_a_busy_port_is_one_sentence_and_nothing_is_started() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(CannotStart, match=rf"^Port {port} on 127.0.0.1 cannot be used .*--port\.$"):
            preconditions.check_port(Options("127.0.0.1", port, demo=False))


def test_the_address_is_one_a_browser_can_open() -> None:
    assert Options("0.0.0.0", 8000, demo=True).address == "http://127.0.0.1:8000"
    assert Options("::", 8000, demo=True).address == "http://[::1]:8000"


def test_what_is_set_is_respected() -> None:
    given = {
        "DATABASE_URL": "postgresql:///x",
        "REDIS_URL": "redis://h",
        "SECRET_KEY": "s",
        "LIANA_PUBLIC_URL": "https://clinic.example",
    }
    assert complete_environment(given, LOCAL) == given


def test_what_is_unset_stays_in_the_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("ops.options.VAR", tmp_path)
    made = complete_environment({}, LOCAL)
    assert made["DATABASE_URL"] == f"sqlite:///{tmp_path}/liana.db"
    assert made["REDIS_URL"].startswith("unix:///")
    assert made["LIANA_PUBLIC_URL"] == "http://127.0.0.1:8000"
    assert complete_environment({}, LOCAL)["SECRET_KEY"] == made["SECRET_KEY"]


def test_without_the_demo_clinic_nobody_can_read_the_outbox() -> None:
    given = {"SECRET_KEY": "s", "LIANA_DEMO": "1"}
    assert complete_environment(given, Options("127.0.0.1", 8000, demo=False))["LIANA_DEMO"] == "0"
    assert complete_environment(given, LOCAL)["LIANA_DEMO"] == "1"


def test_the_secret_key_is_made_once_and_for_this_user_alone(tmp_path: Path) -> None:
    key = tmp_path / "secret.key"
    first = kept_secret(key)
    assert len(first) >= 64
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert kept_secret(key) == first


def test_a_stale_pid_file_does_not_hinder_a_start(tmp_path: Path) -> None:
    pid_file = tmp_path / "supervisord.pid"
    preconditions.check_single(pid_file)
    pid_file.write_text("1\n")
    preconditions.check_single(pid_file)


@pytest.mark.parametrize("name", ["d" * 120, "a clinic", "a=clinic"])
def test_a_deep_or_odd_folder_gets_a_short_private_socket(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / name
    monkeypatch.setattr("tempfile.tempdir", "/tmp")
    path = valkey.socket_path(deep)
    assert len(str(path)) <= valkey.LONGEST_SOCKET_PATH
    assert not set(" =") & set(str(path))
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert valkey.socket_path(deep) == path
    path.parent.rmdir()


def test_a_socket_folder_open_to_others_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = tmp_path / ("e" * 120)
    monkeypatch.setattr("tempfile.tempdir", "/tmp")
    folder = valkey.socket_path(deep).parent
    folder.chmod(0o755)
    with pytest.raises(CannotStart, match="REDIS_URL"):
        valkey.socket_path(deep)
    folder.rmdir()


def test_processes_start_from_valkey_up_and_valkey_only_when_it_is_ours(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(valkey, "VALKEY_DATA", tmp_path)
    monkeypatch.setattr(valkey, "write_configuration", lambda: tmp_path / "valkey.conf")
    options = Options("127.0.0.1", 8000, demo=False)
    ours = supervision.programs(options, own_valkey=True)
    assert [program.name for program in sorted(ours, key=lambda program: program.priority)] == [
        "valkey",
        "worker",
        "importer",
        "beat",
        "web",
    ]
    assert "valkey" not in {program.name for program in supervision.programs(options, own_valkey=False)}


def test_the_configuration_is_read_back_as_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "never-in-a-file")
    program = supervision.Program("web", 20, ["/a folder/100%/python", "-m", "x;y"], 15)
    text = supervision.render([program])
    read = RawConfigParser()
    read.read_string(text)
    assert read["program:web"]["command"].replace("%%", "%") == shlex.join(program.command)
    assert read["supervisord"]["nodaemon"] == "true"
    assert "never-in-a-file" not in text


def test_the_last_words_before_the_start_name_address_and_log_ins() -> None:
    text = launch.banner(Options("127.0.0.1", 8123, demo=True), "Patient Mai: +84 90 000 00 01")
    assert "http://127.0.0.1:8123" in text
    assert "Patient Mai" in text
    assert "Ctrl-C" in text
