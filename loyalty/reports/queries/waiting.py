from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, ScalarSelect, exists, func, or_, select
from sqlalchemy.orm import Session

from loyalty.leaderboard.models import Board, Nickname
from loyalty.messaging.models import Message
from loyalty.patients.models import Patient
from loyalty.points.models import ManualEntry
from loyalty.referrals.models import Referral
from loyalty.referrals.queries import HELD
from loyalty.rewards.models import Redemption
from loyalty.visits.models import AppointmentRequest

#: How long a failed message stays on the staff's list of open matters.
FAILED_FOR = timedelta(days=7)
#: The reason of a message in doubt that staff decided to leave: nothing is open about it any more.
LEFT_UNSENT = "unconfirmed"


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many things wait for a person: the figures beside the staff's menu and on Today."""

    requests: int
    requests_of_friends: int
    flagged: int
    nicknames: int
    uncertain: int
    failed: int
    without_source: int
    manual_points: int
    rewards_to_approve: int
    rewards_to_hand_over: int
    draft_month: str | None


def _count(*conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count()).where(*conditions).scalar_subquery()


def waiting(session: Session, *, joined_since: datetime, today: date, now: datetime) -> Waiting:
    """What waits for the staff, in one statement; sources are asked of who joined since ``joined_since``."""
    is_open = AppointmentRequest.state == "open"
    by_friend = exists().where(Referral.friend_id == AppointmentRequest.patient_id)
    oldest_draft = (
        select(Board.month).where(Board.state == "draft").order_by(Board.month).limit(1).scalar_subquery()
    )
    row = session.execute(
        select(
            _count(is_open),
            _count(is_open, by_friend),
            _count(HELD),
            _count(Nickname.state == "waiting"),
            _count(Message.state == "uncertain", Message.purpose != "security"),
            _count(
                Message.state == "failed",
                Message.purpose != "security",
                Message.reason.is_distinct_from(LEFT_UNSENT),
                Message.due_at >= now - FAILED_FOR,
            ),
            _count(
                Patient.created_at >= joined_since,
                Patient.source_kind.is_(None),
                Patient.merged_into_id.is_(None),
            ),
            _count(ManualEntry.state == "waiting"),
            _count(Redemption.state == "requested"),
            _count(
                Redemption.state == "approved",
                or_(Redemption.valid_to.is_(None), Redemption.valid_to >= today),
            ),
            oldest_draft,
        )
    ).one()
    return Waiting(*row)
