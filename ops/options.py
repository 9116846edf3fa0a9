"""What a person can choose at the start: options of ./run and variables of the environment."""

import argparse
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from ops.places import VAR
from ops.valkey import socket_path


@dataclass(frozen=True, slots=True)
class Options:
    """The choices of one start."""

    host: str
    port: int
    demo: bool

    @property
    def address(self) -> str:
        """Where a browser on this machine finds the product."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"


def _port(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 65535:
        raise ValueError(text)
    return number


_port.__name__ = "port"


def read_options(arguments: Sequence[str]) -> Options:
    """Read the command line of ./run; a mistake prints the usage and ends the program."""
    parser = argparse.ArgumentParser(
        prog="./run",
        description="Starts Liana: web, worker, periodic jobs and, unless REDIS_URL is set, its own Valkey.",
        epilog="The environment can name DATABASE_URL, REDIS_URL and more: see README.md.",
    )
    parser.add_argument("--port", type=_port, default=8000, help="port of the web pages (8000)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument(
        "--no-demo", action="store_true", help="do not make the demo clinic at the first start"
    )
    chosen = parser.parse_args(arguments)
    return Options(host=chosen.host, port=chosen.port, demo=not chosen.no_demo)


def complete_environment(given: Mapping[str, str], options: Options) -> dict[str, str]:
    """What every process of the product is started with: ``given`` plus whatever was left unset."""
    made = {"LIANA_PUBLIC_URL": options.address, **given}
    if not options.demo:
        # The demo's outbox shows everybody's codes: it has no place beside a clinic of one's own.
        made["LIANA_DEMO"] = "0"
    made["DATABASE_URL"] = given.get("DATABASE_URL") or f"sqlite:///{VAR / 'liana.db'}"
    made["REDIS_URL"] = given.get("REDIS_URL") or f"unix://{quote(str(socket_path()))}"
    made["SECRET_KEY"] = given.get("SECRET_KEY") or kept_secret(VAR / "secret.key")
    return made


def kept_secret(path: Path) -> str:
    """The key that signs sessions: made once, readable by this user alone."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(48) + "\n")
    return path.read_text().strip()
