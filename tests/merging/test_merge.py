"""Two records of one person become one: nothing is lost, nothing is double (P17)."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from loyalty.access.models import LoginSession
from loyalty.access.operations import start_session
from loyalty.activity.models import AuditEntry
from loyalty.badges.models import BadgeAward
from loyalty.kernel.refusal import Refusal
from loyalty.merging.queries import kept_of, preview
from loyalty.messaging.models import Message
from loyalty.messaging.operations import queue_message
from loyalty.patients.models import Patient
from loyalty.patients.operations import record_consent
from loyalty.patients.queries import consent_given, search_patients
from loyalty.points import operations as points
from loyalty.points.models import LedgerEntry, Lot
from loyalty.visits.models import Visit
from loyalty.visits.operations import refund_visit
from tests.merging.conftest import merge, stats, sums
from tests.support.acting import commit
from tests.support.cast import LAN, NOON, complete, person

TODAY = NOON.date()


def test_p17_sums_stay_and_the_tier_is_reviewed(session: Session, kept: Patient, merged: Patient) -> None:
    for patient in (kept, merged, merged):
        complete(session, patient)
    before = sums(session, kept, merged)
    assert merge(session, merged, kept)
    assert sums(session, kept, merged) == before == sums(session, kept)
    found, empty = stats(session, kept), stats(session, merged)
    assert (found.points_balance, found.visit_count, found.tier) == (300, 3, "silver")
    assert (empty.points_balance, empty.visit_count, empty.tier, empty.spend_minor) == (0, 0, None, 0)
    assert set(session.scalars(select(Visit.patient_id))) == {kept.id}


def test_p17_repeating_it_changes_nothing(session: Session, kept: Patient, merged: Patient) -> None:
    complete(session, merged)
    assert merge(session, merged, kept)
    noted = session.query(AuditEntry).count()
    assert not merge(session, merged, kept)
    assert session.query(AuditEntry).count() == noted


def test_the_merged_record_can_act_no_more(session: Session, kept: Patient, merged: Patient) -> None:
    start_session(session, kind="patient", person_id=merged.id, device="phone", now=NOON)
    merge(session, merged, kept)
    assert session.scalars(select(LoginSession.revoked_at)).one() == NOON
    with pytest.raises(Refusal, match="patient_merged"):
        complete(session, merged)
    session.rollback()
    found = kept_of(session, merged.id)
    assert found is not None
    assert found.id == kept.id
    assert [row.id for row in search_patients(session, merged.card_number)] == [kept.id]
    assert [row.id for row in search_patients(session, merged.phone or "")] == [kept.id]


@pytest.mark.parametrize("case", ["same", "unknown", "merged", "into_merged", "chain"])
def test_what_cannot_be_merged(session: Session, kept: Patient, merged: Patient, case: str) -> None:
    third = person(session, "Mai")
    ids = {
        "same": (kept.id, kept.id),
        "unknown": (kept.id, 999_999),
        "merged": (merged.id, third.id),
        "into_merged": (third.id, merged.id),
        "chain": (kept.id, third.id),
    }[case]
    codes = {"same": "merge_same", "unknown": "patient_unknown", "chain": "merge_chain"}
    if case not in ("same", "unknown"):
        merge(session, merged, kept)
    first, second = (session.get(Patient, patient_id) or Patient(id=patient_id) for patient_id in ids)
    with pytest.raises(Refusal, match=codes.get(case, "merge_merged")):
        merge(session, first, second)
    session.rollback()
    if case != "unknown":
        with pytest.raises(Refusal):
            preview(session, *ids)


def test_gaps_are_filled_and_what_is_known_stays(session: Session, kept: Patient, merged: Patient) -> None:
    child = person(session, "Bé An", guardian_id=merged.id)
    values: dict[str, Any] = {"external_id": "P-7", "language": "en", "tags": ["vip"], "blocked_at": NOON}
    session.execute(update(Patient).where(Patient.id == merged.id).values(**values))
    session.execute(
        update(Patient).where(Patient.id == kept.id).values(tags=["pensioner"], guardian_id=merged.id)
    )
    phone = kept.phone
    commit(session)
    session.expire_all()
    merge(session, merged, kept)
    assert (kept.external_id, kept.language, kept.phone) == ("P-7", "en", phone)
    assert (kept.tags, kept.blocked_at, kept.guardian_id) == (["pensioner", "vip"], NOON, None)
    assert merged.external_id is None
    assert child.guardian_id == kept.id


def test_p10_points_of_one_fill_the_others_debt(session: Session, kept: Patient, merged: Patient) -> None:
    visit_id = complete(session, merged)
    points.redeem(session, patient_id=merged.id, points=100, key="spent", today=TODAY, actor=LAN, now=NOON)
    commit(session, NOON)
    refund_visit(session, visit_id=visit_id, key="r", amount_minor=1_000_000, actor=LAN, now=NOON)
    commit(session, NOON)
    complete(session, kept, 1_500_000)
    assert stats(session, merged).points_debt == 100
    merge(session, merged, kept)
    assert (stats(session, kept).points_balance, stats(session, kept).points_debt) == (50, 0)
    assert sorted(session.scalars(select(Lot.remaining))) == [0, 50]


def test_p9_a_visit_moved_may_be_refunded(session: Session, kept: Patient, merged: Patient) -> None:
    visit_id = complete(session, merged)
    merge(session, merged, kept)
    refund_visit(session, visit_id=visit_id, key="r", amount_minor=1_000_000, actor=LAN, now=NOON)
    commit(session, NOON)
    assert (stats(session, kept).points_balance, stats(session, kept).visit_count) == (0, 0)
    assert {entry.patient_id for entry in session.scalars(select(LedgerEntry))} == {kept.id}


def test_badges_are_held_once_since_the_earlier_day(session: Session, kept: Patient, merged: Patient) -> None:
    complete(session, merged, now=NOON - timedelta(days=3))
    complete(session, kept)
    merge(session, merged, kept)
    award = session.scalars(select(BadgeAward)).one()
    assert (award.patient_id, award.badge, award.at) == (kept.id, "first-visit", NOON - timedelta(days=3))


def test_c2_no_step_reaches_one_person_twice(session: Session, kept: Patient, merged: Patient) -> None:
    def queue(patient: Patient, anchor: str) -> int | None:
        found = queue_message(
            session, patient_id=patient.id, step="balance", anchor=anchor, values={"points": 1}, now=NOON
        )
        commit(session, NOON)
        return found

    twin, alone = queue(merged, "2026-11"), queue(merged, "2026-10")
    queue(kept, "2026-11")
    merge(session, merged, kept)
    found = {row.id: (row.key, row.state, row.reason) for row in session.scalars(select(Message))}
    assert found[alone or 0] == (f"{kept.id}:balance:2026-10:1", "queued", None)
    assert found[twin or 0] == (f"{merged.id}:balance:2026-11:1", "skipped", "duplicate")
    assert {row.patient_id for row in session.scalars(select(Message))} == {kept.id}
    assert queue(kept, "2026-10") is None


@pytest.mark.parametrize("no_first", [True, False])
def test_p17_the_stricter_word_wins(session: Session, kept: Patient, merged: Patient, no_first: bool) -> None:
    def say(patient: Patient, purpose: str, granted: bool, source: str = "patient") -> None:
        record_consent(
            session, patient_id=patient.id, purpose=purpose, granted=granted, source=source,
            wording="1", actor=LAN, now=NOON,
        )  # fmt: skip
        commit(session, NOON)

    for patient, granted in ((merged, not no_first), (kept, no_first)):
        say(patient, "marketing", granted)
    say(merged, "referral", True)
    merge(session, merged, kept)
    assert not consent_given(session, kept.id, "marketing")
    assert consent_given(session, kept.id, "referral")
    with pytest.raises(Refusal, match="opted_out"):
        say(kept, "marketing", True, source="desk")
    session.rollback()


def test_the_preview_tells_what_moves_and_clashes(session: Session, kept: Patient, merged: Patient) -> None:
    for patient in (kept, merged):
        complete(session, patient)
    found = preview(session, merged.id, kept.id)
    assert (found.balance, found.merged.counts["visits"], found.kept.counts["entries"]) == (200, 1, 1)
    assert found.conflicts == ("same_badges", "both_codes")
