"""What tests of messages share: plain words, queueing, and carrying a message through by hand."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from loyalty.messaging.models import Message
from loyalty.messaging.operations import Claimed, claim_message, finish_message, queue_message
from loyalty.messaging.rules import Accepted, Outcome
from loyalty.patients.models import Patient
from loyalty.patients.operations import record_consent
from tests.support.acting import commit
from tests.support.cast import LAN, NOON


class PlainWords:
    """Words that show the language and the values they were given."""

    def text(self, step: str, values: Mapping[str, Any], language: str) -> str:
        if step == "login-code":
            return f"[{language}] {values['code']}"
        return f"[{language}] {step} {values['points']}"

    def login_code(self, session: Session, login_code_id: int) -> str | None:
        return "123456" if login_code_id == 1 else None


WORDS = PlainWords()


def queue(session: Session, patient: Patient, anchor: object = "visit:1", **more: Any) -> int:
    """A queued message, committed."""
    chosen = {"step": "points-earned", "values": {"points": 10}, "now": NOON, **more}
    message_id = queue_message(session, patient_id=patient.id, anchor=anchor, **chosen)
    assert message_id is not None
    commit(session)
    return message_id


def claim(session: Session, message_id: int, now: datetime = NOON) -> Claimed | str | None:
    """Claim and commit, as a worker does before it calls a gateway."""
    claimed = claim_message(session, message_id=message_id, wording=WORDS, now=now)
    commit(session)
    return claimed


def finish(
    session: Session, claimed: Claimed | str | None, outcome: Outcome | None = None, now: datetime = NOON
) -> str | None:
    """Record the gateway's answer and commit."""
    assert isinstance(claimed, Claimed)
    answer = outcome or Accepted("p-1")
    state = finish_message(session, message_id=claimed.id, claim=claimed.claim, outcome=answer, now=now)
    commit(session)
    return state


def message(session: Session, message_id: int) -> Message:
    """The row as it is in the database."""
    return session.get_one(Message, message_id, populate_existing=True)


def agree(
    session: Session, patient: Patient, purpose: str, granted: bool = True, channel: str = "any"
) -> None:
    """A consent of the patient's, or its withdrawal."""
    record_consent(
        session, patient_id=patient.id, purpose=purpose, channel=channel, granted=granted, source="desk",
        wording="2026-01", actor=LAN, now=NOON,
    )  # fmt: skip
    commit(session)


LATER = NOON + timedelta(hours=1)
