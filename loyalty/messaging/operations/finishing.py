"""Recording what became of a claimed message, and what staff decide when nobody knows (C8)."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from loyalty.activity.operations import record
from loyalty.kernel.actor import Actor
from loyalty.kernel.refusal import Refusal
from loyalty.messaging import rules
from loyalty.messaging.models import Message
from loyalty.messaging.operations.queueing import TO_SEND

LEFT_UNSENT = "unconfirmed"


def finish_message(
    session: Session, *, message_id: int, claim: str, outcome: rules.Outcome, now: datetime
) -> str | None:
    """Record a gateway's answer; gives the new state, or None when the claim is no longer this worker's.

    An answer that comes after the claim ran out still clears the doubt about its own try.
    """
    found = session.get(Message, message_id, populate_existing=True)
    if found is None or found.claim != claim:
        return None
    values = _end_of(found, outcome, now)
    return str(values["state"]) if _change(session, found, claim, values) else None


def release_stale(session: Session, *, now: datetime, lease: timedelta, limit: int) -> dict[str, int]:
    """End the claims of workers that died: e-mail is tried again, all else is left to staff (C8).

    Gives how many messages came back to the queue and how many are uncertain.
    """
    stale = select(Message).where(Message.state == rules.CLAIMED, Message.claimed_at < now - lease)
    counts = {rules.QUEUED: 0, rules.UNCERTAIN: 0}
    for found in session.scalars(stale.order_by(Message.id).limit(limit)).all():
        values = _end_of(found, rules.Unknown("worker_died"), now)
        if found.claim is not None and _change(session, found, found.claim, values):
            counts[str(values["state"])] = counts.get(str(values["state"]), 0) + 1
    return counts


def decide_uncertain(
    session: Session, *, message_id: int, send_again: bool, actor: Actor, now: datetime
) -> None:
    """What a person decided about a message in doubt: send it once more, or leave it (C8).

    Refusals: not_uncertain (somebody decided, or the provider answered, meanwhile), message_too_late.
    """
    found = session.get(Message, message_id, populate_existing=True)
    if found is None or found.state != rules.UNCERTAIN or found.claim is None:
        raise Refusal("not_uncertain")
    if send_again and found.expires_at is not None and found.expires_at <= now:
        raise Refusal("message_too_late")
    values = _back_in_queue(now) if send_again else {"state": rules.FAILED, "reason": LEFT_UNSENT}
    if not _change(session, found, found.claim, values):
        raise Refusal("not_uncertain")
    if send_again:
        session.info.setdefault(TO_SEND, []).append(message_id)
    record(
        session,
        actor=actor,
        action="message.sent_again" if send_again else "message.left_unsent",
        object_kind="message",
        object_id=message_id,
        patient_id=found.patient_id,
        before={"state": rules.UNCERTAIN},
        after={"state": values["state"]},
        now=now,
    )


def _end_of(found: Message, outcome: rules.Outcome, now: datetime) -> dict[str, Any]:
    """The columns that an answer changes."""
    if isinstance(outcome, rules.Accepted):
        return {"state": rules.SENT, "reason": None, "provider_id": outcome.provider_id, "sent_at": now}
    if isinstance(outcome, rules.Rejected) and outcome.permanent:
        return {"state": rules.FAILED, "reason": outcome.code}
    if isinstance(outcome, rules.Unknown) and found.channel not in rules.REPEATABLE_CHANNELS:
        return {"state": rules.UNCERTAIN, "reason": outcome.code}
    return _another_try(found, outcome, now)


def _another_try(found: Message, outcome: rules.Outcome, now: datetime) -> dict[str, Any]:
    """Back in the queue after a pause, unless it would be too late or was tried often enough."""
    asked = outcome.after if isinstance(outcome, rules.Retry) else timedelta(0)
    code = "" if isinstance(outcome, rules.Accepted) else outcome.code
    due_at = now + rules.pause_before_next(found.attempts, asked, secrets.randbelow(1000) / 1000)
    if found.expires_at is not None and due_at >= found.expires_at:
        return {"state": rules.EXPIRED, "reason": code}
    if found.attempts >= rules.MOST_TRIES:
        return {"state": rules.FAILED, "reason": code}
    return {**_back_in_queue(due_at), "reason": code}


def _back_in_queue(due_at: datetime) -> dict[str, Any]:
    return {"state": rules.QUEUED, "reason": None, "due_at": due_at, "claim": None, "claimed_at": None}


def _change(session: Session, found: Message, claim: str, values: Mapping[str, Any]) -> bool:
    """Change a message only while this claim stands on it, so that two of us never both do."""
    in_doubt = (rules.CLAIMED, rules.UNCERTAIN)
    changed = session.execute(
        update(Message)
        .where(Message.id == found.id, Message.claim == claim, Message.state.in_(in_doubt))
        .values(dict(values))
        .execution_options(synchronize_session=False)
    )
    return cast(CursorResult[Any], changed).rowcount == 1
