"""What becomes of a referral: stages, halves, its end, what is shown of it (F7 on)."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.clinic.operations import change_setting
from loyalty.patients.models import Patient
from loyalty.patients.operations import record_consent
from loyalty.referrals import operations, queries
from loyalty.referrals.models import Touch
from loyalty.referrals.rules import halves
from loyalty.settlement.operations import pay_visit, register_visit
from loyalty.settlement.rules import Line, Paid
from loyalty.visits.operations import book_visit, mark_arrived, refund_visit
from tests.referrals.scenes import arrive, given, refused, stage
from tests.support.acting import commit
from tests.support.cast import LAN, NOON, complete, introduce, person, service


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


@pytest.mark.parametrize("job_ran", [True, False])
@pytest.mark.parametrize(("days", "outcome"), [(179, "qualified"), (181, "expired")])
def test_f9_the_day_of_the_payment_decides_not_that_of_the_job(
    session: Session, an: Patient, binh: Patient, days: int, outcome: str, job_ran: bool
) -> None:
    """TM4: a visit within the window, its payment recorded after the job; B1: the month of the payment."""
    introduce(session, an, binh)
    visit_id = complete(session, binh, paid=0, now=NOON + timedelta(days=170))
    late, paid_at = NOON + timedelta(days=182), NOON + timedelta(days=days)
    if job_ran:
        operations.expire_referrals(session, now=late)
        commit(session, late)
    pay_visit(session, visit_id=visit_id, payment=Paid("late", 1_000_000, paid_at), actor=LAN, now=late)
    commit(session, late)
    operations.expire_referrals(session, now=late)
    commit(session, late)
    assert stage(session, binh) == outcome
    found = queries.referral_of_friend(session, binh.id)
    assert found is not None
    assert found.qualified_at == (paid_at if outcome == "qualified" else None)
    assert (found.ended_at is None) == (outcome == "qualified")


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
    assert [points for _, points in given(session, an)] == [50, 50, -50]


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
    assert code is not None
    assert binh.phone is not None
    for text in (binh.phone[-7:], "0" + binh.phone[3:], binh.card_number, code.code.lower()):
        assert [row.id for row in queries.find_referrers(session, text)] == [binh.id]


def test_f9_a_visit_in_time_counts_though_it_is_entered_later(
    session: Session, an: Patient, binh: Patient
) -> None:
    introduce(session, an, binh)
    in_time = NOON + timedelta(days=179)
    entered = NOON + timedelta(days=181)
    register_visit(
        session,
        patient_id=binh.id,
        lines=[Line(service(session).id, 1_000_000)],
        payments=[Paid("cash", 1_000_000, in_time)],
        completed_at=in_time,
        actor=LAN,
        now=entered,
    )
    commit(session, entered)
    assert stage(session, binh) == "qualified"
