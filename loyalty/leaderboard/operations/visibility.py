"""Taking a name off what is published when its owner no longer consents (B3)."""

from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from loyalty.activity.operations import record
from loyalty.kernel.actor import SYSTEM
from loyalty.kernel.database import table_of
from loyalty.leaderboard import queries, rules
from loyalty.leaderboard.models import Board, BoardRow
from loyalty.patients.models import Patient

_boards, _rows, _patients = table_of(Board), table_of(BoardRow), table_of(Patient)


def review_visibility(session: Session, *, patient_id: int, now: datetime) -> int:
    """Take who no longer consents off every published board at once, ranks staying (B3).

    Returns how many boards changed. Consent given again brings nothing back on boards that are published;
    drafts read it when they are published.
    """
    if queries.consent_given(session, patient_id):
        return 0
    # A publisher who is just freezing names must be seen: wait for it, then take the name off.
    session.execute(select(_boards.c.id).where(_boards.c.state == rules.DRAFT).with_for_update()).all()
    # A record merged into hers may stand on the same board as she does (P17).
    hers = select(_patients.c.id).where(
        or_(_patients.c.id == patient_id, _patients.c.merged_into_id == patient_id)
    )
    shown = _rows.c.patient_id.in_(hers), _rows.c.is_listed
    found = list(session.execute(select(_rows.c.board_id).where(*shown).order_by(_rows.c.board_id)).scalars())
    if not found:
        return 0
    off = {"is_listed": False, "shown_name": None, "withdrawn_at": now}
    session.execute(update(_rows).where(*shown).values(off))
    session.execute(update(_boards).where(_boards.c.id.in_(found)).values(version=_boards.c.version + 1))
    session.expire_all()
    record(
        session,
        actor=SYSTEM,
        action="leaderboard.withdrawn",
        object_kind="patient",
        object_id=patient_id,
        patient_id=patient_id,
        after={"boards": found},
        now=now,
    )
    return len(found)
