"""I1: the files that clinics send, taken into the programme: once, again, and rehearsed."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from loyalty.imports.models import ImportBatch
from loyalty.imports.operations import hand_in
from loyalty.kernel.actor import SYSTEM
from loyalty.kernel.refusal import Refusal
from loyalty.patients.models import Patient, PatientStats
from loyalty.visits.models import Visit
from tests.imports.conftest import DATA, Desk

MESSY = DATA / "messy"
LINES = (MESSY / "EXPECTED.jsonl").read_text(encoding="utf-8").splitlines()
EXPECTED: dict[str, dict[str, Any]] = {found["file"]: found for found in map(json.loads, LINES)}
TAKEN = [name for name, found in EXPECTED.items() if found.get("accepted")]
CLINICS = {
    "VN": {},
    "RU": {"country": "RU", "currency": "RUB", "timezone": "Europe/Moscow"},
    "CN": {"country": "CN", "currency": "CNY", "timezone": "Asia/Shanghai"},
}


@pytest.mark.parametrize("name", TAKEN)
def test_i1_m1_each_file_gives_its_visits_people_money_and_tiers(
    name: str, desk_in: Callable[..., Desk]
) -> None:
    expected, content = EXPECTED[name], (MESSY / name).read_bytes()
    desk = desk_in(**CLINICS[expected.get("region", "VN")])
    rehearsed = desk.rehearse("visits", content)
    taken = desk.counts("visits", content)
    assert taken == rehearsed
    found = {
        "accepted": taken[0],
        "rejected": taken[3],
        "patients": desk.count(Patient),
        "visits": desk.count(Visit, Visit.status == "completed"),
        "sum_minor": desk.session.scalar(select(func.sum(PatientStats.spend_minor))),
        "rejected_lines": [line for line, _ in desk.reasons()],
    }
    assert found == found | {key: expected[key] for key in found if key in expected}
    assert desk.tiers() == _tiers_by_visits(desk)


@pytest.mark.parametrize("name", TAKEN)
def test_i1_each_file_again_changes_nothing(name: str, desk_in: Callable[..., Desk]) -> None:
    expected, content = EXPECTED[name], (MESSY / name).read_bytes()
    desk = desk_in(**CLINICS[expected.get("region", "VN")])
    first = desk.counts("visits", content)
    people, points = desk.count(Patient), desk.session.scalar(select(func.sum(PatientStats.points_balance)))
    again = (0, 0, first[0] + first[2], first[3])
    assert desk.rehearse("visits", content) == again
    assert desk.counts("visits", content) == again
    assert desk.count(Patient) == people
    assert desk.session.scalar(select(func.sum(PatientStats.points_balance))) == points


def _tiers_by_visits(desk: Desk) -> dict[str | None, int]:
    tiers: dict[str | None, int] = {}
    for count in desk.session.scalars(select(func.count()).select_from(Visit).group_by(Visit.patient_id)):
        tier = "member" if count < 3 else "silver" if count < 8 else "gold" if count < 20 else "black"
        tiers[tier] = tiers.get(tier, 0) + 1
    return tiers


def test_i1_one_person_in_fourteen_spellings_keeps_her_best_name_and_is_gold(desk: Desk) -> None:
    desk.take("visits", (MESSY / "09_vi_same_patient_14_spellings.csv").read_bytes())
    (patient,) = desk.session.scalars(select(Patient)).all()
    assert (patient.name, patient.phone) == ("Nguyễn Thị Hồng", "+84901234567")
    assert desk.stats(patient).tier == "gold"


def test_i2_a_family_on_one_phone_stays_apart(desk: Desk) -> None:
    desk.take("visits", (MESSY / "10_vi_family_shares_phone.csv").read_bytes())
    assert desk.count(Patient, Patient.phone.is_not(None)) == 4
    assert desk.session.scalar(select(func.count(Patient.phone.distinct()))) == 1


def test_p9_m2_a_refund_takes_its_visit_back_and_the_future_is_a_booking(desk: Desk) -> None:
    content = (MESSY / "34_refund_future_zero_sameday.csv").read_bytes()
    rehearsed = desk.rehearse("visits", content)
    assert desk.counts("visits", content) == rehearsed == (4, 1, 1, 0)
    stats = desk.stats(desk.patient("Nguyễn Thị Hồng"))
    assert (stats.visit_count, stats.spend_minor, stats.points_balance) == (0, 0, 0)
    assert desk.count(Visit, Visit.status == "booked") == 1
    other = desk.stats(desk.patient("Trần Văn Đức"))
    assert (other.visit_count, other.spend_minor, other.tier) == (2, 300_000, "member")
    assert desk.counts("visits", content) == (0, 0, 6, 0)


def test_i1_a_second_export_adds_its_new_visit_and_lists_what_a_file_may_not_change(desk: Desk) -> None:
    first = (MESSY / "36_reimport_first.csv").read_bytes()
    second = (MESSY / "36_reimport_second.csv").read_bytes()
    assert desk.counts("visits", first) == (20, 0, 0, 0)
    assert desk.counts("visits", first) == (0, 0, 20, 0)
    assert desk.rehearse("visits", second) == (1, 0, 18, 2)
    assert desk.counts("visits", second) == (1, 0, 18, 2)
    assert [code for _, code in desk.reasons()] == ["visit_closed", "visit_closed"]
    assert desk.patient("Đặng Quốc Bảo").phone == "+84905123456"
    assert desk.count(Visit) == 21


def test_f18_every_source_that_can_be_told_is_told(desk: Desk) -> None:
    desk.take("visits", (MESSY / "35_referrer_column.csv").read_bytes())
    people = {patient.external_id: patient for patient in desk.session.scalars(select(Patient))}
    names = {patient.id: patient.external_id for patient in people.values()}
    sources = {
        code: (patient.source_kind, patient.source_channel or names.get(patient.source_referrer_id or 0))
        for code, patient in people.items()
    }
    assert sources == {
        "A1": ("channel", "facebook"),
        "A2": ("walk_in", None),
        "B1": ("referral", "A1"),  # the later A2 does not count
        "B2": ("referral", "A1"),
        "B3": (None, "Nguyễn Văn A"),  # two people have this name
        "B4": (None, "B4"),  # herself
        "B5": ("referral", "B1"),
        "B6": (None, "ZZ9"),
        "B7": (None, None),
        "C1": ("referral", "C2"),  # named before she comes
        "C2": (None, "C1"),  # would close a circle
        "D1": ("channel", "google"),
        "D2": ("channel", "zalo"),
    }


def test_i1_a_thousand_people_in_four_scripts_are_a_thousand_patients(desk: Desk) -> None:
    content = (DATA / "people" / "people.csv").read_bytes()
    assert desk.rehearse("patients", content) == (1000, 0, 0, 0)
    assert desk.counts("patients", content) == (1000, 0, 0, 0)
    assert desk.count(Patient) == 1000
    languages = dict(
        desk.session.execute(select(Patient.language, func.count()).group_by(Patient.language)).all()
    )
    assert languages == {"vi": 250, "zh": 250, "ru": 250, "en": 250}
    assert desk.counts("patients", content) == (0, 0, 1000, 0)


@pytest.mark.parametrize(
    ("name", "code"), [("26_empty_0_bytes.csv", "file_empty"), ("27_header_only.csv", "no_rows")]
)
def test_files_with_nothing_in_them_write_nothing(name: str, code: str, desk: Desk) -> None:
    content = (MESSY / name).read_bytes()
    with pytest.raises(Refusal) as refused:
        desk.rehearse("visits", content)
    assert refused.value.code == code
    if not content:
        with pytest.raises(Refusal):
            hand_in(desk.session, kind="visits", filename=name, content=content, actor=SYSTEM, now=desk.now)
    assert desk.count(ImportBatch) == 0


def test_a_file_without_a_heading_is_taken_by_its_columns_numbers(desk: Desk) -> None:
    content = (MESSY / "29_no_header.csv").read_bytes()
    with pytest.raises(Refusal) as refused:
        desk.rehearse("visits", content)
    assert refused.value.code == "mapping_incomplete"
    mapping = {"name": "#1", "phone": "#2", "visited_at": "#3", "service": "#4", "amount": "#5"}
    assert desk.counts("visits", content, mapping=mapping) == (3, 0, 0, 0)
