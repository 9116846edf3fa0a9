"""Inserting a row once, whoever tries how often: the unique key decides, on both databases."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from loyalty.kernel.database import connection_of


class InsertOnce:
    """A prebuilt ``INSERT … ON CONFLICT (key) DO NOTHING RETURNING column``."""

    __slots__ = ("_by_dialect",)

    def __init__(self, table: Table, *, key: tuple[Column[Any], ...], returning: Column[Any]) -> None:
        self._by_dialect: Mapping[str, Any] = {
            name: dialect.insert(table).on_conflict_do_nothing(index_elements=list(key)).returning(returning)
            for name, dialect in (("sqlite", sqlite), ("postgresql", postgresql))
        }

    def __call__(self, session: Session, row: Mapping[str, Any]) -> Any:
        """The returned column of the new row, or None when a row with this key was there already."""
        connection = connection_of(session)
        return connection.execute(self._by_dialect[connection.dialect.name], row).scalar_one_or_none()
