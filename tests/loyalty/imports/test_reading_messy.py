"""I1: every messy file gives exactly the figures that were worked out for it without the product."""

import json
from pathlib import Path
from typing import Any

import pytest

from loyalty.imports.rules.outcome import Reading
from loyalty.imports.rules.reading import read_file
from loyalty.kernel.refusal import Refusal

MESSY = Path(__file__).parents[2] / "data" / "imports" / "messy"
EXPECTED = {
    str(expected["file"]): expected
    for line in (MESSY / "EXPECTED.jsonl").read_text(encoding="utf-8").splitlines()
    for expected in [json.loads(line)]
}
ZONES = {"VN": "Asia/Ho_Chi_Minh", "RU": "Europe/Moscow", "CN": "Asia/Shanghai"}


def read(name: str, **changes: Any) -> Reading:
    expected = EXPECTED[name]
    region = expected.get("region", "VN")
    arguments: dict[str, Any] = {
        "kind": "visits",
        "region": region,
        "currency": expected.get("currency", "VND"),
        "minor_digits": expected.get("minor_digits", 0),
        "date_order": expected.get("date_order", "dmy"),
        "zone": ZONES[region],
    }
    return read_file((MESSY / name).read_bytes(), **(arguments | changes))


def codes(reading: Reading) -> dict[str, set[str]]:
    return {
        row.patient.name or "": {remark.code for remark in row.warnings}
        for row in reading.rows
        if row.warnings
    }


@pytest.mark.parametrize("name", [name for name, expected in EXPECTED.items() if expected.get("accepted")])
def test_the_figures_of_the_file_are_met(name: str) -> None:
    expected, reading = EXPECTED[name], read(name)
    visits = [row.visit for row in reading.rows if row.visit]
    found = {
        "accepted": len(reading.rows),
        "rejected": len(reading.rejects),
        "rejected_lines": [reject.line for reject in reading.rejects],
        "patients": reading.patients,
        "visits": len({visit.external_id for visit in visits}),
        "sum_minor": sum(visit.amount_minor or 0 for visit in visits),
        "skipped": len(reading.skipped),
    }
    assert found == found | {key: expected[key] for key in found if key in expected}
    assert reading.missing == ()


@pytest.mark.parametrize("name", [name for name, expected in EXPECTED.items() if expected.get("accepted")])
def test_reading_a_file_again_gives_the_same_visits(name: str) -> None:
    first, second = read(name), read(name)
    assert first == second
    assert len({row.visit.external_id for row in first.rows if row.visit}) == len(first.rows)


@pytest.mark.parametrize(
    ("name", "encoding", "separator"),
    [
        ("01_vi_utf8_bom_semicolon.csv", "UTF-8", ";"),
        ("02_vi_utf16le_bom_tab.txt", "UTF-16LE", "\t"),
        ("03_vi_windows1258_comma.csv", "windows-1258", ","),
        ("04_ru_windows1251_semicolon.csv", "windows-1251", ";"),
        ("06_zh_gb18030_comma.csv", "GB18030", ","),
        ("30_sep_hint_pipe.csv", "UTF-8", "|"),
    ],
)
def test_encoding_and_separator_are_found(name: str, encoding: str, separator: str) -> None:
    reading = read(name)
    assert (reading.encoding, reading.separator) == (encoding, separator)


def test_three_encodings_of_one_list_give_the_same_people() -> None:
    lists = [
        [(row.patient.name, row.patient.phone, row.visit) for row in read(name).rows]
        for name in list(EXPECTED)[:3]
    ]
    assert lists[0] == lists[1] == lists[2]


def test_the_spoilt_line_is_reported_and_the_others_are_taken() -> None:
    (reject,) = read("07_vi_mixed_encodings.csv").rejects
    assert (reject.line, reject.code) == (12, "text_unreadable")


def test_double_encoded_text_is_put_right_and_said_so() -> None:
    reading = read("08_vi_mojibake_double_encoded.csv")
    assert [row.patient.name for row in reading.rows] == ["Nguyễn Thị Hồng", "Trần Văn Đức"]
    assert reading.repaired == 2
    assert all("text_repaired" in found for found in codes(reading).values())


