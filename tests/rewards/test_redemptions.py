"""Points for a reward, from the wish to the hand-over (V7)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.activity.models import AuditEntry
from loyalty.kernel.actor import Actor
from loyalty.kernel.events import pending
from loyalty.patients.models import Patient
from loyalty.rewards import operations as rewards
from loyalty.rewards import queries
from loyalty.rewards.events import RedemptionReady, RewardRedeemed
from loyalty.rewards.models import Redemption
from tests.rewards.scenes import (
    TODAY,
    act,
    balance,
    cleaning,
    clerk,
    give,
    herself,
    offer,
    redeem,
    refused,
    stock,
    take,
)
from tests.support.cast import NOON, person


def test_v7_a_gift_waits_at_the_desk_and_is_handed_over(session: Session, an: Patient) -> None:
    taken = take(session, an, pickup_days=30)
    assert (taken.state, taken.valid_to, balance(session, an)) == ("approved", date(2026, 12, 17), 400)
    assert act(session, rewards.hand_over, redemption_id=taken.id)
    assert not act(session, rewards.hand_over, redemption_id=taken.id)
    session.refresh(taken)
    assert (taken.state, taken.handed_over_at) == ("handed_over", NOON)


def test_v7_what_needs_approval_waits_for_it(session: Session, an: Patient) -> None:
    taken = take(session, an, needs_approval=True)
    assert (taken.state, balance(session, an)) == ("requested", 400)
    assert refused(session, rewards.hand_over, redemption_id=taken.id) == "redemption_not_approved"
    assert act(session, rewards.approve_redemption, redemption_id=taken.id)
    assert not act(session, rewards.approve_redemption, redemption_id=taken.id)
    assert act(session, rewards.hand_over, redemption_id=taken.id)


def test_a_taken_reward_tells_what_happened(session: Session, an: Patient) -> None:
    give(session, an, 100)
    reward = offer(session)
    taken = rewards.redeem_reward(session, patient_id=an.id, reward_id=reward.id, actor=herself(an), now=NOON)
    assert [happened for happened in pending(session) if not hasattr(happened, "entry_key")] == [
        RewardRedeemed(an.id, taken.id),
        RedemptionReady(an.id, taken.id),
    ]
    session.rollback()


@pytest.mark.parametrize(
    ("kind", "details"),
    [
        ("percent", {"percent_hundredths": 1000, "max_discount_minor": 9, "valid_days": 60}),
        ("amount", {"amount_minor": 50_000, "min_bill_minor": 100_000, "valid_days": 60}),
        ("service", {"valid_days": 60}),
        ("certificate", {"amount_minor": 500_000, "valid_days": 60}),
        ("package", {"sessions": 3, "valid_days": 60}),
    ],
)
def test_v7_what_needs_no_fetching_is_in_the_wallet_at_once(
    session: Session, an: Patient, kind: str, details: dict[str, int]
) -> None:
    give(session, an, 100)
    if kind in ("service", "package"):
        details = {**details, "service_id": cleaning(session)}
    taken = redeem(session, an, offer(session, kind=kind, details=details))
    assert (taken.state, taken.handed_over_by_id) == ("handed_over", None)
    held = queries.wallet(session, an.id, TODAY)
    (one,) = [*held.vouchers, *held.certificates, *held.packages]
    assert (one.patient_id, one.origin, one.valid_to) == (an.id, "reward", date(2027, 1, 16))
    assert held.redemptions == []
    assert one.id in (taken.voucher_id, taken.certificate_id, taken.package_id)


def test_v7_the_same_form_or_id_takes_one_reward(session: Session, an: Patient, chi: Patient) -> None:
    give(session, an, 500)
    give(session, chi, 500)
    reward, other = offer(session, stock=5), offer(session, "other")
    first = redeem(session, an, reward, form_key="click", external_id="r-1")
    assert redeem(session, an, reward, form_key="click").id == first.id
    assert redeem(session, an, reward, external_id="r-1").id == first.id
    assert (balance(session, an), stock(session, reward)) == (400, 4)
    for more in ({"form_key": "click"}, {"external_id": "r-1"}):
        given = {"patient_id": chi.id, "reward_id": reward.id, **more}
        assert refused(session, rewards.redeem_reward, **given) == "key_reused"
    given = {"patient_id": an.id, "reward_id": other.id, "external_id": "r-1"}
    assert refused(session, rewards.redeem_reward, **given) == "key_reused"


def try_to_take(session: Session, patient: Patient, now: datetime = NOON, **fields: object) -> str:
    given = {"patient_id": patient.id, "reward_id": offer(session, **fields).id}
    return refused(session, rewards.redeem_reward, now, **given)


def test_v7_refusals_of_taking_change_nothing(session: Session, an: Patient) -> None:
    give(session, an, 99)
    assert try_to_take(session, an, stock=3) == "not_enough_points"
    give(session, an, 401)
    assert try_to_take(session, an, stock=0) == "sold_out"
    assert try_to_take(session, an, stock=3, tier="gold") == "reward_tier"
    assert try_to_take(session, an, tier=None, active=False) == "reward_not_available"
    assert try_to_take(session, an, active=True, valid_from=date(2026, 11, 18)) == "reward_not_available"
    missing = {"patient_id": an.id, "reward_id": 999}
    assert refused(session, rewards.redeem_reward, **missing) == "reward_not_available"
    unknown = {"patient_id": 999, "reward_id": offer(session, valid_from=None).id}
    assert refused(session, rewards.redeem_reward, **unknown) == "patient_unknown"
    assert balance(session, an) == 500
    assert session.scalar(select(func.count()).select_from(Redemption)) == 0


def test_tm3_an_offer_holds_through_the_last_second_of_its_last_day(session: Session, an: Patient) -> None:
    give(session, an, 500)
    reward = offer(session, valid_to=TODAY)
    last = datetime(2026, 11, 17, 16, 59, 59, tzinfo=UTC)
    assert redeem(session, an, reward, last).state == "approved"
    given = {"patient_id": an.id, "reward_id": reward.id}
    assert refused(session, rewards.redeem_reward, last + timedelta(seconds=1), **given) == (
        "reward_not_available"
    )


def test_v7_one_person_hands_over_and_the_log_keeps_who(session: Session, an: Patient) -> None:
    taken = take(session, an)
    first, second = clerk(session, "Lan"), clerk(session, "Huong")
    assert act(session, rewards.hand_over, redemption_id=taken.id, actor=first)
    assert not act(session, rewards.hand_over, redemption_id=taken.id, actor=second)
    session.refresh(taken)
    assert taken.handed_over_by_id == first.id
    acts = session.execute(
        select(AuditEntry.action, AuditEntry.actor_id).where(AuditEntry.object_kind == "redemption")
    ).all()
    assert acts[-1] == ("redemption.handed_over", first.id)


def test_v7_a_hand_over_is_undone_within_ten_minutes(session: Session, an: Patient) -> None:
    taken = take(session, an)
    act(session, rewards.hand_over, redemption_id=taken.id)
    ten = NOON + timedelta(minutes=10)
    assert refused(session, rewards.undo_hand_over, ten + timedelta(seconds=1), redemption_id=taken.id) == (
        "undo_too_late"
    )
    assert act(session, rewards.undo_hand_over, ten, redemption_id=taken.id)
    assert not act(session, rewards.undo_hand_over, ten, redemption_id=taken.id)
    session.refresh(taken)
    assert (taken.state, taken.handed_over_at) == ("approved", None)


def test_v7_nobody_decides_about_her_own_or_a_relatives(session: Session, an: Patient) -> None:
    child = person(session, "Bé Na", phone=None, guardian_id=an.id)
    mother = person(session, "Trần Mai", email="mai@example.vn")
    own, by_mail = clerk(session, "An", phone=an.phone), clerk(session, "Mai", email="mai@example.vn")
    for patient, relative, other in ((an, own, by_mail), (child, own, by_mail), (mother, by_mail, own)):
        give(session, patient, 600)
        waiting = redeem(session, patient, offer(session, "vip", needs_approval=True))
        ready = redeem(session, patient, offer(session))
        for operation, taken in ((rewards.approve_redemption, waiting), (rewards.hand_over, ready)):
            assert refused(session, operation, redemption_id=taken.id, actor=relative) == "own_redemption"
            assert act(session, operation, redemption_id=taken.id, actor=other)


def test_v7_who_asks_for_a_patient_does_not_approve(session: Session, an: Patient) -> None:
    give(session, an, 500)
    lan, huong = clerk(session, "Lan"), clerk(session, "Huong")
    reward = offer(session, needs_approval=True)
    taken = act(session, rewards.redeem_reward, patient_id=an.id, reward_id=reward.id, actor=lan)
    assert refused(session, rewards.approve_redemption, redemption_id=taken.id, actor=lan) == "own_redemption"
    assert act(session, rewards.approve_redemption, redemption_id=taken.id, actor=huong)
    assert act(session, rewards.hand_over, redemption_id=taken.id, actor=lan)


def test_v7_the_clinics_own_system_may_ask_and_approve(session: Session, an: Patient) -> None:
    give(session, an, 500)
    system, reward = Actor("api", 1), offer(session, needs_approval=True)
    taken = act(session, rewards.redeem_reward, patient_id=an.id, reward_id=reward.id, actor=system)
    assert act(session, rewards.approve_redemption, redemption_id=taken.id, actor=system)
