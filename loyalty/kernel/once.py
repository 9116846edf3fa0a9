"""Prepared inserts: of any row, and of a row that shall be there once, whoever tries how often."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Column, ColumnDefault, Table, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from loyalty.kernel.prepared import Prepared

_DIALECTS: Mapping[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class InsertRow:
    """An insert compiled once for each set of columns; the model's own defaults fill what is left out."""

    __slots__ = ("_by_columns", "_defaults", "_key", "_returning", "_table")

    def __init__(
        self, table: Table, *, returning: Column[Any] | None = None, key: tuple[Column[Any], ...] = ()
    ) -> None:
        self._table, self._returning, self._key = table, returning, key
        self._by_columns: dict[tuple[str, ...], Prepared] = {}
        self._defaults = {
            column.key: column.default.arg(None) if column.default.is_callable else column.default.arg
            for column in table.columns
            if isinstance(column.default, ColumnDefault)
        }

    def _statement(self, columns: tuple[str, ...]) -> Prepared:
        found = self._by_columns.get(columns)
        if found is None:
            values = {name: bindparam(name, type_=self._table.c[name].type) for name in columns}
            found = Prepared({name: self._build(insert, values) for name, insert in _DIALECTS.items()})
            self._by_columns[columns] = found
        return found

    def _build(self, insert: Any, values: Mapping[str, Any]) -> Any:
        statement = insert(self._table).values(values)
        if self._key:
            statement = statement.on_conflict_do_nothing(index_elements=list(self._key))
        return statement if self._returning is None else statement.returning(self._returning)

    def __call__(self, session: Session, row: Mapping[str, Any]) -> Any:
        """Insert the row; the returned column, or None without one."""
        full = {**self._defaults, **row}
        statement = self._statement(tuple(full))
        if self._returning is None:
            statement.run(session, **full)
            return None
        return statement.scalar(session, **full)

    def many(self, session: Session, rows: Iterable[Mapping[str, Any]]) -> None:
        """Insert rows that all name the same columns."""
        full = [{**self._defaults, **row} for row in rows]
        if full:
            self._statement(tuple(full[0])).run_many(session, full)


class InsertOnce(InsertRow):
    """``INSERT … ON CONFLICT (key) DO NOTHING RETURNING column``: None when the key was there already."""

    def __init__(self, table: Table, *, key: tuple[Column[Any], ...], returning: Column[Any]) -> None:
        super().__init__(table, returning=returning, key=key)
