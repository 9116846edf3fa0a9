"""Who sent whom: codes, touches, who may be referred, what is looked at twice (F1 to F6)."""

from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.clinic.models import Staff
from loyalty.kernel.refusal import Refusal
from loyalty.patients.models import Patient, PatientStats
from loyalty.referrals import operations, queries
from loyalty.referrals.models import InviteCode, Referral
from tests.referrals.scenes import arrive, given, refused, stage
from tests.support.acting import commit
from tests.support.cast import LAN, NOON, complete, introduce, person


def test_f1_every_patient_has_a_code_that_says_nothing_about_her(session: Session, an: Patient) -> None:
    code = session.scalar(select(InviteCode.code).where(InviteCode.patient_id == an.id))
    assert code is not None
    invitation = queries.invitation(session, f" {code.lower()} ")
    assert invitation is not None
    assert (invitation.code, invitation.shown_name, invitation.is_open) == (code, None, True)


@pytest.mark.parametrize("typed", ["", "AAAAAAAA", "x' OR 1=1", "é" * 50])
def test_f1_an_unknown_code_is_no_invitation(session: Session, an: Patient, typed: str) -> None:
    assert queries.invitation(session, typed) is None


def test_f3_all_touches_are_kept(session: Session, an: Patient, binh: Patient) -> None:
    chi = person(session, "Lê Chi")
    introduce(session, an, binh, origin="link")
    with pytest.raises(Refusal, match="already_referred"):
        operations.attribute(
            session, friend_id=binh.id, referrer_id=chi.id, origin="desk", actor=LAN, now=NOON
        )
    commit(session, NOON)
    assert [(touch.kind, touch.referrer_id) for touch in queries.touches(session, binh.id)] == [
        ("link", an.id),
        ("desk", chi.id),
    ]


def test_f4_a_patient_is_referred_once_in_life(session: Session, an: Patient, binh: Patient) -> None:
    chi = person(session, "Lê Chi")
    first = introduce(session, an, binh)
    assert introduce(session, an, binh).id == first.id
    assert refused(session, chi, binh) == "already_referred"
    assert session.scalar(select(func.count()).select_from(Referral)) == 1


def test_f4_staff_put_the_referrer_right_before_the_first_half(
    session: Session, an: Patient, binh: Patient
) -> None:
    chi = person(session, "Lê Chi")
    referral = introduce(session, an, binh)
    operations.change_referrer(
        session, referral_id=referral.id, referrer_id=chi.id, reason="she said Chi", actor=LAN, now=NOON
    )
    arrive(session, binh)
    assert (given(session, an), given(session, chi)) == ([], [("referral_first_half", 50)])
    with pytest.raises(Refusal, match="first_half_paid"):
        operations.change_referrer(
            session, referral_id=referral.id, referrer_id=an.id, reason="again", actor=LAN, now=NOON
        )


def test_f4_a_change_needs_a_reason(session: Session, an: Patient, binh: Patient) -> None:
    referral = introduce(session, an, binh)
    with pytest.raises(Refusal, match="reason_missing"):
        operations.change_referrer(
            session, referral_id=referral.id, referrer_id=an.id, reason=" ", actor=LAN, now=NOON
        )


def test_f5_nobody_with_an_earlier_visit_is_referred(session: Session, an: Patient, binh: Patient) -> None:
    complete(session, binh, now=NOON - timedelta(days=900), origin="import", quiet=True)
    assert refused(session, an, binh) == "existing_patient"


def test_f5_a_second_record_of_an_earlier_patient_is_no_new_friend(session: Session, an: Patient) -> None:
    known = person(session, "Trần Văn Bình")
    complete(session, known, now=NOON - timedelta(days=30))
    again = person(session, "tran van binh", phone=known.phone)
    child = person(session, "Trần Bé Na", phone=known.phone)
    assert refused(session, an, again) == "existing_patient"
    assert introduce(session, an, child).stage == "registered"


def test_f6_oneself_under_another_record_is_blocked(session: Session, an: Patient) -> None:
    twin = person(session, "An Nguyễn", phone=an.phone)
    mail = person(session, "Lê Chi", email="chi@example.com")
    same_mail = person(session, "Chi Le", email="CHI@example.com")
    card = person(session, "Đỗ Dung", id_number="079-200-1")
    same_card = person(session, "Do Dung", id_number="0792001")
    assert refused(session, an, an) == "self"
    assert refused(session, an, twin) == "self"
    assert refused(session, mail, same_mail) == "self"
    assert refused(session, card, same_card) == "self"


def test_f6_ones_own_dependants_are_blocked(session: Session, an: Patient) -> None:
    child = person(session, "Bé Na", phone=None, guardian_id=an.id)
    assert refused(session, an, child) == "dependant"


