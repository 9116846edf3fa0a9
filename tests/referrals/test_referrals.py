from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.clinic.models import Staff
from loyalty.clinic.operations import change_setting
from loyalty.kernel.refusal import Refusal
from loyalty.patients.models import Patient
from loyalty.patients.operations import record_consent
from loyalty.points.models import LedgerEntry
from loyalty.referrals import operations, queries
from loyalty.referrals.models import InviteCode, Referral, Touch
from loyalty.referrals.rules import halves
from loyalty.visits.operations import book_visit, mark_arrived, refund_visit
from tests.support.acting import commit
from tests.support.cast import LAN, NOON, complete, introduce, open_clinic, person


@pytest.fixture
def an(session: Session) -> Patient:
    open_clinic(session)
    return person(session, "Nguyễn Thị An")


@pytest.fixture
def binh(session: Session, an: Patient) -> Patient:
    return person(session, "Trần Bình")


def given(session: Session, patient: Patient) -> list[tuple[str, int]]:
    rows = session.execute(
        select(LedgerEntry.rule, LedgerEntry.points)
        .where(LedgerEntry.patient_id == patient.id, LedgerEntry.referral_id.is_not(None))
        .order_by(LedgerEntry.id)
    )
    return [(row.rule, row.points) for row in rows]


def stage(session: Session, friend: Patient) -> str:
    session.expire_all()
    found = queries.referral_of_friend(session, friend.id)
    assert found is not None
    return found.stage


def arrive(session: Session, friend: Patient, now=NOON) -> int:
    visit = book_visit(session, patient_id=friend.id, scheduled_at=now, actor=LAN, now=now)
    mark_arrived(session, visit_id=visit.id, actor=LAN, now=now)
    commit(session, now)
    return visit.id


def refused(session: Session, referrer: Patient, friend: Patient) -> str:
    with pytest.raises(Refusal) as refusal:
        introduce(session, referrer, friend)
    session.rollback()
    return refusal.value.code


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
    for referrer, friend in zip(chain, chain[1:], strict=False):
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


def test_f6_the_sixth_friend_of_a_day_is_looked_at(session: Session, an: Patient) -> None:
    flags = [introduce(session, an, person(session, f"Bạn {number}")).flags for number in range(6)]
    assert flags == [[], [], [], [], [], ["velocity"]]


def test_f7_stages_move_forward_and_repeats_do_nothing(session: Session, an: Patient, binh: Patient) -> None:
    introduce(session, an, binh)
    seen = [stage(session, binh)]
    visit = book_visit(session, patient_id=binh.id, scheduled_at=NOON, actor=LAN, now=NOON)
    commit(session, NOON)
    seen.append(stage(session, binh))
    moved = []
    for _ in range(3):
        moved.append(mark_arrived(session, visit_id=visit.id, actor=LAN, now=NOON))
        commit(session, NOON)
    seen.append(stage(session, binh))
    complete(session, binh, visit_id=visit.id)
    seen.append(stage(session, binh))
    book_visit(session, patient_id=binh.id, scheduled_at=NOON, actor=LAN, now=NOON)
    commit(session, NOON)
    seen.append(stage(session, binh))
    assert seen == ["registered", "booked", "arrived", "qualified", "qualified"]
    assert moved == [True, False, False]


@pytest.mark.parametrize(("total", "parts"), [(100, (50, 50)), (101, (50, 51)), (1, (0, 1)), (0, (0, 0))])
def test_f8_the_reward_has_two_halves(total: int, parts: tuple[int, int]) -> None:
    assert halves(total) == parts


def test_f8_each_half_comes_once(session: Session, an: Patient, binh: Patient) -> None:
    introduce(session, an, binh)
    visit = arrive(session, binh)
    after_arrival = given(session, an)
    complete(session, binh, visit_id=visit)
    complete(session, binh)
    assert after_arrival == [("referral_first_half", 50)]
    assert given(session, an) == [("referral_first_half", 50), ("referral_second_half", 50)]


def test_f8_a_payment_implies_the_arrival(session: Session, an: Patient, binh: Patient) -> None:
    introduce(session, an, binh)
    complete(session, binh)
    assert given(session, an) == [("referral_first_half", 50), ("referral_second_half", 50)]


def test_f8_a_visit_without_payment_is_an_arrival_only(session: Session, an: Patient, binh: Patient) -> None:
    introduce(session, an, binh)
    complete(session, binh, paid=0)
    assert (stage(session, binh), given(session, an)) == ("arrived", [("referral_first_half", 50)])


