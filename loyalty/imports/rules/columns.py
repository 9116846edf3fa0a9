"""Which column is which of our fields: by the words of its header, or as a person says (rule I1)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from loyalty.imports.rules.headers import WORDS, Kind
from loyalty.imports.rules.names import search_key
from loyalty.kernel.refusal import Refusal

_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]|（[^）]*）")
_DATA_CELL = re.compile(r"[+(]?\d[\d .,:/()+\-]*|\d.*\d{4}.*|.*\d{6}.*", re.DOTALL)
_NUMBERED = re.compile(r"#\d{1,3}")
_WHEN = ("visited_at", "completed_at", "arrived_at", "scheduled_at")


@dataclass(frozen=True, slots=True)
class Columns:
    """The headers, our fields' places among them, and what an import of this kind still lacks."""

    headers: tuple[str, ...]
    places: Mapping[str, int]
    missing: tuple[str, ...]

    @property
    def mapping(self) -> dict[str, str]:
        """Our field to their header, as shown before anything is written."""
        return {field: self.headers[place] for field, place in self.places.items()}

    @property
    def unused(self) -> tuple[str, ...]:
        """Headers nobody reads: unknown, nameless, or repeating a column already taken."""
        taken = set(self.places.values())
        return tuple(header for place, header in enumerate(self.headers) if place not in taken)


@lru_cache(maxsize=4096)
def header_key(header: str) -> str:
    """A header without case, marks, line breaks and units in brackets: 'Thành tiền (VNĐ)' is 'thanh tien'."""
    return search_key(_BRACKETS.sub(" ", header)) or search_key(header)


@cache
def _fields(kind: Kind) -> dict[str, str]:
    """Header key to field; the field named first keeps a word that two fields know."""
    found: dict[str, str] = {}
    for field, words in WORDS[kind].items():
        for word in (field, *words.split("|")):
            found.setdefault(header_key(word), field)
    return found


def recognised(cells: Sequence[str], kind: Kind) -> dict[str, int]:
    """Field to place for the cells that are known headers, the first of equals."""
    known = _fields(kind)
    found: dict[str, int] = {}
    for place, cell in enumerate(cells):
        field = known.get(header_key(cell)) if len(cell) <= 80 else None
        if field:
            found.setdefault(field, place)
    return found


def looks_like_data(cells: Sequence[str]) -> bool:
    """Whether any cell holds a number, a phone or a date, as no header does."""
    return any(_DATA_CELL.fullmatch(cell.strip()) for cell in cells)


def is_header(cells: Sequence[str], kind: Kind, wanted: Mapping[str, str]) -> bool:
    """Whether a row is the header: two known words, or one and no data, or all that the mapping names."""
    named = {header_key(header) for header in wanted.values() if header and not _NUMBERED.fullmatch(header)}
    if named and named <= {header_key(cell) for cell in cells}:
        return True
    count = len(recognised(cells, kind))
    return count >= 2 or (count == 1 and not looks_like_data(cells))


def numbered(width: int) -> tuple[str, ...]:
    """The headers of a file without any: #1, #2 and so on."""
    return tuple(f"#{number}" for number in range(1, width + 1))


def find_columns(headers: tuple[str, ...], kind: Kind, wanted: Mapping[str, str]) -> Columns:
    """The columns of a file; ``wanted`` (our field to their header, '' for none) has the last word.

    Refuses ``mapping_field_unknown`` and ``mapping_header_unknown``.
    """
    places = recognised(headers, kind)
    for field in wanted:
        places.pop(field, None)
    asked = {field: _place(headers, field, header, kind) for field, header in wanted.items() if header}
    places = {field: place for field, place in places.items() if place not in asked.values()} | asked
    return Columns(headers, places, _missing(places, kind))


def _place(headers: Sequence[str], field: str, header: str, kind: Kind) -> int:
    if field not in WORDS[kind]:
        raise Refusal("mapping_field_unknown", field=field)
    if _NUMBERED.fullmatch(header) and 1 <= int(header[1:]) <= len(headers):
        return int(header[1:]) - 1
    for place, known in enumerate(headers):
        if header_key(known) == header_key(header):
            return place
    raise Refusal("mapping_header_unknown", field=field, header=header)


def _missing(places: Mapping[str, int], kind: Kind) -> tuple[str, ...]:
    named = "name" in places or ("first_name" in places and "last_name" in places)
    if kind == "patients":
        return () if named else ("name",)
    lacking = [] if named or "patient" in places or "phone" in places else ["patient"]
    return tuple(lacking if any(field in places for field in _WHEN) else [*lacking, "visited_at"])
