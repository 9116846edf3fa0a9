"""A clinic's file of patients or visits, read and judged row by row; nothing is written (rule I1)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice

from loyalty.imports.rules.amounts import comma_groups_thousands
from loyalty.imports.rules.bills import VisitBook, read_visit
from loyalty.imports.rules.cells import BadRow, Cells, Manner
from loyalty.imports.rules.columns import Columns, find_columns
from loyalty.imports.rules.decoding import Text, decode
from loyalty.imports.rules.headers import Kind
from loyalty.imports.rules.identity import PeopleBook
from loyalty.imports.rules.outcome import Outcome, Reading, Reject, Repeat, Row, Skip
from loyalty.imports.rules.people import read_patient
from loyalty.imports.rules.skipping import Skipping
from loyalty.imports.rules.table import Layout, Record, find_layout, records
from loyalty.kernel.refusal import Refusal

_SAMPLE_ROWS = 5
_STYLE_ROWS = 2000


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file opened and understood, its rows not yet read: memory stays at the size of its text."""

    kind: Kind
    text: Text
    layout: Layout
    columns: Columns
    manner: Manner

    def outcomes(self) -> Iterator[Outcome]:
        """Every record below the header in the file's order; again from the beginning at each call."""
        reader = _Reader(self, Skipping.of(self.columns))
        for number in range(self.layout.first_line, self.layout.header_line or 0):
            yield Skip(number, "before_header" if self.text.lines[number - 1].strip() else "blank")
        for record in self.body():
            yield reader.outcome(record)

    def body(self) -> Iterator[Record]:
        """The records below the header."""
        width = len(self.columns.headers)
        return records(self.text.lines, self.layout.separator, self.layout.body_line, width=width)

    def sample(self) -> tuple[tuple[str, ...], ...]:
        """The first few rows as they stand, for a person who tells which column is which."""
        return tuple(record.cells for record in islice(self.body(), _SAMPLE_ROWS))


def open_file(
    data: bytes,
    *,
    kind: Kind,
    region: str,
    currency: str,
    minor_digits: int,
    zone: str,
    date_order: str = "dmy",
    mapping: Mapping[str, str] | None = None,
    today: date | None = None,
) -> Sheet:
    """Decodes a file and finds its columns. ``mapping`` is our field to their header (``#3`` for the third
    column, '' for none). Refuses ``file_empty``, ``no_rows``, ``not_csv`` (``format``: xlsx, xls, html, json,
    zip, binary ...), ``encoding_unknown``, ``mapping_field_unknown`` and ``mapping_header_unknown``."""
    text = decode(data, region)
    layout = find_layout(text.lines, kind, mapping or {})
    if not any(line.strip(f" \t{layout.separator}") for line in text.lines[layout.body_line - 1 :]):
        raise Refusal("no_rows")
    columns = find_columns(layout.headers, kind, mapping or {})
    manner = Manner(region, currency, minor_digits, date_order, zone, today)
    sheet = Sheet(kind, text, layout, columns, manner)
    return replace(sheet, manner=replace(manner, comma_groups=_comma_groups(sheet)))


def read_file(
    data: bytes,
    *,
    kind: Kind,
    region: str,
    currency: str,
    minor_digits: int,
    zone: str,
    date_order: str = "dmy",
    mapping: Mapping[str, str] | None = None,
    today: date | None = None,
) -> Reading:
    """The whole file at once, for a preview; see ``open_file`` for arguments and refusals."""
    sheet = open_file(
        data,
        kind=kind,
        region=region,
        currency=currency,
        minor_digits=minor_digits,
        zone=zone,
        date_order=date_order,
        mapping=mapping,
        today=today,
    )
    return collect(sheet, () if sheet.columns.missing else sheet.outcomes())


def collect(sheet: Sheet, outcomes: Iterable[Outcome]) -> Reading:
    """The sheet's description with its outcomes sorted into their lists."""
    columns, layout = sheet.columns, sheet.layout
    reading = Reading(
        encoding=sheet.text.encoding,
        separator=layout.separator,
        header_line=layout.header_line,
        headers=columns.headers,
        mapping=columns.mapping,
        unused=columns.unused,
        missing=columns.missing,
        sample=sheet.sample(),
        repaired=len(sheet.text.repaired),
        rows=[],
        rejects=[],
        repeated=[],
        skipped=[],
    )
    for outcome in outcomes:
        match outcome:
            case Row():
                reading.rows.append(outcome)
            case Reject():
                reading.rejects.append(outcome)
            case Repeat():
                reading.repeated.append(outcome)
            case Skip():
                reading.skipped.append(outcome)
    return reading


def _comma_groups(sheet: Sheet) -> bool:
    places = [sheet.columns.places[name] for name in ("amount", "paid") if name in sheet.columns.places]
    rows = islice(sheet.body(), _STYLE_ROWS)
    return comma_groups_thousands(row.cells[at] for row in rows for at in places if at < len(row.cells))


@dataclass(slots=True)
class _Reader:
    """Reads records in order and remembers what must be known of the earlier ones."""

    sheet: Sheet
    skipping: Skipping
    people: PeopleBook = field(default_factory=PeopleBook)
    visits: VisitBook = field(default_factory=VisitBook)
    ids: dict[str, tuple[int, int]] = field(default_factory=dict)
    previous: tuple[int, tuple[str, ...]] = (0, ())

    def outcome(self, record: Record) -> Outcome:
        columns = self.sheet.columns
        reason = None if record.broken else self.skipping.reason(record.cells)
        if reason:
            return Skip(record.line, reason)
        try:
            return self._row(record)
        except BadRow as bad:
            return Reject(record.line, columns.headers, record.cells, bad.code, bad.field)

    def _row(self, record: Record) -> Row | Repeat:
        cells = self._cells(record)
        repeat = self._repeat(record, cells.text("external_id"))
        if repeat:
            return repeat
        visits = self.sheet.kind == "visits"
        patient = read_patient(cells, "patient" if visits else "external_id", self.people)
        visit = read_visit(cells, patient, self.visits) if visits else None
        if record.line in self.sheet.text.repaired:
            cells.remark("text_repaired")
        self._remember(record, cells.text("external_id"))
        headers = self.sheet.columns.headers
        return Row(record.line, headers, record.cells, patient, visit, tuple(cells.remarks))

    def _cells(self, record: Record) -> Cells:
        """The record's cells by our names. Raises BadRow if it does not fit under the headers."""
        width, spoilt = len(self.sheet.columns.headers), self.sheet.text.unreadable
        if spoilt and record.line in spoilt:
            raise BadRow("text_unreadable")
        if record.broken:
            raise BadRow("quote_open")
        if len(record.cells) < width:
            raise BadRow("too_few_columns")
        if any(cell.strip() for cell in record.cells[width:]):
            raise BadRow("too_many_columns")
        return Cells(self.sheet.columns, record.cells, self.sheet.manner)

    def _repeat(self, record: Record, external_id: str | None) -> Repeat | None:
        """The same id with the same content, or without an id the very line above once more."""
        if external_id is None:
            line, cells = self.previous
            return Repeat(record.line, line) if cells == record.cells else None
        line, content = self.ids.get(external_id, (0, 0))
        if line and content != hash(record.cells):
            raise BadRow("id_repeated", "external_id")
        return Repeat(record.line, line) if line else None

    def _remember(self, record: Record, external_id: str | None) -> None:
        if external_id is None:
            self.previous = (record.line, record.cells)
        else:
            self.ids[external_id] = (record.line, hash(record.cells))
