"""A file as this clinic reads it: its region, currency, zone and order of dates."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import cast

from loyalty.clinic.queries import Programme
from loyalty.imports.rules.headers import Kind
from loyalty.imports.rules.outcome import Outcome
from loyalty.imports.rules.progress import ROWS_AT_ONCE
from loyalty.imports.rules.reading import Sheet, open_file
from loyalty.kernel.money import minor_digits
from loyalty.kernel.refusal import Refusal

_YEAR_FIRST = ("CN",)


def open_sheet(
    content: bytes, *, kind: str, setup: Programme, mapping: Mapping[str, str], now: datetime
) -> Sheet:
    """The file opened and its columns found; ``columns.missing`` tells what a person must still say.

    Raises the refusals of ``rules.reading.open_file``. Days after today are bookings.
    """
    return open_file(
        content,
        kind=cast(Kind, kind),
        region=setup.preset.region,
        currency=setup.currency,
        minor_digits=minor_digits(setup.currency),
        zone=setup.timezone,
        date_order="ymd" if setup.country in _YEAR_FIRST else "dmy",
        mapping=mapping,
        today=setup.calendar.day_of(now),
    )


def complete_sheet(
    content: bytes, *, kind: str, setup: Programme, mapping: Mapping[str, str], now: datetime
) -> Sheet:
    """Like :func:`open_sheet`; refuses ``mapping_incomplete`` while a needed column is not known."""
    sheet = open_sheet(content, kind=kind, setup=setup, mapping=mapping, now=now)
    if sheet.columns.missing:
        raise Refusal("mapping_incomplete", fields=", ".join(sheet.columns.missing))
    return sheet


def records_in(sheet: Sheet) -> int:
    """How many records stand below the header."""
    return sum(1 for _ in sheet.body())


def chunks(sheet: Sheet, size: int = ROWS_AT_ONCE) -> Iterator[list[Outcome]]:
    """What the records below the header came to, so many at a time, from the beginning at each call."""
    outcomes = (outcome for outcome in sheet.outcomes() if outcome.line >= sheet.layout.body_line)
    while chunk := list(islice(outcomes, size)):
        yield chunk