def test_family_on_one_phone_stays_apart_and_is_flagged() -> None:
    reading = read("10_vi_family_shares_phone.csv")
    assert codes(reading) == {
        "Bé Na (con chị Mẹ)": {"phone_shared"},
        "Trần Văn Bố": {"phone_shared"},
        "Trần Thị Mẻ": {"similar_name"},
    }


def test_phones_broken_by_a_spreadsheet() -> None:
    reading = read("11_vi_phones_broken_by_excel.csv")
    phones = {row.patient.name: row.patient.phone for row in reading.rows}
    assert phones == EXPECTED["11_vi_phones_broken_by_excel.csv"]["expected_phone"]
    assert reading.patients == 9
    assert "phone_digits_lost" in codes(reading)["Lê Hai"]
    assert reading.rows[5].patient.other_phones == ("+84912345678",)


def test_dangerous_text_is_kept_as_typed_on_one_line() -> None:
    names = [row.patient.name for row in read("22_injection_strings.csv").rows]
    assert names[4] == "=1+1"
    assert names[5] == "<script>alert(1)</script>"
    assert names[14] == "a Bcc: victim@example.com"
    assert names[15:18] == ["null", "NaN", "undefined"]


def test_names_lose_controls_and_keep_letters_and_emoji() -> None:
    names = [row.patient.name or "" for row in read("23_unicode_torture_names.csv").rows]
    assert names[1] == "👨\u200d👩\u200d👧 Gia đình Lê"
    assert names[2] == "ảuḥt nầrT"
    assert names[8] == "Lê Bom"
    assert len(names[14]) == 200


def test_ragged_rows_are_reported_with_their_line() -> None:
    rejects = read("24_csv_quotes_newlines_ragged.csv").rejects
    assert [(reject.line, reject.code) for reject in rejects] == [
        (9, "too_many_columns"),
        (10, "too_few_columns"),
    ]


@pytest.mark.parametrize(
    ("name", "code"), [("26_empty_0_bytes.csv", "file_empty"), ("27_header_only.csv", "no_rows")]
)
def test_files_with_nothing_in_them_are_refused(name: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        read(name)
    assert refused.value.code == code


def test_a_second_column_of_a_name_is_shown_and_not_read() -> None:
    reading = read("28_header_variants_duplicates.csv")
    assert reading.unused == ("Họ tên", "", "Ghi chú")
    assert reading.rows[0].raw["Họ tên#6"] == "x"
    assert reading.mapping["phone"] == "SỐ ĐIỆN THOẠI"


def test_without_a_header_a_person_is_asked_and_no_row_is_lost() -> None:
    name = "29_no_header.csv"
    asked = read(name)
    assert (asked.header_line, asked.missing, asked.rows) == (None, ("patient", "visited_at"), [])
    assert asked.sample[0][0] == "Nguyễn Thị Hồng"
    mapping = {"name": "#1", "phone": "#2", "visited_at": "#3", "service": "#4", "amount": "#5"}
    assert [row.line for row in read(name, mapping=mapping).rows] == [1, 2, 3]


def test_lines_that_are_no_data_are_counted_with_a_reason() -> None:
    skipped = read("31_repeated_header_blank_total_lines.csv").skipped
    assert [(skip.line, skip.reason) for skip in skipped] == [
        (7, "blank"),
        (8, "blank"),
        (9, "repeated_header"),
        (13, "total"),
        (14, "note"),
        (15, "note"),
    ]


def test_refund_is_no_visit_and_the_line_said_twice_counts_once() -> None:
    reading = read("34_refund_future_zero_sameday.csv")
    assert [(repeat.line, repeat.first_line) for repeat in reading.repeated] == [(6, 5)]
    refund = reading.rows[1].visit
    assert refund is not None
    assert (refund.status, refund.amount_minor, refund.refund_minor) == ("refund", None, 20_000_000)


def test_second_export_repeats_one_visit_and_changes_two() -> None:
    first, second = read("36_reimport_first.csv"), read("36_reimport_second.csv")
    assert [(repeat.line, repeat.first_line) for repeat in second.repeated] == [(22, 2)]
    before = {row.visit.external_id: row.visit for row in first.rows if row.visit}
    after = {row.visit.external_id: row.visit for row in second.rows if row.visit}
    assert {code for code in before.keys() & after.keys() if before[code] != after[code]} == {"V003", "V004"}
    assert after["V004"].status == "cancelled"
    assert after.keys() - before.keys() == {"V020"}
