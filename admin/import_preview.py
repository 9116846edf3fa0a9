"""A file before its import: how it was read, which column is which, what would happen (I1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from loyalty.clinic.queries import Programme
from loyalty.imports.operations import Rehearsal, rehearse
from loyalty.imports.queries.sheets import open_sheet, records_in
from loyalty.imports.rules.headers import WORDS, Kind
from loyalty.imports.rules.outcome import Row
from loyalty.imports.rules.progress import ROWS_REHEARSED
from loyalty.imports.rules.reading import Sheet
from loyalty.kernel.refusal import Refusal
from web import labels
from web.formats import day, day_time, money
from web.phrases import refusal_text
from web.phrases_imports import field_name, warning_text

#: Names of the address's and the form's arguments that say which column a field is.
PREFIX = "map."
LONGEST_HEADER = 40


@dataclass(frozen=True, slots=True)
class Choice:
    """One field of ours with the columns it may be; ``chosen`` is a place such as ``#3``, or empty."""

    name: str
    label: str
    chosen: str
    is_missing: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """A file before its import; ``found`` is None while it cannot be told which column is which."""

    encoding: str
    separator: str
    header_line: int | None
    records: int
    choices: list[Choice]
    columns: list[tuple[str, str]]
    missing: list[str]
    unused: list[str]
    error: str
    sample: tuple[tuple[str, ...], ...]
    headings: list[str]
    rows: list[tuple[int, list[str]]]
    found: Rehearsal | None
    warnings: list[tuple[str, int]]
    chosen: dict[str, str]


def mapping_in(arguments: Mapping[str, str], kind: str) -> dict[str, str]:
    """Which column each field is, as a person has chosen; unknown fields are left out."""
    known = WORDS[cast(Kind, kind)]
    return {
        name.removeprefix(PREFIX): value
        for name, value in arguments.items()
        if name.startswith(PREFIX) and name.removeprefix(PREFIX) in known
    }


def preview(
    session: Session, kind: str, content: bytes, mapping: dict[str, str], setup: Programme, now: datetime
) -> Preview:
    """Read the file by this mapping and rehearse its first rows; a mapping that fits nothing is told."""
    error = ""
    try:
        sheet = open_sheet(content, kind=kind, setup=setup, mapping=mapping, now=now)
    except Refusal as refusal:
        error = refusal_text(refusal)
        sheet = open_sheet(content, kind=kind, setup=setup, mapping={}, now=now)
    missing = sheet.columns.missing
    found = None
    if not missing and not error:
        found = rehearse(session, sheet, setup=setup, now=now, limit=ROWS_REHEARSED)
    choices = _choices(sheet)
    fields = [name for name in WORDS[sheet.kind] if name in sheet.columns.places and name != "region"]
    return Preview(
        encoding=sheet.text.encoding,
        separator=_separator(sheet),
        header_line=sheet.layout.header_line,
        records=records_in(sheet),
        choices=choices,
        columns=_columns(sheet),
        missing=[_needed(name) for name in missing],
        unused=[header for header in sheet.columns.unused if header and sheet.layout.header_line],
        error=error,
        sample=sheet.sample(),
        headings=[field_name(name) for name in fields],
        rows=[(row.line, [_shown(row, name) for name in fields]) for row in found.rows] if found else [],
        found=found,
        warnings=_warnings(found),
        chosen={f"{PREFIX}{choice.name}": choice.chosen for choice in choices},
    )


def _needed(name: str) -> str:
    return _("the patient (a code, or name and phone)") if name == "patient" else field_name(name)


def _warnings(found: Rehearsal | None) -> list[tuple[str, int]]:
    return [(warning_text(code), count) for code, count in found.warnings.most_common()] if found else []


def _separator(sheet: Sheet) -> str:
    names = {",": _("comma"), ";": _("semicolon"), "\t": _("tab"), "|": _("vertical bar")}
    return names.get(sheet.layout.separator, sheet.layout.separator)


def _choices(sheet: Sheet) -> list[Choice]:
    places = sheet.columns.places
    missing = sheet.columns.missing
    chosen = {name: f"#{place + 1}" for name, place in places.items()}
    return [
        Choice(name, field_name(name), chosen.get(name, ""), name in missing) for name in WORDS[sheet.kind]
    ]


def _columns(sheet: Sheet) -> list[tuple[str, str]]:
    """The file's columns as (place, heading), nameless ones by their first cell."""
    first = sheet.sample()[0] if sheet.sample() else ()
    shown = []
    for number, header in enumerate(sheet.columns.headers, 1):
        cell = first[number - 1] if number <= len(first) else ""
        named = header if header and header != f"#{number}" else cell
        shown.append((f"#{number}", f"{number}. {named[:LONGEST_HEADER]}"))
    return shown


def _shown(row: Row, name: str) -> str:
    """What a field of a row was understood as."""
    values = row.values
    if name in ("first_name", "last_name"):
        name = "name"
    value = values.get(f"{name}_minor", values.get(name))
    if name == "amount" and value is None:
        value = values.get("refund_minor")
    if value is None:
        return ""
    if isinstance(value, datetime):
        return day_time(value)
    if isinstance(value, date):
        return day(value)
    if isinstance(value, int):
        return money(value)
    if isinstance(value, tuple):
        return ", ".join(str(part) for part in value)
    return labels.status_name(str(value)) if name == "status" else str(value)
