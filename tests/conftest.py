"""Every test stands on a fresh database of the kind --database names, an empty Valkey and an application."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from flask import Flask
from sqlalchemy.orm import Session

from loyalty.kernel.database import make_engine
from ops.catalogues import compile_catalogues
from tests.support.databases import Databases, PostgresDatabases, SqliteDatabases, postgres_server
from tests.support.fast_apps import compile_once
from tests.support.valkey import valkey_server


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=("sqlite", "postgresql"), default="sqlite")


def pytest_configure(config: pytest.Config) -> None:
    compile_once()
    if not hasattr(config, "workerinput"):
        compile_catalogues()


@pytest.fixture(scope="session")
def short_folder() -> Iterator[Path]:
    """A private folder with a path short enough for sockets; pytest's own may be too deep."""
    folder = Path(tempfile.mkdtemp(prefix="liana-", dir="/tmp"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def database_kind(request: pytest.FixtureRequest) -> str:
    """``sqlite`` or ``postgresql``."""
    return str(request.config.getoption("--database"))


@pytest.fixture(scope="session")
def databases(database_kind: str, short_folder: Path) -> Iterator[Databases]:
    """The maker of databases; ask it for more than one where a test compares two."""
    if database_kind == "sqlite":
        yield SqliteDatabases(short_folder)
        return
    with postgres_server(short_folder) as url:
        made = PostgresDatabases(url)
        yield made
        made.close()


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """A database of this test's own: all tables, no rows."""
    url = databases.create()
    yield url
    databases.give_back(url)


@pytest.fixture(scope="session")
def valkey_url(short_folder: Path) -> Iterator[str]:
    with valkey_server(short_folder) as url:
        yield url


@pytest.fixture
def redis_url(valkey_url: str) -> str:
    """An empty Valkey database."""
    with redis.Redis.from_url(valkey_url) as client:
        client.flushall()
    return valkey_url


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    """A session on the test's database, as jobs and commands have it; commits are the test's business."""
    engine = make_engine(database_url)
    with Session(engine) as opened:
        yield opened
    engine.dispose()


@pytest.fixture
def app(database_url: str, redis_url: str) -> Iterator[Flask]:
    """The whole application on the test's database; CSRF stays on, as patients meet it."""
    from web.app import create_app
    from web.extensions import db

    application = create_app(
        {
            "TESTING": True,
            "SECRET_KEY": "a secret for tests only",
            "SQLALCHEMY_DATABASE_URI": database_url,
            "REDIS_URL": redis_url,
        }
    )
    yield application
    with application.app_context():
        db.session.remove()
        db.engine.dispose()
