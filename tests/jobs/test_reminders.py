"""Jobs that speak to patients: once a period, whoever runs them how often, late or at once (P14, P16)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jobs import reminders
from jobs.messages import send_due
from loyalty.activity.models import AuditEntry
from loyalty.clinic.operations import change_setting
from loyalty.kernel.actor import SYSTEM
from loyalty.kernel.clock import clinic_calendar
from loyalty.messaging.models import Delivery, Message
from loyalty.messaging.rules import next_daytime
from loyalty.patients.models import Patient, PatientStats
from loyalty.points import operations as points
from loyalty.points.models import LedgerEntry
from loyalty.rewards.models import Redemption, Reward
from loyalty.rewards.operations import redeem_reward, save_reward
from tests.support.acting import commit
from tests.support.cast import LAN, NOON, complete, person

pytestmark = pytest.mark.usefixtures("here")
DAY = timedelta(days=1)
Job = Callable[[datetime, str, int], str]


def texts(session: Session, now: datetime = NOON) -> list[str]:
    """What phones have received once everything due was sent."""
    send_due(now=now)
    found = list(session.scalars(select(Delivery.text).order_by(Delivery.id)))
    session.rollback()
    return found


def queued(session: Session, step: str) -> list[Message]:
    found = list(session.scalars(select(Message).where(Message.step == step).order_by(Message.id)))
    for message in found:
        session.expunge(message)
    session.rollback()
    return found


def rows(session: Session) -> list[int]:
    """How many rows the jobs could have added to."""
    tables = (Message, LedgerEntry, AuditEntry, Redemption)
    found = [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]
    session.rollback()
    return found


def at_once(app: Flask, job: Job, now: datetime, times: int = 4) -> list[str]:
    """Several workers run the same job in the same moment."""
    gate = Barrier(times)

    def run(_: int) -> str:
        with app.app_context():
            gate.wait()
            return job(now, "", 2)

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


def give(session: Session, patient: Patient, number: int, ends: date | None, now: datetime = NOON) -> None:
    points.credit(
        session, patient_id=patient.id, points=number, kind="adjust", key=f"{patient.id}:{number}:{ends}",
        valid_to=ends, now=now,
    )  # fmt: skip
    commit(session, now)


def people(session: Session, count: int) -> list[Patient]:
    return [person(session, f"Patient {number}", language="en") for number in range(count)]


def test_p14_one_balance_notice_a_calendar_month(session: Session, an: Patient) -> None:
    complete(session, an)
    assert reminders.balance_notices(NOON, "", 500) == "told 1 balances"
    before = rows(session)
    assert reminders.balance_notices(NOON + 5 * DAY, "", 500) == "told 0 balances"
    assert rows(session) == before
    assert reminders.balance_notices(NOON + 14 * DAY, "", 500) == "told 1 balances"
    assert texts(session)[-1] == "An Nhiên: you have 100 points. Your card shows what they open."


def test_p14_who_has_nothing_to_spend_gets_no_notice(session: Session, an: Patient) -> None:
    """A lot past its last day does not count, whether or not its end is recorded (TM4)."""
    give(session, an, 10, NOON.date() - DAY)
    person(session, "Bình")
    assert reminders.balance_notices(NOON, "", 500) == "told 0 balances"


def test_p14_one_warning_for_the_lots_of_a_day(session: Session, an: Patient) -> None:
    ends = NOON.date() + 14 * DAY
    give(session, an, 10, ends)
    give(session, an, 20, ends)
    give(session, an, 30, ends + DAY)
    assert reminders.expiry_warnings(NOON, "", 500) == "warned 1 times"
    assert reminders.expiry_warnings(NOON + timedelta(hours=3), "", 500) == "warned 0 times"
    assert reminders.expiry_warnings(NOON + DAY, "", 500) == "warned 1 times"
    assert reminders.expiry_warnings(NOON + 15 * DAY, "", 500) == "warned 0 times"
    assert texts(session) == [
        "An Nhiên: 30 points on your card can be used until Dec 1, 2026.",
    ]


@pytest.mark.parametrize("job", [reminders.balance_notices, reminders.expiry_warnings])
def test_p14_workers_at_once_tell_each_patient_once(
    session: Session, an: Patient, here: Flask, job: Job
) -> None:
    for patient in people(session, 7):
        give(session, patient, 10, NOON.date() + 3 * DAY)
    at_once(here, job, NOON)
    assert session.scalar(select(func.count()).select_from(Message)) == 7


def with_bonus(session: Session, number: int = 50) -> None:
    change_setting(session, key="points.birthday_bonus", text=str(number), actor=SYSTEM, now=NOON)
    commit(session)


def test_p16_the_birthday_bonus_comes_once_a_year(session: Session, an: Patient) -> None:
    with_bonus(session)
    an.birth_date, an.created_at = date(1990, 11, 17), NOON - 400 * DAY
    commit(session)
    assert reminders.birthday_bonus(NOON - DAY, "", 500) == "gave 0 birthday bonuses"
    assert reminders.birthday_bonus(NOON, "", 500) == "gave 1 birthday bonuses"
    before = rows(session)
    assert reminders.birthday_bonus(NOON + DAY, "", 500) == "gave 0 birthday bonuses"
    an.birth_date = date(1990, 11, 19)
    commit(session)
    assert reminders.birthday_bonus(NOON + 2 * DAY, "", 500) == "gave 0 birthday bonuses"
    assert rows(session) == before
    assert texts(session) == ["An Nhiên: happy birthday! 50 points from us are on your card."]


@pytest.mark.parametrize(("late", "given"), [(7, 1), (8, 0)])
def test_p16_a_day_missed_is_made_up(session: Session, an: Patient, late: int, given: int) -> None:
    with_bonus(session)
    an.birth_date, an.created_at = date(1990, 11, 17), NOON - 400 * DAY
    commit(session)
    assert reminders.birthday_bonus(NOON + late * DAY, "", 500) == f"gave {given} birthday bonuses"
    assert session.scalars(select(LedgerEntry.key)).all() == [f"birthday:{an.id}:2026"] * given


def test_tm5_born_on_the_leap_day(session: Session, an: Patient) -> None:
    with_bonus(session)
    an.birth_date, an.created_at = date(2000, 2, 29), NOON - 400 * DAY
    commit(session)
    leap_day = datetime(2027, 2, 28, 5, tzinfo=UTC)
    assert reminders.birthday_bonus(leap_day - DAY, "", 500) == "gave 0 birthday bonuses"
    assert reminders.birthday_bonus(leap_day, "", 500) == "gave 1 birthday bonuses"


def test_p16_who_joined_after_the_birthday_waits_a_year(session: Session, an: Patient) -> None:
    with_bonus(session)
    person(session, "Bình", birth_date=date(1990, 11, 16))
    assert reminders.birthday_bonus(NOON, "", 500) == "gave 0 birthday bonuses"


def test_p16_workers_at_once_give_each_bonus_once(session: Session, an: Patient, here: Flask) -> None:
    with_bonus(session)
    for patient in people(session, 5):
        patient.birth_date = date(1990, 11, 17)
    commit(session)
    at_once(here, reminders.birthday_bonus, NOON)
    assert session.scalars(select(LedgerEntry.points)).all() == [50] * 5
    assert session.scalar(select(func.count()).select_from(Message)) == 5


def gift(session: Session, patient: Patient) -> int:
    """A gift that waits at the desk since noon, for thirty days; its number."""
    give(session, patient, 100, None)
    save_reward(
        session, code="brush", name="Toothbrush", kind="gift", points=60, stock=5, actor=LAN, now=NOON
    )
    reward_id = session.scalars(select(Reward.id)).one()
    taken = redeem_reward(session, patient_id=patient.id, reward_id=reward_id, actor=SYSTEM, now=NOON).id
    commit(session, NOON)
    return taken


def test_v7_a_gift_is_announced_and_remembered_once(session: Session, an: Patient) -> None:
    gift(session, an)
    job = reminders.fulfilment_reminders
    assert job(NOON + 6 * DAY, "", 500) == "reminded 0 times, expired 0 rewards"
    assert job(NOON + 7 * DAY, "", 500) == "reminded 1 times, expired 0 rewards"
    before = rows(session)
    assert job(NOON + 8 * DAY, "", 500) == "reminded 0 times, expired 0 rewards"
    assert rows(session) == before
    assert texts(session, NOON + 8 * DAY) == [
        "An Nhiên: your gift is ready for you at reception, until Dec 17, 2026.",
        "An Nhiên: your gift still waits for you at reception, until Dec 17, 2026.",
    ]


def test_v7_what_nobody_fetched_ends_and_gives_the_points_back(session: Session, an: Patient) -> None:
    taken = gift(session, an)
    job = reminders.fulfilment_reminders
    late = NOON + 31 * DAY
    assert job(late, "", 1) == "reminded 0 times, expired 1 rewards"
    before = rows(session)
    assert job(late + DAY, "", 1) == "reminded 0 times, expired 0 rewards"
    assert rows(session) == before
    assert session.get_one(Redemption, taken).state == "expired"
    assert session.get_one(PatientStats, an.id).points_balance == 100
    assert session.scalars(select(Reward.stock)).one() == 5


def test_v7_workers_at_once_remind_once(session: Session, an: Patient, here: Flask) -> None:
    gift(session, an)
    at_once(here, reminders.fulfilment_reminders, NOON + 7 * DAY)
    assert len(queued(session, "reward-reminder")) == 1


def test_what_is_worked_out_at_night_waits_for_the_morning(session: Session, an: Patient) -> None:
    complete(session, an)
    night = datetime(2026, 11, 17, 20, 30, tzinfo=UTC)  # 03:30 in Hanoi
    reminders.balance_notices(night, "", 500)
    [message] = queued(session, "balance")
    assert message.due_at == datetime(2026, 11, 18, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hour", "due"), [(0, "08:00"), (8, "08:00"), (20, "20:00"), (21, "08:00"), (23, "08:00")]
)
def test_the_daytime(hour: int, due: str) -> None:
    calendar = clinic_calendar("Asia/Ho_Chi_Minh")
    now = datetime(2026, 11, 17, hour, tzinfo=calendar.zone).astimezone(UTC)
    assert f"{calendar.local(next_daytime(now, calendar)):%H:%M}" == due
