"""Making two records of one person one, in one transaction (P17)."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.access.operations.sessions import end_sessions_of
from loyalty.access.rules.sessions import PATIENT
from loyalty.activity.operations import record
from loyalty.clinic.queries import programme
from loyalty.kernel.actor import Actor
from loyalty.merging.operations import keepsakes
from loyalty.merging.operations.friends import join_referrals
from loyalty.merging.operations.moving import move_messages, move_people, move_rows
from loyalty.merging.operations.person import join_consents, join_facts
from loyalty.merging.operations.standing import join_standing
from loyalty.merging.queries import pair_to_merge
from loyalty.patients.models import Patient
from loyalty.patients.queries import hold_summary


def merge_patients(session: Session, *, from_id: int, into_id: int, actor: Actor, now: datetime) -> bool:
    """Move everything of one record to another and close it; False when that was done before (P17).

    Sums are the same before and after; of two words on a consent the stricter wins; the merged record logs
    out and can act no more, its codes lead to the kept one. Refusals: ``patient_unknown``, ``merge_same``,
    ``merge_merged`` (one of them was merged into a third), ``merge_chain`` (others were merged into it).
    """
    pair = pair_to_merge(session, *_held(session, from_id, into_id))
    if pair is None:
        return False
    merged, kept = pair
    setup = programme(session)
    join_consents(session, from_id, into_id)
    moved = move_rows(session, from_id, into_id)
    moved["messages"] = move_messages(session, from_id, into_id)
    move_people(session, from_id, into_id)
    session.expire_all()
    filled = join_facts(session, merged, kept, now)
    keepsakes.join_badges(session, from_id, into_id)
    keepsakes.join_nicknames(session, from_id, into_id)
    keepsakes.join_codes(session, from_id, into_id)
    own_counted = join_referrals(session, from_id, into_id, now)
    join_standing(session, from_id, into_id, setup, own_counted=own_counted, now=now)
    keepsakes.join_boards(session, from_id, into_id, actor, now)
    end_sessions_of(session, kind=PATIENT, person_id=from_id, now=now)
    session.expire_all()
    _audit(session, merged, kept, {**moved, "filled": filled}, actor, now)
    return True


def _held(session: Session, from_id: int, into_id: int) -> tuple[Patient | None, Patient | None]:
    """Both records, held in one order until the end: nobody pays, spends or merges them meanwhile."""
    for patient_id in sorted({from_id, into_id}):
        hold_summary(session, patient_id)
    rows = session.scalars(
        select(Patient)
        .where(Patient.id.in_((from_id, into_id)))
        .order_by(Patient.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = {patient.id: patient for patient in rows}
    return found.get(from_id), found.get(into_id)


def _audit(
    session: Session, merged: Patient, kept: Patient, after: dict[str, Any], actor: Actor, now: datetime
) -> None:
    for patient_id in (kept.id, merged.id):
        record(
            session,
            actor=actor,
            action="patient.merged",
            object_kind="patient",
            object_id=merged.id,
            patient_id=patient_id,
            after={"into": kept.id, **after},
            now=now,
        )
