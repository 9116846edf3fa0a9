"""The ground the tests stand on: every test has a database and a Valkey of its own, and both are empty."""

import pytest
import redis
from sqlalchemy import inspect, select, text
from sqlalchemy.orm import Session

from loyalty.clinic.models import Branch
from loyalty.kernel.database import Base, import_tables, make_engine
from loyalty.kernel.localized import LocalizedText
from tests.support.databases import Databases


def test_every_table_is_there(session: Session) -> None:
    import_tables()
    assert set(Base.metadata.tables) <= set(inspect(session.connection()).get_table_names())


@pytest.mark.parametrize("turn", [1, 2])
def test_nothing_is_left_for_the_next_test(session: Session, turn: int) -> None:
    branch = Branch(code=f"turn {turn}", name=LocalizedText())
    session.add(branch)
    session.commit()
    assert branch.id == 1
    assert session.scalars(select(Branch.code)).all() == [f"turn {turn}"]


def test_two_databases_are_two(databases: Databases) -> None:
    first, second = databases.create(), databases.create()
    engine = make_engine(first)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE only_here (id INTEGER)"))
    engine.dispose()
    other = make_engine(second)
    assert "only_here" not in inspect(other).get_table_names()
    other.dispose()
    databases.drop(first)
    databases.drop(second)


def test_the_database_is_of_the_kind_asked_for(session: Session, database_kind: str) -> None:
    assert session.get_bind().dialect.name == database_kind


@pytest.mark.parametrize("turn", [1, 2])
def test_valkey_starts_empty(redis_url: str, turn: int) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0
        client.set("key", "value")
