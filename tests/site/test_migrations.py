"""The numbered migrations make exactly the tables that the models describe, on either database."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

from loyalty.kernel.database import create_all, make_engine
from tests.support.databases import Databases
from web.app import create_app
from web.extensions import db

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
FILES = sorted((MIGRATIONS / "versions").glob("*.py"))
BOOKKEEPING = {"alembic_version"}


@pytest.fixture
def migrated(database_url: str) -> Iterator[Engine]:
    """A database as all migrations leave it."""
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def modelled(databases: Databases) -> Iterator[Engine]:
    """A database with the models' own tables."""
    url = databases.create()
    engine = make_engine(url)
    _empty(engine)
    create_all(engine)
    yield engine
    engine.dispose()
    databases.drop(url)


def _empty(engine: Engine) -> None:
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
            return
        connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        for name in inspect(connection).get_table_names():
            connection.execute(text(f'DROP TABLE "{name}"'))


def described(engine: Engine) -> dict[str, Any]:
    """Tables with their columns, keys, checks and indexes, in an order of their own."""
    found = inspect(engine)
    return {
        table: {
            "columns": {
                column["name"]: (str(column["type"]), column["nullable"], str(column["default"]))
                for column in found.get_columns(table)
            },
            "key": found.get_pk_constraint(table),
            "references": _sorted(found.get_foreign_keys(table)),
            "unique": _sorted(found.get_unique_constraints(table)),
            "checks": _sorted(found.get_check_constraints(table)),
            "indexes": _sorted(found.get_indexes(table)),
        }
        for table in set(found.get_table_names()) - BOOKKEEPING
    }


def _sorted(parts: Any) -> list[str]:
    return sorted(str(sorted((name, _spelled(value)) for name, value in part.items())) for part in parts)


def _spelled(value: Any) -> Any:
    """Conditions of partial indexes come as objects: their text is what counts."""
    return {name: str(one) for name, one in value.items()} if isinstance(value, dict) else value


def test_files_are_numbered_without_a_gap() -> None:
    assert FILES
    for number, path in enumerate(FILES, 1):
        assert re.fullmatch(rf"{number:04d}_[a-z0-9_]+\.py", path.name), path.name


def test_there_is_one_head_and_it_is_noted() -> None:
    """Two branches that each add a migration conflict in ``.current-head``."""
    scripts = ScriptDirectory(str(MIGRATIONS))
    assert scripts.get_heads() == [FILES[-1].name[:4]]
    assert (MIGRATIONS / ".current-head").read_text() == f"{FILES[-1].name[:4]}\n"
    chain = [script.revision for script in scripts.walk_revisions()]
    assert chain == [path.name[:4] for path in reversed(FILES)]


def test_the_way_up_ends_where_the_models_are(migrated: Engine, modelled: Engine) -> None:
    by_migrations, by_models = described(migrated), described(modelled)
    assert by_migrations.keys() == by_models.keys()
    for table, wanted in by_models.items():
        assert by_migrations[table] == wanted, table


def test_nothing_is_left_to_migrate(database_url: str) -> None:
    """What ``flask db check`` says."""
    from flask_migrate import check

    app = create_app({"TESTING": True, "SECRET_KEY": "x", "SQLALCHEMY_DATABASE_URI": database_url})
    with app.app_context():
        check(directory=str(MIGRATIONS))
        db.session.remove()
        db.engine.dispose()


def test_the_way_down_and_up_again(database_url: str) -> None:
    from flask_migrate import downgrade, upgrade

    app = create_app({"TESTING": True, "SECRET_KEY": "x", "SQLALCHEMY_DATABASE_URI": database_url})
    with app.app_context():
        before = described(db.engine)
        downgrade(directory=str(MIGRATIONS), revision="base")
        assert set(inspect(db.engine).get_table_names()) <= BOOKKEEPING
        upgrade(directory=str(MIGRATIONS))
        assert described(db.engine) == before
        db.session.remove()
        db.engine.dispose()
