"""I1: single cells: phones, dates, money, words and names as people write them."""

import csv
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from loyalty.imports.rules.amounts import Amount, comma_groups_thousands, read_amount
from loyalty.imports.rules.dates import read_day, read_when
from loyalty.imports.rules.names import clean, name_key, preferred_name, same_name, search_key, shorten
from loyalty.imports.rules.phones import read_phone, to_e164
from loyalty.imports.rules.words import read_language, read_sex, read_status, region_of_tag

DATA = Path(__file__).parents[2] / "data" / "imports"
EXPECTED = {
    expected["file"][:2]: expected
    for line in (DATA / "messy" / "EXPECTED.jsonl").read_text(encoding="utf-8").splitlines()
    for expected in [json.loads(line)]
}
PHONES = list(csv.DictReader((DATA / "people" / "phones.csv").read_text(encoding="utf-8").splitlines()))
SAIGON = "Asia/Ho_Chi_Minh"
OUTCOMES = {
    "refund": Amount(-500_000),
    "missing": Amount(code="amount_missing"),
    "ambiguous": Amount(code="amount_ambiguous"),
    "error-currency": Amount(code="amount_currency"),
}


@pytest.mark.parametrize("row", PHONES, ids=lambda row: row["raw"] or "empty")
def test_phone_is_what_libphonenumber_says(row: dict[str, str]) -> None:
    assert to_e164(row["raw"], row["default_region"]) == (row["libphonenumber_e164"] or None)


@pytest.mark.parametrize(
    ("raw", "e164", "remark"),
    [
        ("0901234570 / 0912345678", "+84901234570", "phone_second_kept"),
        ("'0901234567", "+84901234567", None),
        ("901234568.0", "+84901234568", None),
        ("9.01234569E8", "+84901234569", None),
        ("9,01E+08", None, "phone_digits_lost"),
        ("9.01E+08", None, "phone_digits_lost"),
        ("01231234567", None, "phone_impossible"),
        ("#######", None, "phone_unreadable"),
        ("không có", None, "phone_unreadable"),
        ("", None, "phone_missing"),
    ],
)
def test_phone_cells_of_spreadsheets(raw: str, e164: str | None, remark: str | None) -> None:
    phone = read_phone(raw, "VN")
    assert (phone.e164, phone.remark) == (e164, remark)


@pytest.mark.parametrize(("raw", "expected"), EXPECTED["32"]["amounts"].items())
def test_dong_spellings(raw: str, expected: int | str) -> None:
    amount = read_amount(raw, "VND", 0)
    if isinstance(expected, int):
        assert amount.minor == expected
    elif expected in OUTCOMES:
        assert amount == OUTCOMES[expected]
    else:
        assert amount.minor is None
        assert amount.code in ("amount_unreadable", "amount_too_large")


@pytest.mark.parametrize(
    ("raw", "currency", "minor"),
    [
        ("1\u00a0250,50 руб.", "RUB", 125_050),
        ("1\u202f250,50 ₽", "RUB", 125_050),
        ("1 250", "RUB", 125_000),
        ("1250.5", "RUB", 125_050),
        ("1.250.000,50", "RUB", 125_000_050),
        ("￥3,080.50", "CNY", 308_050),
        ("574元", "CNY", 57_400),
        ("1,250", "CNY", 125_000),
        ("$1,234,567.89", "USD", 123_456_789),
        ("(49.95)", "USD", -4_995),
        ("\u22125", "USD", -500),
        ("1,250", "RUB", None),
        ("1.250", "USD", None),
        ("100 ₽", "USD", None),
        ("12 34", "RUB", None),
    ],
)
def test_money_in_other_countries(raw: str, currency: str, minor: int | None) -> None:
    assert read_amount(raw, currency, 2).minor == minor


def test_a_lone_comma_is_read_as_its_column_reads_commas() -> None:
    assert comma_groups_thousands(["1,250,000", "900"])
    assert not comma_groups_thousands(["1,250,000", "12,5"])
    assert not comma_groups_thousands(["1,250"])
    assert read_amount("1,250", "VND", 0, comma_groups=True).minor == 1250


