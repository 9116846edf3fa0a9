"""Rows that were not taken as a CSV file: line, reason, and what stood there, harmless to a spreadsheet."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from flask_babel import gettext as _

from web.phrases_imports import field_name, reason_text

#: Spreadsheets take UTF-8 for what it is only with this mark in front.
BYTE_ORDER_MARK = "\ufeff"
#: Some programs take full-width signs for plain ones.
_RISKY = ("=", "@", "＝", "＠", "\t", "\r", "\n")
_SIGNS = ("+", "-", "＋", "－")
_NUMBER = re.compile(r"[+\-][\d\s.,()]*\d[\d\s.,()%]*")


class RejectedRow(Protocol):
    """What the file needs of a row, out of a table or of a rehearsal."""

    @property
    def line(self) -> int: ...
    @property
    def code(self) -> str: ...
    @property
    def field(self) -> str | None: ...
    @property
    def cells(self) -> Sequence[str]: ...


def harmless(cell: str) -> str:
    """A cell that no spreadsheet runs: a formula's sign gets a quotation mark, "+84 90" and "-5" stay."""
    text = cell.lstrip(" ")
    runs = text.startswith(_RISKY) or (text.startswith(_SIGNS) and not _NUMBER.fullmatch(text.strip()))
    return f"'{cell}" if runs else cell


def rejected_csv(headers: Sequence[str], rows: Iterable[RejectedRow]) -> Iterator[str]:
    """The lines of the file, heading first; corrected, it can be imported as it is."""
    yield BYTE_ORDER_MARK + _line([_("Line"), _("Reason"), *map(harmless, headers)])
    for row in rows:
        yield _line([str(row.line), _reason(row), *map(harmless, row.cells)])


def _reason(row: RejectedRow) -> str:
    reason, field = reason_text(row.code), field_name(row.field)
    return f"{field}: {reason}" if field else reason


def _line(cells: Sequence[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()
