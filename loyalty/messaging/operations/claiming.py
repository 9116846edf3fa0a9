"""Taking a due message for sending: whether, where to, in which language and words (C6, C12, C13)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol, cast

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from loyalty.clinic.queries import Programme, programme
from loyalty.kernel.codes import new_token
from loyalty.messaging import queries, rules
from loyalty.messaging.models import Message
from loyalty.patients.models import Patient

MASKED_CODE = "••••••"


class Wording(Protocol):
    """The words of messages, given by the room that knows languages."""

    def text(self, step: str, values: Mapping[str, Any], language: str) -> str:
        """The words of a step; raises KeyError when a value they need is missing."""

    def login_code(self, session: Session, login_code_id: int) -> str | None:
        """The one-time code itself, or None when it can no longer be used."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message taken by one worker, with what a gateway needs; ``claim`` is the right to finish it."""

    id: int
    claim: str
    key: str
    step: str
    channel: str
    recipient: str
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class _Decision:
    """``text`` goes out; ``kept`` is stored, without a one-time code."""

    state: str
    reason: str | None = None
    channel: str | None = None
    recipient: str | None = None
    language: str | None = None
    text: str = ""
    kept: str | None = None


def claim_message(
    session: Session, *, message_id: int, wording: Wording, now: datetime
) -> Claimed | str | None:
    """Take a due message for sending; when it may not be sent it ends here, and its new state is given.

    None when it is not due, or somebody else has it.

    What the patient decided is read under a lock on her row, in the same transaction (C6): an opt-out or
    another worker's message is either seen here or comes after. The caller commits before it calls a gateway.
    """
    found = session.get(Message, message_id, populate_existing=True)
    if found is None or found.state != rules.QUEUED or found.due_at > now:
        return None
    decision = _decide(session, found, wording, now)
    claim = new_token()
    if not _take(session, found, decision, claim, now):
        return None
    if decision.state != rules.CLAIMED:
        return decision.state
    return Claimed(
        id=found.id,
        claim=claim,
        key=found.key,
        step=found.step,
        channel=decision.channel or "",
        recipient=decision.recipient or "",
        language=decision.language or "",
        text=decision.text,
    )


def _take(session: Session, found: Message, decision: _Decision, claim: str, now: datetime) -> bool:
    """Write the decision in the one statement that also checks that nobody else took the message."""
    changed = session.execute(
        update(Message)
        .where(Message.id == found.id, Message.state == rules.QUEUED, Message.due_at <= now)
        .values(
            state=decision.state,
            reason=decision.reason,
            channel=decision.channel or found.channel,
            recipient=decision.recipient or found.recipient,
            language=decision.language or found.language,
            text=decision.kept,
            claim=claim,
            claimed_at=now,
            attempts=Message.attempts + int(decision.state == rules.CLAIMED),
        )
        .execution_options(synchronize_session=False)
    )
    return cast(CursorResult[Any], changed).rowcount == 1


def _decide(session: Session, found: Message, wording: Wording, now: datetime) -> _Decision:
    if found.expires_at is not None and found.expires_at <= now:
        return _too_late(found)
    if found.patient_id is None:
        return _decide_login_code(session, found, wording)
    clinic = programme(session)
    addressed = _address(session, found, clinic, now)
    return addressed if addressed.state == rules.SKIPPED else _worded(found, addressed, clinic, wording)


def _too_late(found: Message) -> _Decision:
    """A message that was never tried is dropped (C3); one that was tried in vain, or a code, has expired."""
    if found.attempts == 0 and found.purpose != rules.SECURITY:
        return _Decision(rules.SKIPPED, "too_late")
    return _Decision(rules.EXPIRED, found.reason or "too_late", kept=found.text)


def _decide_login_code(session: Session, found: Message, wording: Wording) -> _Decision:
    code = wording.login_code(session, found.values["login_code_id"])
    if code is None:
        return _Decision(rules.EXPIRED, "too_late")
    language = found.language or ""
    return _Decision(
        rules.CLAIMED,
        channel=found.channel,
        recipient=found.recipient,
        language=language,
        text=wording.text(found.step, {"code": code}, language),
        kept=wording.text(found.step, {"code": MASKED_CODE}, language),
    )


def _address(session: Session, found: Message, clinic: Programme, now: datetime) -> _Decision:
    """Whether this patient may get this message now, and on which channel, at which address."""
    patient = session.scalars(
        select(Patient).where(Patient.id == found.patient_id).with_for_update(),
        execution_options={"populate_existing": True},
    ).one()
    guardian = session.get(Patient, patient.guardian_id) if patient.guardian_id else None
    today = clinic.calendar.day_of(now)
    reason = rules.suppression(patient, guardian, today)
    if reason is not None:
        return _Decision(rules.SKIPPED, reason)
    where = rules.addresses(patient, guardian, today)
    order = rules.channels_in_order(patient.preferred_channel, clinic.preset.channels)
    acts = queries.acts_of_consent(session, patient_id=patient.id, purpose=found.purpose)
    channel, reason = rules.choose_channel(order, where, found.purpose, acts)
    if channel is None or _cap_is_reached(session, found, clinic, now):
        return _Decision(rules.SKIPPED, reason or "cap")
    language = rules.language_for(patient, guardian, clinic.language)
    return _Decision(rules.CLAIMED, channel=channel, recipient=where[channel], language=language)


def _cap_is_reached(session: Session, found: Message, clinic: Programme, now: datetime) -> bool:
    """Whether the patient had her promotional messages of the clinic's month (C5: care is not counted)."""
    if found.purpose != rules.MARKETING or found.patient_id is None:
        return False
    start, end = clinic.calendar.month_bounds(clinic.calendar.month_of(now))
    used = queries.marketing_used(session, patient_id=found.patient_id, start=start, end=end)
    return used >= int(clinic.settings["messages.marketing_cap_per_month"])


def _worded(found: Message, addressed: _Decision, clinic: Programme, wording: Wording) -> _Decision:
    """The decision with its words; a missing value stops the message, it never prints "None" (C12)."""
    language = addressed.language or clinic.language
    values = {name: value for name, value in found.values.items() if value is not None}
    values.setdefault("clinic", clinic.name.in_language(language, clinic.language))
    try:
        text = wording.text(found.step, values, language)
    except KeyError:
        return replace(addressed, state=rules.SKIPPED, reason="missing_value")
    return replace(addressed, text=text, kept=text)
