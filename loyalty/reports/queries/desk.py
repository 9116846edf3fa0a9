from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.leaderboard.models import Nickname
from loyalty.patients.models import Patient
from loyalty.referrals.models import Referral
from loyalty.visits.models import AppointmentRequest, Visit


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sent a friend, as the desk may know it."""

    referral_id: int
    referrer_id: int
    name: str
    stage: str


@dataclass(frozen=True, slots=True)
class SentFriend:
    """A friend a patient sent, with her name: for staff only, the patient herself sees less (F15)."""

    referral_id: int
    friend_id: int
    name: str
    stage: str
    attributed_at: datetime
    first_half_points: int | None
    second_half_points: int | None


def senders_of(session: Session, friend_ids: Collection[int]) -> dict[int, Sender]:
    """Who sent each of these patients, in one statement; patients nobody sent are left out."""
    if not friend_ids:
        return {}
    rows = session.execute(
        select(Referral.friend_id, Referral.id, Referral.referrer_id, Patient.name, Referral.stage)
        .join(Patient, Patient.id == Referral.referrer_id)
        .where(Referral.friend_id.in_(friend_ids))
    )
    return {row[0]: Sender(*row[1:]) for row in rows}


def sent_friends(session: Session, referrer_id: int, *, limit: int = 20) -> list[SentFriend]:
    """The friends a patient sent, the latest first."""
    rows = session.execute(
        select(
            Referral.id,
            Referral.friend_id,
            Patient.name,
            Referral.stage,
            Referral.attributed_at,
            Referral.first_half_points,
            Referral.second_half_points,
        )
        .join(Patient, Patient.id == Referral.friend_id)
        .where(Referral.referrer_id == referrer_id)
        .order_by(Referral.attributed_at.desc(), Referral.id.desc())
        .limit(limit)
    )
    return [SentFriend(*row) for row in rows]


def latest_visits_of(session: Session, patient_ids: Collection[int]) -> dict[int, Visit]:
    """The visit each of these patients has before her, else the one she missed last, in one statement."""
    if not patient_ids:
        return {}
    visits = session.scalars(
        select(Visit)
        .where(Visit.patient_id.in_(patient_ids), Visit.status.in_(("booked", "arrived", "no_show")))
        .order_by(Visit.status == "no_show", Visit.scheduled_at)
    )
    first: dict[int, Visit] = {}
    for visit in visits:
        first.setdefault(visit.patient_id, visit)
    return first


def stage_counts(session: Session) -> dict[str, int]:
    """How many referrals stand at each stage now, whenever they began."""
    rows = session.execute(select(Referral.stage, func.count()).group_by(Referral.stage))
    return {row.stage: int(row[1]) for row in rows}


def appointment_request(session: Session, request_id: int) -> AppointmentRequest | None:
    return session.get(AppointmentRequest, request_id)


def nicknames_waiting(session: Session, *, limit: int = 50) -> list[tuple[Nickname, str]]:
    """Nicknames that nobody has looked at yet, with the real names staff may know, oldest first (B6)."""
    rows = session.execute(
        select(Nickname, Patient.name)
        .join(Patient, Patient.id == Nickname.patient_id)
        .where(Nickname.state == "waiting")
        .order_by(Nickname.proposed_at, Nickname.patient_id)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in rows]