@pytest.mark.parametrize(("raw", "expected"), EXPECTED["33"]["dates"].items())
def test_vietnamese_date_spellings(raw: str, expected: str) -> None:
    when = read_when(raw, "dmy", SAIGON)
    if expected.startswith("error"):
        assert when is None
    elif raw in ("01/01/1900", "01/03/2099"):
        assert when is not None
    else:
        assert when is not None
        assert when.on.isoformat() == expected[:10]


@pytest.mark.parametrize(
    ("raw", "order", "at"),
    [
        ("05/03/2024 14:30", "dmy", datetime(2024, 3, 5, 7, 30, tzinfo=UTC)),
        ("45356.604166", "dmy", datetime(2024, 3, 5, 7, 30, tzinfo=UTC)),
        ("2024-03-05 14:30:00", "dmy", datetime(2024, 3, 5, 7, 30, tzinfo=UTC)),
        ("2024-03-05T14:30", "dmy", datetime(2024, 3, 5, 7, 30, tzinfo=UTC)),
        ("2024-03-05T03:30:00-04:00", "dmy", datetime(2024, 3, 5, 7, 30, tzinfo=UTC)),
        ("3/5/2024 2:30 PM", "mdy", datetime(2024, 3, 5, 7, 30, tzinfo=UTC)),
        ("2024年3月5日", "ymd", datetime(2024, 3, 4, 17, tzinfo=UTC)),
        ("5 марта 2024 г.", "dmy", datetime(2024, 3, 4, 17, tzinfo=UTC)),
        ("Mar 5, 2024", "mdy", datetime(2024, 3, 4, 17, tzinfo=UTC)),
        ("05/03/2024", "ymd", None),
        ("2024-03-05T25:00:00Z", "dmy", None),
        ("05/03/2024 25:00", "dmy", None),
    ],
)
def test_instants_are_utc(raw: str, order: str, at: datetime | None) -> None:
    when = read_when(raw, order, SAIGON)
    assert (when.at if when else None) == at


def test_two_digits_of_a_year_are_no_birth_date() -> None:
    assert read_day("05/03/45", "dmy", SAIGON) is None
    assert read_day("05/03/1945", "dmy", SAIGON) == date(1945, 3, 5)


def test_words_in_four_languages() -> None:
    assert {read_status(word) for word in ("Completed", "đã khám", "завершён", "已完成", "SUCCESS")} == {
        "completed"
    }
    assert {read_status(word) for word in ("cancelled", "Đã hủy", "отменен", "已取消")} == {"cancelled"}
    assert {read_status(word) for word in ("no-show", "không đến", "неявка", "爽约")} == {"no_show"}
    assert {read_sex(word) for word in ("F", "Nữ", "жен.", "女")} == {"female"}
    assert {read_language(word) for word in ("ru", "ru_RU", "Русский", "tiếng Nga")} == {"ru"}
    assert (read_status("?"), read_sex("?"), read_language("fr")) == (None, None, None)
    assert (region_of_tag("zh_CN"), region_of_tag("vi")) == ("CN", None)


def test_name_keys_forget_case_marks_and_blanks() -> None:
    assert search_key("  ĐỖ  Thị-Ánh ") == "do thi anh"
    assert name_key("Nguyễn Thị Hồng") == name_key("NGUYEN  THI HONG") == "nguyenthihong"
    assert name_key("Семён Ёлкин") == name_key("Семен Елкин")
    assert name_key("-") == name_key("\u200b\u200d") == ""


def test_two_different_tone_marks_are_two_names() -> None:
    assert same_name("Trần Thị Mẹ", "TRAN THI ME")
    assert same_name("Семён Ёлкин", "Семен Елкин")
    assert not same_name("Trần Thị Mẹ", "Trần Thị Mẻ")
    assert preferred_name("NGUYEN THI HONG", "Nguyễn Thị Hồng") == "Nguyễn Thị Hồng"
    assert preferred_name("Nguyễn Thị Hồng", "nguyễn thị hồng") == "Nguyễn Thị Hồng"


def test_names_are_cut_between_whole_signs() -> None:
    family = "👨\u200d👩\u200d👧"
    assert shorten("ab" + family, 4) == "ab"
    assert shorten("abc", 3) == "abc"
    assert clean("\u202eLê\u200b \x00 An\n") == "Lê An"
