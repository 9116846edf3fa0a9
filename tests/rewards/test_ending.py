"""Rewards cancelled, not fetched in time, and the desk's lists (V7, P11)."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.patients.models import Patient
from loyalty.points.models import LedgerEntry, Lot
from loyalty.rewards import operations as rewards
from loyalty.rewards import queries
from loyalty.rewards.models import Certificate, Package, Redemption, Voucher
from tests.rewards.scenes import (
    TODAY,
    a_visit,
    act,
    balance,
    cleaning,
    give,
    herself,
    offer,
    redeem,
    refused,
    stock,
    take,
    voucher_reward,
)
from tests.support.cast import NOON

LATER = NOON + timedelta(hours=24)


def test_p11_cancelling_restores_the_same_lots_and_the_stock(session: Session, an: Patient) -> None:
    give(session, an, 60, date(2026, 12, 1))
    give(session, an, 60, date(2027, 3, 1))
    reward = offer(session, stock=1)
    taken = redeem(session, an, reward)
    assert (balance(session, an), stock(session, reward)) == (20, 0)
    assert act(session, rewards.cancel_redemption, redemption_id=taken.id, reason="changed her mind")
    assert not act(session, rewards.cancel_redemption, redemption_id=taken.id)
    assert (balance(session, an), stock(session, reward)) == (120, 1)
    lots = session.execute(select(Lot.remaining, Lot.valid_to).order_by(Lot.id)).all()
    assert lots == [(60, date(2026, 12, 1)), (60, date(2027, 3, 1))]
    session.refresh(taken)
    assert (taken.state, taken.end_reason) == ("cancelled", "changed her mind")
    assert refused(session, rewards.hand_over, redemption_id=taken.id) == "redemption_ended"
    assert refused(session, rewards.approve_redemption, redemption_id=taken.id) == "redemption_ended"


def test_v7_a_patient_cancels_her_own_within_24_hours(session: Session, an: Patient, chi: Patient) -> None:
    taken = take(session, an)
    given = {"redemption_id": taken.id}
    assert refused(session, rewards.cancel_redemption, actor=herself(chi), **given) == "redemption_unknown"
    assert refused(session, rewards.cancel_redemption, LATER, actor=herself(an), **given) == (
        "redemption_cancel_late"
    )
    soon = LATER - timedelta(seconds=1)
    assert act(session, rewards.cancel_redemption, soon, actor=herself(an), **given)


def test_v7_what_was_handed_over_is_not_cancelled(session: Session, an: Patient) -> None:
    taken = take(session, an)
    act(session, rewards.hand_over, redemption_id=taken.id)
    assert refused(session, rewards.cancel_redemption, redemption_id=taken.id) == "redemption_handed_over"
    assert refused(session, rewards.cancel_redemption, redemption_id=999) == "redemption_unknown"


def test_v7_a_voucher_that_came_out_is_cancelled_unless_used(session: Session, an: Patient) -> None:
    give(session, an, 500)
    reward = voucher_reward(session)
    first, second = redeem(session, an, reward), redeem(session, an, reward)
    use = {"voucher_id": second.voucher_id, "patient_id": an.id, "discount_minor": 50_000}
    rewards.reserve_voucher(session, visit_id=a_visit(session, an), now=NOON, **use)
    session.commit()
    assert act(session, rewards.cancel_redemption, redemption_id=first.id)
    assert session.get_one(Voucher, first.voucher_id).state == "cancelled"
    assert refused(session, rewards.cancel_redemption, redemption_id=second.id) == "redemption_used"
    assert balance(session, an) == 400


def test_v7_a_certificate_or_package_that_came_out_is_cancelled_unless_used(
    session: Session, an: Patient, chi: Patient
) -> None:
    give(session, an, 500)
    card = offer(session, "card", kind="certificate", details={"amount_minor": 900, "valid_days": 60})
    details = {"service_id": cleaning(session), "sessions": 2, "valid_days": 60}
    course = offer(session, "course", kind="package", details=details)
    certificate, sessions, given = (
        redeem(session, an, card),
        redeem(session, an, course),
        redeem(session, an, card),
    )
    act(
        session, rewards.give_certificate, certificate_id=given.certificate_id, to_patient_id=chi.id,
        actor=herself(an),
    )  # fmt: skip
    assert refused(session, rewards.cancel_redemption, redemption_id=given.id) == "redemption_used"
    named = {"certificate_id": certificate.certificate_id, "to_patient_id": an.id, "recipient": "Em Hoa"}
    act(session, rewards.give_certificate, actor=herself(an), **named)
    own = {"redemption_id": certificate.id, "actor": herself(an)}
    assert refused(session, rewards.cancel_redemption, **own) == "redemption_used"
    for taken in (certificate, sessions):
        assert act(session, rewards.cancel_redemption, redemption_id=taken.id)
    assert session.get_one(Certificate, certificate.certificate_id).balance_minor == 0
    assert session.get_one(Package, sessions.package_id).state == "cancelled"
    assert balance(session, an) == 400


def test_tm4_what_was_not_fetched_in_time_is_over_before_any_job_says_so(
    session: Session, an: Patient
) -> None:
    taken = take(session, an, pickup_days=1)
    last = datetime(2026, 11, 18, 16, 59, 59, tzinfo=UTC)
    late = last + timedelta(seconds=1)
    assert refused(session, rewards.hand_over, late, redemption_id=taken.id) == "redemption_expired"
    assert act(session, rewards.hand_over, last, redemption_id=taken.id)


def test_v7_overdue_gifts_go_back_once(session: Session, an: Patient, chi: Patient) -> None:
    reward = offer(session, stock=5, pickup_days=1)
    for patient in (an, chi):
        give(session, patient, 100)
        redeem(session, patient, reward)
    day, later = date(2026, 11, 19), NOON + timedelta(days=2)
    expire = {"today": day, "now": later}
    assert rewards.expire_redemptions(session, today=date(2026, 11, 18), now=NOON) == 0
    assert [rewards.expire_redemptions(session, limit=1, **expire) for _ in range(3)] == [1, 1, 0]
    act(session, lambda session, now, actor: None, later)
    assert [balance(session, an, day), balance(session, chi, day), stock(session, reward)] == [100, 100, 5]
    assert set(session.scalars(select(Redemption.state))) == {"expired"}
    entries = session.scalars(select(LedgerEntry.kind).where(LedgerEntry.patient_id == an.id)).all()
    assert entries == ["adjust", "redeem", "restore"]


def test_v7_a_reminder_is_claimed_once(session: Session, an: Patient) -> None:
    taken = take(session, an, pickup_days=30)
    week = NOON + timedelta(days=7)

    def due(now: datetime) -> list[int]:
        rows = queries.due_for_reminder(session, today=now.date(), now=now, days=7)
        return [row.redemption_id for row in rows]

    assert due(week - timedelta(seconds=1)) == []
    assert due(week) == [taken.id]
    assert rewards.claim_reminder(session, redemption_id=taken.id, now=week)
    assert not rewards.claim_reminder(session, redemption_id=taken.id, now=week)
    assert due(week) == []


def test_v7_the_desk_sees_what_waits_and_what_is_over(session: Session, an: Patient) -> None:
    give(session, an, 900)
    gift, asked = offer(session), offer(session, "vip", needs_approval=True)
    waiting, requested, handed, cancelled = (
        redeem(session, an, reward) for reward in (gift, asked, gift, gift)
    )
    act(session, rewards.hand_over, redemption_id=handed.id)
    act(session, rewards.cancel_redemption, redemption_id=cancelled.id)

    def listed(tab: str, today: date = TODAY) -> list[int]:
        return [row.redemption.id for row in queries.fulfilment(session, tab=tab, today=today)]

    assert [listed(tab) for tab in ("waiting", "requested", "handed_over", "ended")] == [
        [waiting.id], [requested.id], [handed.id], [cancelled.id],
    ]  # fmt: skip
    assert queries.fulfilment_counts(session, TODAY) == {"waiting": 1, "requested": 1}
    assert listed("ended", date(2027, 6, 1)) == [cancelled.id, waiting.id]
