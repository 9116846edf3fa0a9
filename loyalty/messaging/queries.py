"""Reading messages: what is due, what staff must look at, what a patient got."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from loyalty.messaging import rules
from loyalty.messaging.models import Message
from loyalty.patients.models import Consent, Patient

_IN_DOUBT = and_(Message.state == rules.UNCERTAIN, Message.purpose != rules.SECURITY)
_MESSAGE_LISTED: Select[*tuple[Any, ...]] = select(
    Message.id,
    Message.patient_id,
    Patient.name.label("patient_name"),
    Message.step,
    Message.purpose,
    Message.channel,
    Message.recipient,
    Message.language,
    Message.text,
    Message.state,
    Message.reason,
    Message.due_at,
    Message.sent_at,
    Message.attempts,
    Message.created_at,
).outerjoin(Patient, Patient.id == Message.patient_id)


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message as lists show it; ``text`` is there once it was decided to send it."""

    id: int
    patient_id: int | None
    patient_name: str | None
    step: str
    purpose: str
    channel: str | None
    recipient: str | None
    language: str | None
    text: str | None
    state: str
    reason: str | None
    due_at: datetime
    sent_at: datetime | None
    attempts: int
    created_at: datetime


def message(session: Session, message_id: int) -> Message | None:
    return session.get(Message, message_id)


def known_keys(session: Session, keys: Sequence[str]) -> set[str]:
    """Those of these keys under which a message was queued before (C2)."""
    return set(session.scalars(select(Message.key).where(Message.key.in_(keys))))


def due_messages(session: Session, *, now: datetime, limit: int) -> list[int]:
    """Ids of queued messages whose time has come, those of one-time codes first, then the longest waiting."""
    query = (
        select(Message.id)
        .where(Message.state == rules.QUEUED, Message.due_at <= now)
        .order_by(Message.purpose != rules.SECURITY, Message.due_at, Message.id)
        .limit(limit)
    )
    return list(session.scalars(query))


def message_list(
    session: Session,
    *,
    state: str | None = None,
    step: str | None = None,
    patient_id: int | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[MessageRow]:
    """Messages for staff, newest first, keyset-paged: ``before`` is the id of the last row seen."""
    query = _MESSAGE_LISTED
    wanted = {Message.state: state, Message.step: step, Message.patient_id: patient_id}
    for column, value in wanted.items():
        if value is not None:
            query = query.where(column == value)
    if before is not None:
        query = query.where(Message.id < before)
    return _listed(session, query.order_by(Message.id.desc()).limit(limit))


def uncertain_messages(session: Session, *, limit: int = 100) -> list[MessageRow]:
    """Messages of which nobody knows whether they arrived, oldest first: staff decide (C8).

    One-time codes are left out: whoever missed one has long asked for another.
    """
    query = _MESSAGE_LISTED.where(_IN_DOUBT)
    return _listed(session, query.order_by(Message.id).limit(limit))


def uncertain_count(session: Session) -> int:
    """How many messages wait for such a decision."""
    return session.scalar(select(func.count()).select_from(Message).where(_IN_DOUBT)) or 0


def counts_by_state(session: Session) -> dict[str, int]:
    """How many messages stand in each state; states without any are 0."""
    query = select(Message.state, func.count()).group_by(Message.state)
    found = {row[0]: row[1] for row in session.execute(query)}
    return {state: found.get(state, 0) for state in rules.STATES}


def stuck_count(session: Session, *, now: datetime, patience: timedelta) -> int:
    """Messages that should have left more than ``patience`` ago and are still queued or claimed."""
    query = (
        select(func.count())
        .select_from(Message)
        .where(Message.state.in_((rules.QUEUED, rules.CLAIMED)), Message.due_at < now - patience)
    )
    return session.scalar(query) or 0


def marketing_used(session: Session, *, patient_id: int, start: datetime, end: datetime) -> int:
    """How many promotional messages a patient got, or may have got, in [start, end) (C6)."""
    query = (
        select(func.count())
        .select_from(Message)
        .where(
            Message.patient_id == patient_id,
            Message.purpose == rules.MARKETING,
            Message.state.in_(rules.USED_UP),
            Message.claimed_at >= start,
            Message.claimed_at < end,
        )
    )
    return session.scalar(query) or 0


def acts_of_consent(session: Session, *, patient_id: int, purpose: str) -> list[tuple[str, bool]]:
    """The patient's acts of consent to a purpose, oldest first, as (channel, granted)."""
    query = (
        select(Consent.channel, Consent.granted)
        .where(Consent.patient_id == patient_id, Consent.purpose == purpose)
        .order_by(Consent.id)
    )
    return [(row.channel, row.granted) for row in session.execute(query)]


def _listed(session: Session, query: Select[*tuple[Any, ...]]) -> list[MessageRow]:
    return [MessageRow(*row) for row in session.execute(query)]
