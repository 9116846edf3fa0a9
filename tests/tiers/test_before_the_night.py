"""TM4: what a tier brings ends with its day, not with the nightly review that records it."""

from datetime import date, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from api.membership import membership_of
from loyalty.clinic.operations import change_setting
from loyalty.kernel.localized import LocalizedText
from loyalty.kernel.refusal import Refusal
from loyalty.patients.models import Patient, PatientStats
from loyalty.points.operations import credit
from loyalty.rewards.operations import redeem_reward, save_reward
from loyalty.rewards.queries import catalogue
from loyalty.settlement.queries import quote
from loyalty.settlement.rules import Line
from loyalty.tiers.operations import pin_tier
from tests.support.acting import commit
from tests.support.cast import LAN, NOON, complete, service
from tests.tiers.stories import tier

TODAY = date(2026, 11, 17)
TOMORROW = NOON + timedelta(days=1)


@pytest.fixture(params=["pin", "fall"])
def guest(session: Session, an: Patient, request: pytest.FixtureRequest) -> Patient:
    """An is gold through today: by a pin, or until a fall that was announced. She has 1,000 points."""
    complete(session, an)
    credit(session, patient_id=an.id, points=1000, kind="adjust", key="gift", valid_to=None, now=NOON)
    if request.param == "pin":
        pin_tier(session, patient_id=an.id, tier="gold", until=TODAY, reason="guest", actor=LAN, now=NOON)
    else:
        falls = {"tier": "gold", "tier_falls_on": TODAY + timedelta(days=1)}
        session.execute(update(PatientStats).where(PatientStats.patient_id == an.id).values(**falls))
    commit(session, NOON)
    return an


def test_tm4_a_reward_of_the_tier_is_no_longer_taken(session: Session, guest: Patient) -> None:
    reward = save_reward(
        session, code="tea", name=LocalizedText.of("Tea"), kind="gift", points=100, tier="gold",
        actor=LAN, now=NOON,
    )  # fmt: skip
    commit(session, NOON)
    redeem_reward(session, patient_id=guest.id, reward_id=reward.id, actor=LAN, now=NOON)
    commit(session, NOON)
    assert tier(session, guest) == "gold"
    with pytest.raises(Refusal, match="reward_tier"):
        redeem_reward(session, patient_id=guest.id, reward_id=reward.id, actor=LAN, now=TOMORROW)
    session.rollback()
    days = (TODAY, TODAY + timedelta(days=1))
    shown = [catalogue(session, patient_id=guest.id, today=day)[0].tier_ok for day in days]
    assert shown == [True, False]


def test_tm4_p8_the_share_that_the_tier_allows_ends_with_it(session: Session, guest: Patient) -> None:
    change_setting(
        session, key="points.cap_percent_by_tag", text='{"gold": 100}', actor=LAN, now=NOON
    )  # fmt: skip
    commit(session, NOON)
    lines = [Line(service(session).id, 1_000_000)]
    most = [quote(session, patient_id=guest.id, lines=lines, now=now).points_most for now in (NOON, TOMORROW)]
    assert most == [1000, 500]


def test_tm4_the_membership_says_so_too(session: Session, guest: Patient) -> None:
    said = [membership_of(session, guest.id, now).tier for now in (NOON, TOMORROW)]
    assert said == ["gold", "member"]
