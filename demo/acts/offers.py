"""Acts around points and offers: redeeming, handing over, vouchers, certificates, packages, rules."""

from datetime import date, timedelta

from sqlalchemy import select

from demo.catalogue import four
from demo.staff import DIRECTOR
from demo.stage import Stage
from loyalty.kernel.clock import add_months
from loyalty.points.operations import activate_earning_rule, adjust_points, save_earning_rule
from loyalty.rewards.models import Redemption, Reward
from loyalty.rewards.operations import (
    hand_over,
    issue_voucher,
    open_package,
    redeem_reward,
    sell_certificate,
)

WELCOME_CODE = "SENMOI10"


def redeem(stage: Stage, key: str, reward: str) -> None:
    """A patient takes something from the catalogue on her phone."""
    reward_id = stage.session.scalars(select(Reward.id).filter_by(code=reward)).one()
    redeem_reward(
        stage.session,
        patient_id=stage.people[key],
        reward_id=reward_id,
        actor=stage.herself(key),
        now=stage.now,
    )


def fetch(stage: Stage, key: str) -> None:
    """Reception hands over what the patient has waiting."""
    waiting = select(Redemption.id).filter_by(patient_id=stage.people[key], state="approved")
    hand_over(
        stage.session, redemption_id=stage.session.scalars(waiting).one(), actor=stage.desk, now=stage.now
    )


def birthday_voucher(stage: Stage, key: str) -> None:
    """A voucher from the clinic: a hundred thousand đồng off a bill."""
    issue_voucher(
        stage.session,
        kind="amount",
        amount_minor=100_000,
        min_bill_minor=300_000,
        patient_id=stage.people[key],
        name=four("Quà sinh nhật", "生日礼", "Подарок ко дню рождения", "Birthday gift"),
        valid_to=_in_days(stage, 45),
        actor=stage.desk,
        now=stage.now,
    )


def welcome_code(stage: Stage) -> None:
    """A promo code on the clinic's leaflets: a tenth off the first visit."""
    issue_voucher(
        stage.session,
        kind="percent",
        percent_hundredths=1000,
        max_discount_minor=300_000,
        min_bill_minor=300_000,
        first_visit_only=True,
        total_limit=200,
        patient_limit=1,
        code=WELCOME_CODE,
        name=four("Chào người mới", "新朋友礼", "Для новых пациентов", "Welcome"),
        actor=stage.staff[DIRECTOR],
        now=stage.now,
    )


def gift_certificate(stage: Stage, key: str, amount_minor: int, recipient: str, greeting: str) -> None:
    """A patient buys a certificate at the desk for somebody dear to her."""
    patient_id = stage.people[key]
    sell_certificate(
        stage.session,
        amount_minor=amount_minor,
        patient_id=patient_id,
        buyer_id=patient_id,
        recipient=recipient,
        greeting=greeting,
        actor=stage.desk,
        now=stage.now,
    )


def package(stage: Stage, key: str, service: str, sessions: int) -> None:
    """A patient pays for a course of sessions in advance."""
    day = stage.moments.calendar.day_of(stage.now)
    open_package(
        stage.session,
        patient_id=stage.people[key],
        service_id=stage.services[service],
        sessions=sessions,
        valid_to=add_months(day, 6),
        actor=stage.desk,
        now=stage.now,
    )


def double_tuesdays(stage: Stage) -> None:
    """From now on teeth earn double on Tuesdays."""
    manager = stage.staff[DIRECTOR]
    rule = save_earning_rule(
        stage.session,
        code="dental-tuesday",
        name=four(
            "Thứ Ba nha khoa: nhân đôi điểm",
            "周二口腔科双倍积分",
            "Стоматология по вторникам: баллы вдвойне",
            "Dental Tuesday: double points",
        ),
        trigger="visit",
        conditions={"specialties": ["dental"], "weekdays": [1]},
        percent=200,
        points=None,
        priority=10,
        stacks=True,
        valid_from=None,
        valid_to=None,
        actor=manager,
        now=stage.now,
    )
    activate_earning_rule(stage.session, rule_id=rule.id, actor=manager, now=stage.now)


def ask_for_points(stage: Stage, key: str, points: int, reason: str) -> None:
    """Reception asks for more points than one person may give: the manager's word is awaited (P15)."""
    adjust_points(
        stage.session,
        patient_id=stage.people[key],
        points=points,
        reason=reason,
        key=f"demo:{key}:{points}",
        actor=stage.desk,
        now=stage.now,
    )


def _in_days(stage: Stage, days: int) -> date:
    return stage.moments.calendar.day_of(stage.now) + timedelta(days=days)
