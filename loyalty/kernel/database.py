"""Tables' base class, column types and the engine set-up that both databases need."""

import json
import sqlite3
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import JSON, BigInteger, DateTime, Engine, Integer, MetaData, Table, create_engine, event
from sqlalchemy.engine import Connection, Dialect, ExceptionContext
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from loyalty.kernel.localized import LocalizedText

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

_STORED_FORMS: dict[str, Callable[[datetime | None], Any] | None] = {}

#: True while a page is only being read: SQLite then takes no write lock.
reading_only: ContextVar[bool] = ContextVar("reading_only", default=False)


class Base(DeclarativeBase):
    """All tables; constraint names are fixed so that migrations can drop them on SQLite too."""

    metadata = MetaData(naming_convention=NAMING)
    # A year's takings in đồng outgrow 32 bits. SQLite numbers its rows by itself only in a plain INTEGER.
    type_annotation_map = {int: BigInteger().with_variant(Integer, "sqlite")}


def table_of(model: type[Base]) -> Table:
    """The plain table of a model, for statements built once that need no mapped objects."""
    return cast(Table, model.__table__)


def connection_of(session: Session) -> Connection:
    """The connection of a session's transaction, looked up once: hot paths run dozens of statements on it."""
    kept: Connection | None = session.info.get("connection")
    if kept is None or kept.closed:
        kept = session.info["connection"] = session.connection()
    return kept


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, stored in UTC; a naive one is a programming error (TM1)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any] | None:
        """One transaction writes the same instant dozens of times: its stored form is worked out once."""
        if dialect.name not in _STORED_FORMS:
            process = super().bind_processor(dialect)
            _STORED_FORMS[dialect.name] = lru_cache(maxsize=256)(process) if process else None
        return _STORED_FORMS[dialect.name]

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant without a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Localized(TypeDecorator[LocalizedText]):
    """A :class:`LocalizedText` as readable JSON."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: LocalizedText | None, dialect: Dialect) -> dict[str, str] | None:
        return None if value is None else dict(value)

    def process_result_value(self, value: dict[str, str] | None, dialect: Dialect) -> LocalizedText | None:
        return None if value is None else LocalizedText(value)


def dump_json(value: Any) -> str:
    """JSON that people can read in the database: letters of all scripts as they are."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


#: Of every engine: errors name statements, never the patients' values in them.
ENGINE_OPTIONS: Mapping[str, Any] = {"json_serializer": dump_json, "hide_parameters": True}


def _on_sqlite_connect(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver's own BEGIN comes late and deferred: two readers that then write would lose updates.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=15000"):
        connection.execute(f"PRAGMA {pragma}")


def _on_sqlite_begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN" if reading_only.get() else "BEGIN IMMEDIATE")


def _on_postgresql_connect(connection: Any, _record: Any) -> None:
    from decimal import Decimal

    from psycopg.adapt import Buffer, Loader

    class WholeLoader(Loader):
        """PostgreSQL sums big integers as NUMERIC; a sum of points is an int all the same."""

        def load(self, data: Buffer) -> int | Decimal:
            text = bytes(data).decode()
            return int(text) if text.lstrip("-").isdigit() else Decimal(text)

    connection.adapters.register_loader("numeric", WholeLoader)


def _leave_values_out(context: ExceptionContext) -> None:
    # PostgreSQL quotes the refused row below its first line; names and phones have no place in a log.
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None and error.args:
            error.args = (str(error.args[0]).partition("\nDETAIL:")[0], *error.args[1:])


def set_up(engine: Engine) -> Engine:
    """Give an engine the behaviour the programme relies on; returns the same engine."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _on_sqlite_connect)
        event.listen(engine, "begin", _on_sqlite_begin)
    elif engine.dialect.name == "postgresql":
        event.listen(engine, "connect", _on_postgresql_connect)
        event.listen(engine, "handle_error", _leave_values_out)
    return engine


def make_engine(url: str, **options: Any) -> Engine:
    """An engine for ``url`` with the set-up of :func:`set_up`."""
    return set_up(create_engine(url, **{**ENGINE_OPTIONS, **options}))


def create_all(engine: Engine) -> None:
    """All tables straight from the models; migrations give the same (tests/site compares them)."""
    import_tables()
    Base.metadata.create_all(engine)


def import_tables() -> None:
    """Load every module that declares tables, so that ``Base.metadata`` is complete."""
    import importlib
    import pkgutil

    import loyalty

    for package in pkgutil.iter_modules(loyalty.__path__):
        if package.ispkg:
            folder = importlib.import_module(f"loyalty.{package.name}")
            if any(module.name == "models" for module in pkgutil.iter_modules(folder.__path__)):
                importlib.import_module(f"loyalty.{package.name}.models")