def test_f8_a_bill_below_the_minimum_does_not_qualify(session: Session, an: Patient, binh: Patient) -> None:
    change_setting(session, key="referrals.minimum_bill", text="500000", actor=LAN, now=NOON)
    introduce(session, an, binh)
    complete(session, binh, 499_999)
    below = stage(session, binh)
    complete(session, binh, 500_000)
    assert (below, stage(session, binh)) == ("arrived", "qualified")


def test_f9_a_friend_who_comes_too_late_brings_nothing(session: Session, an: Patient, binh: Patient) -> None:
    """TM4: the same whether or not the job has run on the day."""
    chi = person(session, "Lê Chi")
    for friend in (binh, chi):
        introduce(session, an, friend)
    arrive(session, chi)
    late = NOON + timedelta(days=180)
    complete(session, binh, now=late)
    before_job = stage(session, binh), given(session, an)
    ended = [operations.expire_referrals(session, now=late) for _ in range(2)]
    commit(session, late)
    complete(session, chi, now=late)
    assert before_job == ("registered", [("referral_first_half", 50)])
    assert ended == [2, 0]
    assert [stage(session, friend) for friend in (binh, chi)] == ["expired", "expired"]
    assert given(session, an) == [("referral_first_half", 50)]


def test_f9_a_minute_before_the_end_is_in_time(session: Session, an: Patient, binh: Patient) -> None:
    introduce(session, an, binh)
    complete(session, binh, now=NOON + timedelta(days=180) - timedelta(minutes=1))
    assert stage(session, binh) == "qualified"


def test_f10_the_terms_are_those_of_the_day_of_attribution(
    session: Session, an: Patient, binh: Patient
) -> None:
    introduce(session, an, binh)
    change_setting(session, key="referrals.reward_points", text="500", actor=LAN, now=NOON)
    complete(session, binh)
    assert given(session, an) == [("referral_first_half", 50), ("referral_second_half", 50)]


def test_f10_a_closed_programme_takes_no_new_friends(session: Session, an: Patient, binh: Patient) -> None:
    change_setting(session, key="referrals.open", text="false", actor=LAN, now=NOON)
    assert refused(session, an, binh) == "programme_closed"


def test_m3_a_wholly_refunded_first_visit_counts_no_more(
    session: Session, an: Patient, binh: Patient
) -> None:
    introduce(session, an, binh)
    visit = complete(session, binh)
    refund_visit(session, visit_id=visit, key="r", amount_minor=1_000_000, actor=LAN, now=NOON)
    commit(session, NOON)
    assert stage(session, binh) == "reversed"
    assert given(session, an) == [
        ("referral_first_half", 50),
        ("referral_second_half", 50),
        ("", -50),
    ]


def test_f15_the_referrer_sees_only_what_the_friend_allows(
    session: Session, an: Patient, binh: Patient
) -> None:
    chi = person(session, "Lê Chi")
    for friend in (binh, chi):
        introduce(session, an, friend)
        arrive(session, friend)
    record_consent(
        session,
        patient_id=chi.id,
        purpose="referral",
        granted=True,
        source="portal",
        wording="1",
        actor=LAN,
        now=NOON,
    )
    commit(session, NOON)
    assert queries.referrals_by(session, an.id) == [
        queries.Invited("Lê Chi", "arrived", 50, 50),
        queries.Invited(None, None, 50, None),
    ]


def test_f18_a_referred_patient_has_her_source(session: Session, an: Patient, binh: Patient) -> None:
    introduce(session, an, binh)
    session.refresh(binh)
    assert (binh.source_kind, binh.source_referrer_id) == ("referral", an.id)


def test_clicks_add_up_by_day(session: Session, an: Patient) -> None:
    code = queries.code_of(session, an.id)
    assert code is not None
    day = NOON.date()
    for _ in range(2):
        operations.add_clicks(session, counts={(code.id, day): 3, (code.id + 999, day): 1})
        commit(session)
    assert session.connection().exec_driver_sql("SELECT sum(clicks) FROM invite_clicks").scalar() == 6
    assert session.scalar(select(func.count()).select_from(Touch)) == 0


@pytest.mark.parametrize("text", ["tran binh", "BÌNH", "Trần"])
def test_who_sent_you_finds_people_without_diacritics(
    session: Session, an: Patient, binh: Patient, text: str
) -> None:
    assert [row.id for row in queries.find_referrers(session, text)] == [binh.id]


def test_who_sent_you_finds_people_by_phone_card_and_code(
    session: Session, an: Patient, binh: Patient
) -> None:
    code = queries.code_of(session, binh.id)
    assert code is not None and binh.phone is not None
    for text in (binh.phone[-7:], "0" + binh.phone[3:], binh.card_number, code.code.lower()):
        assert [row.id for row in queries.find_referrers(session, text)] == [binh.id]
