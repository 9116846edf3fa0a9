"""M8: changing the ladder first shows who would rise and fall, and needs just these numbers confirmed."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.activity.models import AuditEntry
from loyalty.clinic.queries import programme
from loyalty.kernel.refusal import Refusal
from loyalty.patients.models import Patient
from loyalty.tiers.operations import change_thresholds, pin_tier
from loyalty.tiers.queries import Effect, preview_thresholds
from tests.support.acting import commit
from tests.support.cast import LAN, NOON, complete, person
from tests.tiers.stories import choose, stats, tier

TODAY = date(2026, 11, 17)


@pytest.fixture
def crowd(session: Session, an: Patient) -> list[Patient]:
    """Patients with 1, 2 and 3 visits: member, member, silver; and one with none."""
    people = [an, person(session, "Bình"), person(session, "Chi")]
    for number, one in enumerate(people, 1):
        for _ in range(number):
            complete(session, one)
    person(session, "Dũng")
    return people


def preview(session: Session, **changes: int | str) -> Effect:
    named = {f"tiers.{name.replace('_', '.', 1)}": value for name, value in changes.items()}
    return preview_thresholds(session, changes=named, programme=programme(session), today=TODAY)


def change(session: Session, rise: int, fall: int, **changes: int | str) -> None:
    named = {f"tiers.{name}": value for name, value in changes.items()}
    change_thresholds(session, changes=named, confirmed_rise=rise, confirmed_fall=fall, actor=LAN, now=NOON)
    commit(session, NOON)


def test_m8_the_preview_counts_rises_and_falls(session: Session, crowd: list[Patient]) -> None:
    found = preview(session, silver_visits=2)
    assert (found.rise, found.fall) == (1, 0)
    assert (found.before["member"], found.after["member"], found.after["silver"]) == (2, 1, 2)
    found = preview(session, silver_visits=4, member_visits=2)
    assert (found.rise, found.fall) == (0, 2)
    assert found.after == {None: 2, "member": 2, "silver": 0, "gold": 0, "black": 0}


def test_m8_the_preview_changes_nothing(session: Session, crowd: list[Patient]) -> None:
    preview(session, silver_visits=1)
    assert programme(session).settings["tiers.silver.visits"] == 3
    assert [tier(session, one) for one in crowd] == ["member", "member", "silver"]


def test_m8_the_preview_leaves_pinned_tiers_where_they_are(session: Session, crowd: list[Patient]) -> None:
    for one, to in zip(crowd, ("gold", "member", "member"), strict=True):
        pin_tier(session, patient_id=one.id, tier=to, until=TODAY, reason="VIP", actor=LAN, now=NOON)
    found = preview(session, silver_visits=2, member_visits=2)
    assert (found.rise, found.fall) == (1, 0)
    assert found.after == {None: 1, "member": 1, "silver": 1, "gold": 1, "black": 0}


def test_m8_the_preview_of_another_window(session: Session, crowd: list[Patient]) -> None:
    assert preview_thresholds(
        session,
        changes={"tiers.window": "rolling_12_months"},
        programme=programme(session),
        today=date(2028, 1, 1),
    ).fall == 3  # fmt: skip


def test_m8_a_confirmed_change_lets_rise_at_once_and_fall_after_the_notice(
    session: Session, crowd: list[Patient]
) -> None:
    change(session, 1, 1, **{"silver.visits": 2, "member.visits": 2})
    assert [tier(session, one) for one in crowd] == ["member", "silver", "silver"]
    assert [stats(session, one).tier_falls_on for one in crowd] == [date(2026, 12, 17), None, None]
    audited = session.scalars(select(AuditEntry.object_id).where(AuditEntry.action == "setting.changed"))
    assert sorted(audited) == ["tiers.member.visits", "tiers.silver.visits"]


def test_m8_numbers_that_no_longer_hold_change_nothing(session: Session, crowd: list[Patient]) -> None:
    for _ in range(1):
        complete(session, crowd[0])
    with pytest.raises(Refusal) as refused:
        change(session, 1, 0, **{"silver.visits": 2})
    assert (refused.value.code, refused.value.params) == ("effect_changed", {"rise": 2, "fall": 0})
    assert programme(session).settings["tiers.silver.visits"] == 3


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("gold.visits", -1, "bad_setting"),
        ("gold.visits", 10_001, "bad_setting"),
        ("window", "weekly", "bad_setting"),
        ("gold.multiplier_percent", 200, "unknown_setting"),
        ("platinum.visits", 2, "unknown_setting"),
    ],
)
def test_m8_what_is_no_ladder_is_refused(
    session: Session, an: Patient, key: str, value: int | str, code: str
) -> None:
    with pytest.raises(Refusal) as refused:
        change(session, 0, 0, **{key: value})
    assert refused.value.code == code


def test_m8_a_change_taken_back_in_the_notice_lets_nobody_fall(
    session: Session, crowd: list[Patient]
) -> None:
    change(session, 0, 1, **{"silver.visits": 4})
    change(session, 0, 0, **{"silver.visits": 3})
    assert stats(session, crowd[2]).tier_falls_on is None


def test_m1_a_way_can_be_switched_off(session: Session, an: Patient) -> None:
    choose(session, silver_visits=0)
    for _ in range(3):
        complete(session, an)
    assert tier(session, an) == "member"