@pytest.mark.parametrize("length", [2, 4])
def test_f6_a_chain_that_leads_back_is_blocked(session: Session, an: Patient, length: int) -> None:
    chain = [an, *(person(session, f"Bạn {number}") for number in range(1, length))]
    for referrer, friend in pairwise(chain):
        introduce(session, referrer, friend)
    assert refused(session, chain[-1], an) == "cycle"


def test_f6_staff_are_not_rewarded(session: Session, an: Patient, binh: Patient) -> None:
    session.add(Staff(email="an@clinic.example", name="An", role="care", phone=an.phone, created_at=NOON))
    commit(session)
    assert refused(session, an, binh) == "staff"


def test_f6_a_blocked_code_is_refused(session: Session, an: Patient, binh: Patient) -> None:
    code = queries.code_of(session, an.id)
    assert code is not None
    code.blocked_at = NOON
    commit(session)
    with pytest.raises(Refusal, match="blocked_code"):
        operations.attribute(session, friend_id=binh.id, code=code.code, origin="link", actor=LAN, now=NOON)


def test_f6_flagged_rewards_are_held_until_staff_decide(session: Session, an: Patient) -> None:
    namesake = person(session, "nguyen thi an")
    referral = introduce(session, an, namesake)
    complete(session, namesake)
    assert (referral.flags, stage(session, namesake), given(session, an)) == (
        ["similar_name"],
        "qualified",
        [],
    )
    for _ in range(2):
        operations.decide_flagged(
            session, referral_id=referral.id, approve=True, reason="cousins", actor=LAN, now=NOON
        )
        commit(session, NOON)
    assert given(session, an) == [("referral_first_half", 50), ("referral_second_half", 50)]


def test_f6_a_rejected_referral_gives_and_counts_nothing(session: Session, an: Patient) -> None:
    namesake = person(session, "nguyen thi an")
    referral = introduce(session, an, namesake)
    complete(session, namesake)
    operations.decide_flagged(
        session, referral_id=referral.id, approve=False, reason="one person", actor=LAN, now=NOON
    )
    commit(session, NOON)
    assert (stage(session, namesake), given(session, an)) == ("rejected", [])
    standing = session.get_one(PatientStats, an.id)
    assert (standing.referral_count, standing.tier) == (0, None)


def test_f6_the_sixth_friend_of_a_day_is_looked_at(session: Session, an: Patient) -> None:
    flags = [introduce(session, an, person(session, f"Bạn {number}")).flags for number in range(6)]
    assert flags == [[], [], [], [], [], ["velocity"]]


def test_f6_a_half_held_while_the_window_ran_out_is_not_lost(session: Session, an: Patient) -> None:
    namesake = person(session, "nguyen thi an")
    referral = introduce(session, an, namesake)
    complete(session, namesake, paid=0)
    operations.expire_referrals(session, now=NOON + timedelta(days=181))
    commit(session, NOON)
    assert queries.flagged_count(session) == 1
    operations.decide_flagged(
        session, referral_id=referral.id, approve=True, reason="cousins", actor=LAN, now=NOON
    )
    commit(session, NOON)
    assert (stage(session, namesake), given(session, an)) == ("expired", [("referral_first_half", 50)])
    assert queries.flagged_count(session) == 0


def test_f6_another_referrer_is_looked_at_anew(session: Session, an: Patient) -> None:
    chi, namesake = person(session, "Trần Thị Chi"), person(session, "nguyen thi an")
    referral = introduce(session, an, namesake)
    arrive(session, namesake)
    assert (referral.flags, given(session, an)) == (["similar_name"], [])
    changed = operations.change_referrer(
        session, referral_id=referral.id, referrer_id=chi.id, reason="mistaken", actor=LAN, now=NOON
    )
    commit(session, NOON)
    assert (changed.flags, given(session, an), given(session, chi)) == ([], [], [("referral_first_half", 50)])
    second = introduce(session, chi, person(session, "Nguyen Thi An"))
    changed = operations.change_referrer(
        session, referral_id=second.id, referrer_id=an.id, reason="mistaken", actor=LAN, now=NOON
    )
    assert (changed.flags, changed.is_flagged) == (["similar_name"], True)


def test_f6_a_blocked_code_can_not_be_named_at_the_desk_either(
    session: Session, an: Patient, binh: Patient
) -> None:
    code = queries.code_of(session, an.id)
    assert code is not None
    code.blocked_at = NOON
    with pytest.raises(Refusal, match="blocked_code"):
        operations.attribute(
            session, friend_id=binh.id, referrer_id=an.id, origin="desk", actor=LAN, now=NOON
        )
