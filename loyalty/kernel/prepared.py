"""Statements compiled once and run on the driver's own cursor.

Registering a visit runs some forty small statements in one transaction. SQLAlchemy's execution machinery
costs about 18 µs a statement, the database itself about 1 µs; so the statements of that path are written in
SQLAlchemy, compiled once for each database, and run by the driver with the same types at both ends. They
take part in the session's transaction like any other (docs/decisions says when to use them).
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import BindParameter
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.sql.expression import ClauseElement

from loyalty.kernel.database import connection_of

Convert = Callable[[Any], Any] | None
_MISSING = object()


class _Ready:
    """A statement in one database's dialect, with how its values go in and come out."""

    def __init__(self, statement: Any, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        self.text = str(compiled)
        self.positional = compiled.positiontup is not None
        binds = {name: bind for bind, name in compiled.bind_names.items()}
        self.names = compiled.positiontup if self.positional else list(binds)
        self.places = [_place(binds[name], dialect) for name in self.names]
        columns = list(getattr(statement, "exported_columns", ()) or ())
        readers = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
        self.reading = [(place, convert) for place, convert in enumerate(readers) if convert is not None]
        fields = [str(column.key) for column in columns]
        self.row: Any = namedtuple("Row", fields, rename=True)  # type: ignore[misc]
        self.error = dialect.loaded_dbapi.Error

    def values(self, given: Mapping[str, Any]) -> Any:
        values = []
        for key, convert, constant in self.places:
            value = given.get(key, _MISSING)
            if value is _MISSING:
                values.append(constant)
            else:
                values.append(value if convert is None or value is None else convert(value))
        return values if self.positional else dict(zip(self.names, values, strict=True))

    def as_row(self, raw: Sequence[Any]) -> Any:
        if self.reading:
            raw = list(raw)
            for place, convert in self.reading:
                raw[place] = convert(raw[place])
        return self.row._make(raw)


def _place(bind: BindParameter[Any], dialect: Dialect) -> tuple[str, Convert, Any]:
    """Of one parameter: the name it is given by, how the driver wants it, and its constant if it has one."""
    convert: Convert = bind.type.dialect_impl(dialect).bind_processor(dialect)
    constant = None if bind.required else bind.effective_value
    if convert is not None and constant is not None:
        constant = convert(constant)
    return bind.key, convert, constant


class Prepared:
    """A statement with named parameters or constants, never with lists of changing length."""

    __slots__ = ("_by_dialect", "_statement")

    def __init__(self, statement: ClauseElement | Mapping[str, ClauseElement]) -> None:
        self._statement = statement
        self._by_dialect: dict[str, _Ready] = {}

    def _ready(self, connection: Connection) -> _Ready:
        dialect = connection.dialect
        ready = self._by_dialect.get(dialect.name)
        if ready is None:
            chosen = self._statement
            statement = chosen[dialect.name] if isinstance(chosen, Mapping) else chosen
            ready = self._by_dialect[dialect.name] = _Ready(statement, dialect)
        return ready

    def _cursor(self, session: Session, values: Any, many: bool) -> tuple[Any, _Ready]:
        connection = connection_of(session)
        ready = self._ready(connection)
        cursor = connection.connection.cursor()
        given = [ready.values(row) for row in values] if many else ready.values(values)
        for listener in connection.dispatch.before_cursor_execute:
            # Who counts or logs statements sees these as well.
            listener(connection, cursor, ready.text, given, None, many)
        try:
            if many:
                cursor.executemany(ready.text, given)
            else:
                cursor.execute(ready.text, given)
        except ready.error as failed:
            wrapped = DBAPIError.instance(ready.text, None, failed, ready.error, dialect=connection.dialect)
            raise wrapped from failed
        return cursor, ready

    def run(self, session: Session, **values: Any) -> int:
        """Execute; how many rows were changed."""
        cursor, _ = self._cursor(session, values, False)
        return int(cursor.rowcount)

    def run_many(self, session: Session, rows: Iterable[Mapping[str, Any]]) -> None:
        """Execute once for each row."""
        self._cursor(session, rows, True)

    def all(self, session: Session, **values: Any) -> list[Any]:
        """All rows, as named tuples."""
        cursor, ready = self._cursor(session, values, False)
        return [ready.as_row(raw) for raw in cursor.fetchall()]

    def first(self, session: Session, **values: Any) -> Any:
        """The first row, or None."""
        cursor, ready = self._cursor(session, values, False)
        found = cursor.fetchall()
        return ready.as_row(found[0]) if found else None

    def scalar(self, session: Session, **values: Any) -> Any:
        """The first column of the first row, or None."""
        row = self.first(session, **values)
        return None if row is None else row[0]
