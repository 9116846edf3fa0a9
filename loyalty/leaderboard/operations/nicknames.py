"""The name a patient chooses for boards and what staff decide on it (B3, B6)."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from loyalty.activity.operations import record
from loyalty.kernel.actor import Actor
from loyalty.kernel.refusal import Refusal
from loyalty.leaderboard import rules
from loyalty.leaderboard.models import Nickname
from loyalty.patients.models import Patient


def propose_nickname(
    session: Session, *, patient_id: int, nickname: str, real_name_allowed: bool, actor: Actor, now: datetime
) -> Nickname:
    """Keep the patient's wish, waiting for staff; the same wish again changes nothing.

    With ``real_name_allowed`` the nickname may be empty: then she wants to be thanked under her own name.
    Published boards stay as they are. Refuses ``nickname_length``, ``nickname_letters``,
    ``nickname_contact``, ``nickname_real_name`` and ``patient_unknown``.
    """
    patient = _patient(session, patient_id)
    wish = ""
    if nickname.strip() or not real_name_allowed:
        wish = rules.cleaned_nickname(nickname, real_name=patient.name, real_name_allowed=real_name_allowed)
    found = session.get(Nickname, patient_id, populate_existing=True)
    before = _facts(found)
    if found is None:
        found = Nickname(patient_id=patient_id)
        session.add(found)
    elif (found.nickname, found.real_name_allowed) == (wish, real_name_allowed):
        return found
    found.nickname, found.real_name_allowed = wish, real_name_allowed
    found.state, found.changed_to, found.proposed_at = rules.WAITING, None, now
    found.decided_at = found.decided_by_id = None
    session.flush()
    _audit(session, "nickname.proposed", found, before, actor, now)
    return found


def decide_nickname(
    session: Session,
    *,
    patient_id: int,
    approve: bool,
    actor: Actor,
    now: datetime,
    change_to: str | None = None,
    seen: str | None = None,
) -> Nickname:
    """Approve, refuse or change a nickname; the patient's own word is kept beside what staff wrote.

    ``seen`` is the word the decision is about: a newer proposal refuses it with ``nickname_changed``. Refuses
    ``nickname_missing`` where nobody proposed one, and a ``change_to`` that no patient could choose either.
    """
    patient = _patient(session, patient_id)
    found = session.get(Nickname, patient_id, populate_existing=True)
    if found is None:
        raise Refusal("nickname_missing")
    if seen is not None and seen != found.nickname:
        raise Refusal("nickname_changed", nickname=found.nickname)
    wording = None
    if approve and change_to:
        wording = rules.cleaned_nickname(
            change_to, real_name=patient.name, real_name_allowed=found.real_name_allowed
        )
    state = rules.APPROVED if approve else rules.REFUSED
    if (found.state, found.changed_to) == (state, wording):
        return found
    before = _facts(found)
    found.state, found.changed_to, found.decided_at = state, wording, now
    found.decided_by_id = actor.id if actor.kind == "staff" else None
    session.flush()
    action = "nickname.refused" if not approve else "nickname.changed" if wording else "nickname.approved"
    _audit(session, action, found, before, actor, now)
    return found


def _patient(session: Session, patient_id: int) -> Patient:
    """The patient, locked: two wishes, or a wish and a decision, come one after the other."""
    found = session.get(Patient, patient_id, with_for_update={"key_share": True})
    if found is None:
        raise Refusal("patient_unknown")
    return found


def _facts(nickname: Nickname | None) -> dict[str, Any] | None:
    if nickname is None:
        return None
    kept = ("nickname", "changed_to", "state", "real_name_allowed")
    return {key: getattr(nickname, key) for key in kept}


def _audit(
    session: Session,
    action: str,
    nickname: Nickname,
    before: dict[str, Any] | None,
    actor: Actor,
    now: datetime,
) -> None:
    record(
        session,
        actor=actor,
        action=action,
        object_kind="nickname",
        object_id=nickname.patient_id,
        patient_id=nickname.patient_id,
        before=before,
        after=_facts(nickname),
        now=now,
    )
