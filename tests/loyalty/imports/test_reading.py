"""I1: reading files: mapping, known exports, refusals by signature, size."""

import csv
import io
import tracemalloc
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from loyalty.imports.rules.outcome import REJECT_CODES, WARNING_CODES, Reading, Row
from loyalty.imports.rules.reading import open_file, read_file
from loyalty.kernel.refusal import Refusal

DATA = Path(__file__).parents[2] / "data" / "imports"
VIETNAM: dict[str, Any] = {
    "region": "VN",
    "currency": "VND",
    "minor_digits": 0,
    "zone": "Asia/Ho_Chi_Minh",
}
AMERICA: dict[str, Any] = {"region": "US", "currency": "USD", "minor_digits": 2, "zone": "UTC"}


def visits(text: str, **changes: Any) -> Reading:
    return read_file(text.encode(), **({"kind": "visits"} | VIETNAM | changes))


def patients(text: str, **changes: Any) -> Reading:
    return read_file(text.encode(), **({"kind": "patients"} | VIETNAM | changes))


def rejected(reading: Reading) -> list[tuple[int, str, str | None]]:
    return [(reject.line, reject.code, reject.field) for reject in reading.rejects]


@pytest.mark.parametrize(
    ("start", "name"),
    [
        (b"PK\x03\x04", "xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "xls"),
        (b"<html><table>", "html"),
        (b'<?xml version="1.0"?>', "html"),
        (b'{"resourceType": "Bundle"}', "json"),
        (b"%PDF-1.7", "pdf"),
        (b"\x00\x01\x02\x00\x00\x07", "binary"),
    ],
)
def test_what_is_no_text_is_refused_by_its_first_bytes(start: bytes, name: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_file(start + b"\x00" * 100, kind="visits", **VIETNAM)
    assert (refused.value.code, refused.value.params) == ("not_csv", {"format": name})


def test_noise_is_no_known_encoding() -> None:
    with pytest.raises(Refusal) as refused:
        read_file(bytes([0xFF, 0x81, 0xAE, 0x8D, 0x0A]) * 50, kind="visits", **VIETNAM)
    assert refused.value.code == "encoding_unknown"


def test_four_scripts_import_whole_with_valid_phones_only() -> None:
    data = (DATA / "people" / "people.csv").read_bytes()
    reading = read_file(data, kind="patients", **VIETNAM)
    expected = list(csv.DictReader(io.StringIO(data.decode())))
    assert (len(reading.rows), reading.patients, reading.rejects) == (1000, 1000, [])
    for row, person in zip(reading.rows, expected, strict=True):
        assert row.patient.name == person["name"]
        assert row.patient.phone == (person["expected_e164"] or None)
        assert row.patient.birth_date == date.fromisoformat(person["birth_date"])
    flagged = sum("phone_impossible" in {remark.code for remark in row.warnings} for row in reading.rows)
    assert flagged == sum(row.patient.phone is None for row in reading.rows)


def test_synthea_patients_map_by_themselves() -> None:
    reading = read_file((DATA / "synthea" / "patients.csv").read_bytes(), kind="patients", **AMERICA)
    first = reading.rows[0].patient
    assert len(reading.rows) == 27
    assert (first.name, first.birth_date, first.sex) == ("Maynard46 Mosciski958", date(2014, 10, 6), "male")
    assert sum(row.patient.deceased_on is not None for row in reading.rows) == 2


def test_synthea_encounters_are_completed_and_paid_visits() -> None:
    reading = read_file((DATA / "synthea" / "encounters.csv").read_bytes(), kind="visits", **AMERICA)
    visit = reading.rows[0].visit
    assert visit is not None
    assert (len(reading.rows), reading.rejects, reading.repeated) == (604, [], [])
    assert reading.rows[0].patient.external_id == "3edac2e3-d223-6fae-d515-daf96ef6bc76"
    assert (visit.external_id, visit.status) == ("57f2562b-445c-f11c-ba40-edc55af3c84f", "completed")
    assert visit.completed_at == datetime(2023, 1, 27, 16, 17, 47, tzinfo=UTC)
    assert (visit.amount_minor, visit.paid_minor, visit.specialty) == (379809, 379809, "ambulatory")


def test_our_own_columns_of_patients() -> None:
    header = "external_id,name,phone,email,birth_date,sex,language,source,referrer,tags,guardian,deceased_on"
    line = "P1,Lê An,0901234567,an@example.com,1990-01-03,nữ,vi,facebook,P9,vip|cũ,P8,2024-02-29"
    row = patients(f"{header}\n{line}\n").rows[0]
    assert row.values == {
        "key": "id:P1",
        "external_id": "P1",
        "name": "Lê An",
        "phone": "+84901234567",
        "email": "an@example.com",
        "birth_date": date(1990, 1, 3),
        "sex": "female",
        "language": "vi",
        "source": "facebook",
        "referrer": "P9",
        "tags": ("vip", "cũ"),
        "guardian": "P8",
        "deceased_on": date(2024, 2, 29),
    }


def test_our_own_columns_of_visits() -> None:
    header = "external_id,patient,status,scheduled_at,arrived_at,completed_at"
    header += ",branch,doctor,service,specialty,amount,paid,follow_up_on"
    line = "V1,P1,completed,2024-03-05T09:00:00+07:00,,2024-03-05T10:00:00+07:00"
    line += ",main,D1,S1,dental,500000,200000,2024-09-05"
    row = visits(f"{header}\n{line}\n").rows[0]
    assert row.visit is not None
    assert row.visit.completed_at == datetime(2024, 3, 5, 3, tzinfo=UTC)
    assert row.visit.scheduled_at == datetime(2024, 3, 5, 2, tzinfo=UTC)
    assert (row.visit.amount_minor, row.visit.paid_minor) == (500_000, 200_000)
    assert row.values["patient"] == "P1"
    assert row.values["follow_up_on"] == date(2024, 9, 5)


def test_a_mapping_has_the_last_word() -> None:
    text = "Họ tên,Ngày khám,Ngày trả,Cột lạ\nLê An,01/03/2024,02/03/2024,500000\n"
    reading = visits(text, mapping={"visited_at": "ngay tra", "amount": "#4", "service": ""})
    assert reading.mapping == {"name": "Họ tên", "visited_at": "Ngày trả", "amount": "Cột lạ"}
    assert reading.rows[0].visit is not None
    assert reading.rows[0].visit.visited_on == date(2024, 3, 2)


@pytest.mark.parametrize(
    ("mapping", "code"),
    [({"colour": "Họ tên"}, "mapping_field_unknown"), ({"name": "Tên lót"}, "mapping_header_unknown")],
)
def test_a_mapping_to_nothing_is_refused(mapping: dict[str, str], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        visits("Họ tên,Ngày khám\nLê An,01/03/2024\n", mapping=mapping)
    assert refused.value.code == code


def test_what_is_missing_is_named_and_no_row_is_judged() -> None:
    reading = visits("Họ tên,Ghi chú,Mã khám\nLê An,x,1\n")
    assert (reading.missing, reading.rows, reading.rejects) == (("visited_at",), [], [])


def test_title_lines_above_the_header_are_skipped() -> None:
    reading = visits("Phòng khám An Tâm\n\nHọ tên;Ngày khám\nLê An;01/03/2024\n")
    assert (reading.header_line, len(reading.rows)) == (3, 1)
    assert [skip.reason for skip in reading.skipped] == ["before_header", "blank"]


def test_a_quote_that_never_closes_spoils_its_own_line_only() -> None:
    lines = ["Họ tên,Ngày khám,Dịch vụ", '"Lê An,01/03/2024,Khám', *["Lê Ba,02/03/2024,Khám"] * 3]
    reading = visits("\n".join(lines[:3]) + '\nLê Tư,03/03/2024,"Khám, tư vấn"\n')
    assert rejected(reading) == [(2, "quote_open", None)]
    assert [row.line for row in reading.rows] == [3, 4]


def test_bad_rows_fail_alone_each_with_its_reason() -> None:
    reading = visits(
        "Mã khám,Họ tên,Điện thoại,Ngày khám,Trạng thái,Thành tiền\n"
        "1,Lê An,12,01/03/2024,đã khám,100.000\n"
        "2,-,0901234567,01/03/2024,đã khám,100.000\n"
        "3,Lê An,0901234567,31/02/2024,đã khám,100.000\n"
        "4,Lê An,0901234567,,đã khám,100.000\n"
        "5,Lê An,0901234567,01/03/2024,bay mất,100.000\n"
        "6,Lê An,0901234567,01/03/2024,đã khám,$100\n"
        "1,Lê An,12,01/03/2024,đã khám,900.000\n"
    )
    assert rejected(reading) == [
        (3, "name_missing", "name"),
        (4, "date_unreadable", "visited_at"),
        (5, "date_missing", "visited_at"),
        (6, "status_unknown", "status"),
        (7, "amount_currency", "amount"),
        (8, "id_repeated", "external_id"),
    ]
    assert {reject.code for reject in reading.rejects} <= set(REJECT_CODES)
    assert [remark.code for remark in reading.rows[0].warnings] == ["phone_unreadable", "identity_weak"]
    assert {remark.code for row in reading.rows for remark in row.warnings} <= set(WARNING_CODES)


def test_phone_alone_must_be_readable() -> None:
    reading = visits("Điện thoại,Ngày khám\n0901234567,01/03/2024\nxyz,01/03/2024\n")
    assert rejected(reading) == [(3, "phone_unreadable", "phone")]


def test_day_of_death_that_cannot_be_read_rejects_the_patient() -> None:
    reading = patients("Họ tên,Ngày mất\nLê An,không rõ\nLê Ba,\n")
    assert rejected(reading) == [(2, "date_unreadable", "deceased_on")]


def test_a_row_after_today_is_a_booking() -> None:
    reading = visits("Họ tên,Ngày khám\nLê An,01/03/2099\n", today=date(2024, 6, 30))
    (row,) = reading.rows
    assert row.visit is not None
    assert (row.visit.status, row.visit.completed_at) == ("booked", None)
    assert row.visit.scheduled_at == row.visit.visited_at
    assert "date_in_future" in {remark.code for remark in row.warnings}


def test_equal_visits_that_do_not_follow_each_other_are_two() -> None:
    line = "Lê An,0901234567,01/03/2024,Khám,100000"
    other = "Lê Ba,0901234568,01/03/2024,Khám,1"
    text = f"Họ tên,Điện thoại,Ngày khám,Dịch vụ,Thành tiền\n{line}\n{other}\n{line}\n"
    ids = [row.visit.external_id for row in visits(text).rows if row.visit]
    assert len(set(ids)) == 3
    assert ids[2] == f"{ids[0]}-2"


def many_lines(count: int) -> bytes:
    lines = ["ma_kh,ho_ten,dien_thoai,ngay_kham,dich_vu,thanh_tien"]
    for number in range(count):
        person = number % 12_000
        day = f"{number % 28 + 1:02d}/{number % 12 + 1:02d}/{2021 + number % 3}"
        lines.append(
            f"BN{person:05d},Nguyễn Thị Ánh,0910{person:06d},{day},Khám thai,{number % 900 + 100}.000"
        )
    return "\n".join(lines).encode()


def test_hundred_thousand_lines() -> None:
    rows = [
        outcome
        for outcome in open_file(many_lines(100_000), kind="visits", **VIETNAM).outcomes()
        if isinstance(outcome, Row)
    ]
    total = sum(row.visit.amount_minor or 0 for row in rows if row.visit)
    assert (len(rows), len({row.patient.key for row in rows})) == (100_000, 12_000)
    assert total == sum((number % 900 + 100) * 1000 for number in range(100_000))


def test_streaming_takes_memory_for_the_text_not_for_the_rows() -> None:
    data = many_lines(10_000)
    sheet = open_file(data, kind="visits", **VIETNAM)
    tracemalloc.start()
    count = sum(1 for _outcome in sheet.outcomes())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 10_000
    assert peak < 15 * len(data)
