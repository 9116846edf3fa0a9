"""Lines of text to records of cells: separator, quotes, line breaks within quotes (rule I1)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from loyalty.imports.rules.columns import is_header, looks_like_data, numbered, recognised
from loyalty.imports.rules.headers import Kind

SEPARATORS = (",", ";", "\t", "|")
MAX_RECORD_LINES = 30
_HINT = re.compile(r"sep=(.)", re.IGNORECASE)
_HEADER_WITHIN = 25


@dataclass(frozen=True, slots=True)
class Record:
    """One record, at its first physical line; ``broken`` when a quote opens and never closes rightly."""

    line: int
    cells: tuple[str, ...]
    broken: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is laid out. ``header_line`` is None for a file without a header, whose columns are then
    named by number; ``body_line`` is the first line of data."""

    separator: str
    headers: tuple[str, ...]
    header_line: int | None
    body_line: int
    first_line: int


def find_layout(lines: Sequence[str], kind: Kind, wanted: Mapping[str, str]) -> Layout:
    """The layout under which the header, or failing that the columns, make most sense."""
    hint = _HINT.fullmatch(lines[0].strip("\ufeff ")) if lines else None
    first = 2 if hint else 1
    offered = (hint[1],) if hint else SEPARATORS
    layouts = [_layout(lines, first, separator, kind, wanted) for separator in offered]
    return max(layouts, key=lambda layout: _sense(layout, lines, kind))


def _layout(
    lines: Sequence[str], first: int, separator: str, kind: Kind, wanted: Mapping[str, str]
) -> Layout:
    head: list[Record] = []
    for record in records(lines, separator, first):
        if not any(cell.strip() for cell in record.cells):
            continue
        head.append(record)
        if is_header(record.cells, kind, wanted):
            return _with_header(lines, record, separator, first)
        if len(head) == _HEADER_WITHIN:
            break
    if head and not looks_like_data(head[0].cells) and len(head[0].cells) > 1:
        return _with_header(lines, head[0], separator, first)
    width = max((len(record.cells) for record in head), default=1)
    return Layout(separator, numbered(width), None, first, first)


def _with_header(lines: Sequence[str], record: Record, separator: str, first: int) -> Layout:
    following = next(records(lines, separator, record.line, with_ends=True)).line
    headers = tuple(" ".join(cell.split()) for cell in record.cells)
    return Layout(separator, headers, record.line, following + 1, first)


def _sense(layout: Layout, lines: Sequence[str], kind: Kind) -> tuple[int, int, int]:
    known = len(recognised(layout.headers, kind))
    sample = lines[layout.body_line - 1 : layout.body_line + 20]
    even = sum(len(split_record(line, layout.separator)[0]) == len(layout.headers) for line in sample)
    return known, even if len(layout.headers) > 1 else 0, len(layout.headers)


def records(
    lines: Sequence[str], separator: str, start: int, *, with_ends: bool = False, width: int = 0
) -> Iterator[Record]:
    """The records from physical line ``start`` on. A record over several lines that stays open or does not
    have ``width`` cells was no such record: its first line is broken and reading goes on with the next.
    ``with_ends`` numbers a record by its last line."""
    number, last = start, len(lines)
    while number <= last:
        line = lines[number - 1]
        if '"' not in line:
            yield Record(number, tuple(line.split(separator)))
            number += 1
            continue
        cells, taken = _joined(lines, number, separator, width)
        yield Record(number + taken - 1 if with_ends else number, cells, broken=taken == 0)
        number += max(taken, 1)


def _joined(lines: Sequence[str], number: int, separator: str, width: int) -> tuple[tuple[str, ...], int]:
    """Cells of the record at ``number`` and how many lines it took; 0 if its quotes never close."""
    text = lines[number - 1]
    cells, open_quote = split_record(text, separator)
    first, taken = cells, 1
    while open_quote and taken < MAX_RECORD_LINES and number + taken <= len(lines):
        more = lines[number + taken - 1]
        text, taken = f"{text}\n{more}", taken + 1
        if '"' in more:
            cells, open_quote = split_record(text, separator)
    if open_quote or (taken > 1 and width and len(cells) != width):
        return first, 0
    return cells, taken


def split_record(text: str, separator: str) -> tuple[tuple[str, ...], bool]:
    """The cells of a record, and whether its last quote is still open."""
    cells: list[str] = []
    place = 0
    while True:
        cell, place, open_quote = _cell(text, place, separator)
        cells.append(cell)
        if place < 0 or open_quote:
            return tuple(cells), open_quote


def _cell(text: str, place: int, separator: str) -> tuple[str, int, bool]:
    """One cell, the place after its separator (-1 at the end), and whether its quote stays open."""
    quoted = ""
    if text[place : place + 1] == '"':
        end = _closing_quote(text, place + 1)
        if end < 0:
            return text[place + 1 :], -1, True
        quoted = text[place + 1 : end].replace('""', '"')
        place = end + 1
    stop = text.find(separator, place)
    if stop < 0:
        return quoted + text[place:], -1, False
    return quoted + text[place:stop], stop + 1, False


def _closing_quote(text: str, place: int) -> int:
    while True:
        place = text.find('"', place)
        if place < 0 or text[place + 1 : place + 2] != '"':
            return place
        place += 2
