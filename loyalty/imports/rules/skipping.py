"""Lines that are no data: blank, repeated headers, totals, page and signature lines (rule I1)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from loyalty.imports.rules.columns import Columns, header_key
from loyalty.imports.rules.names import clean

REASONS: Final = ("blank", "before_header", "repeated_header", "total", "note")

_TOTAL = re.compile(
    r"(?:tổng cộng|tổng số|tổng tiền|tong cong|tong so|grand total|sub ?total|合计|总计|小计|总额).*"
    r"|(?:tổng|cộng|total|sum|итого|всего)[\W\d]*(?: (?:по|за|của|for|of)\b.*)?",
    re.DOTALL,
)
_NOTE = re.compile(
    r"trang \d.*|page \d.*|стр(?:аница|\.)? ?\d.*|第 ?\d+ ?页.*|người lập.*|kế toán.*|giám đốc.*|thủ quỹ.*"
    r"|\(?ký.*|ngày \d+ tháng.*|подпись.*|бухгалтер.*|главный врач.*|签字.*|制表.*|signature.*|prepared by.*",
    re.DOTALL,
)
_DIGIT = re.compile(r"\d")
_TELLING = ("phone", "visited_at", "completed_at", "birth_date")
_NAMING = ("name", "first_name", "last_name", "external_id", "patient")


@dataclass(frozen=True, slots=True)
class Skipping:
    """The rules for one file's columns."""

    header_keys: tuple[str, ...]
    telling: tuple[int, ...]
    naming: tuple[int, ...]

    @classmethod
    def of(cls, columns: Columns) -> "Skipping":
        """The rules under these columns."""
        keys = tuple(header_key(header) for header in columns.headers)
        return cls(keys, _places(columns, _TELLING), _places(columns, _NAMING))

    def reason(self, cells: Sequence[str]) -> str | None:
        """One of REASONS, or None for a row of data, good or bad."""
        if any(place < len(cells) and _DIGIT.search(cells[place]) for place in self.telling):
            return None
        filled = {place: text for place, cell in enumerate(cells) if (text := clean(cell))}
        if not filled:
            return "blank"
        if len(filled) > 1 and tuple(map(header_key, cells[: len(self.header_keys)])) == self.header_keys:
            return "repeated_header"
        return self._note(filled)

    def _note(self, filled: dict[int, str]) -> str | None:
        first = min(filled)
        if any(place in filled and place != first for place in (*self.telling, *self.naming)):
            return None
        if _TOTAL.fullmatch(filled[first].casefold()):
            return "total"
        if _NOTE.fullmatch(filled[first].casefold()):
            return "note"
        stray = len(filled) == 1 and len(self.header_keys) > 2 and first not in self.naming
        return "note" if stray else None


def _places(columns: Columns, fields: Sequence[str]) -> tuple[int, ...]:
    return tuple(columns.places[field] for field in fields if field in columns.places)
