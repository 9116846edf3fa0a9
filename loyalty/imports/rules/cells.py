"""One record seen through the columns found: its cells by our names, remarks gathered on the way."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from loyalty.imports.rules.columns import Columns
from loyalty.imports.rules.dates import read_day
from loyalty.imports.rules.names import clean
from loyalty.imports.rules.outcome import Remark

MAX_TEXT: Final = 500


@dataclass(frozen=True, slots=True)
class Manner:
    """How the clinic writes: default region of phones, currency and its minor digits, order of day and
    month, time zone (IANA); ``today`` if rows after it are to be told apart as bookings."""

    region: str
    currency: str
    minor_digits: int
    date_order: str
    zone: str
    today: date | None = None
    comma_groups: bool = False


class BadRow(Exception):
    """A row that cannot be taken; caught where rows are read, never seen outside."""

    def __init__(self, code: str, field: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.field = field


@dataclass(slots=True)
class Cells:
    """A record's cells by our field names."""

    columns: Columns
    cells: Sequence[str]
    manner: Manner
    remarks: list[Remark] = field(default_factory=list)

    def has(self, name: str) -> bool:
        """Whether the file has a column for the field at all."""
        return name in self.columns.places

    def raw(self, name: str) -> str:
        """The cell as it stands, '' if there is no such column."""
        place = self.columns.places.get(name)
        return "" if place is None else self.cells[place]

    def text(self, name: str) -> str | None:
        """The cell as one clean line of at most MAX_TEXT characters, None if nothing is left."""
        place = self.columns.places.get(name)
        if place is None or not self.cells[place]:
            return None
        return clean(self.cells[place])[:MAX_TEXT] or None

    def remark(self, code: str, name: str | None = None) -> None:
        """Notes something for a person to look at; the row is taken all the same."""
        self.remarks.append(Remark(code, name, self.raw(name) if name else ""))

    def day(self, name: str) -> tuple[date | None, bool]:
        """The day in a cell, and whether the cell is as it should be: empty or a day."""
        text = self.text(name)
        day = read_day(text, self.manner.date_order, self.manner.zone) if text else None
        return day, text is None or day is not None
