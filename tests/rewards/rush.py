"""Many hands on one thing: what each of them does, in a thread or as a process of its own.

Called as ``python -m tests.rewards.rush URL WHAT SUBJECT PATIENT:VISIT ...``; prints how many succeeded.
"""

import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from loyalty.kernel.actor import SYSTEM, Actor
from loyalty.kernel.database import make_engine
from loyalty.kernel.refusal import Refusal
from loyalty.rewards import operations as rewards
from tests.support.acting import commit

#: Each hand is a patient and a visit of hers.
Hand = tuple[int, int]
PART = 10
#: How those who come too late are told.
POLITE = ("sold_out", "certificate_too_little", "voucher_used", "package_used_up", "certificate_refunded")


def _take(session: Session, subject: int, hand: Hand, now: datetime) -> int:
    actor = Actor("patient", hand[0])
    rewards.redeem_reward(session, patient_id=hand[0], reward_id=subject, actor=actor, now=now)
    return 1


def _pay(session: Session, subject: int, hand: Hand, now: datetime) -> int:
    return rewards.use_certificate(
        session,
        certificate_id=subject,
        amount_minor=PART,
        key=f"visit:{hand[1]}",
        visit_id=hand[1],
        actor=SYSTEM,
        now=now,
    )


def _use(session: Session, subject: int, hand: Hand, now: datetime) -> int:
    return rewards.use_voucher(
        session, voucher_id=subject, patient_id=hand[0], visit_id=hand[1], discount_minor=1, now=now
    )


def _sit(session: Session, subject: int, hand: Hand, now: datetime) -> int:
    return rewards.use_session(session, package_id=subject, visit_id=hand[1], covered_minor=1, now=now)


def _hand_over(session: Session, subject: int, hand: Hand, now: datetime) -> int:
    return rewards.hand_over(session, redemption_id=subject, actor=SYSTEM, now=now)


def _cancel(session: Session, subject: int, hand: Hand, now: datetime) -> int:
    return rewards.cancel_redemption(session, redemption_id=subject, actor=SYSTEM, now=now)


def _refund(session: Session, subject: int, hand: Hand, now: datetime) -> int:
    return rewards.refund_certificate(session, certificate_id=subject, actor=SYSTEM, now=now) // PART


def _expire(session: Session, subject: int, hand: Hand, now: datetime) -> int:
    return rewards.expire_redemptions(session, today=now.date() + timedelta(days=999), now=now)


ACTS: dict[str, Callable[[Session, int, Hand, datetime], int]] = {
    "take": _take,
    "pay": _pay,
    "use": _use,
    "sit": _sit,
    "hand over": _hand_over,
    "cancel": _cancel,
    "refund": _refund,
    "expire": _expire,
}


def rush(session: Session, what: str, subject: int, hands: Iterable[Hand]) -> int:
    """How often the hands succeeded; every other one was refused politely."""
    now = datetime.now(UTC)
    succeeded = 0
    for hand in hands:
        try:
            succeeded += ACTS[what](session, subject, hand, now)
            commit(session, now)
        except Refusal as refusal:
            session.rollback()
            assert refusal.code in POLITE, refusal  # noqa: PT017 - some must fail, some must not
    return succeeded


if __name__ == "__main__":
    url, what, subject, *hands = sys.argv[1:]
    pairs = [(int(patient), int(visit)) for patient, _, visit in (hand.partition(":") for hand in hands)]
    with Session(make_engine(url)) as opened:
        print(rush(opened, what, int(subject), pairs))  # noqa: T201 - the answer
