"""Days, months and amounts as each language writes them."""

import pytest

from loyalty.kernel.clock import Month
from web.formats import capital, month


@pytest.mark.parametrize(
    ("language", "within", "heading"),
    [
        ("vi", "tháng 11 năm 2026", "Tháng 11 năm 2026"),
        ("zh", "2026年11月", "2026年11月"),
        ("ru", "ноябрь 2026 г.", "Ноябрь 2026 г."),
        ("en", "November 2026", "November 2026"),
    ],
)
def test_a_month_is_small_in_a_sentence_and_large_at_its_beginning(
    language: str, within: str, heading: str
) -> None:
    text = month(Month.parse("2026-11"), language)
    assert " ".join(text.split()) == within
    assert " ".join(capital(text).split()) == heading
