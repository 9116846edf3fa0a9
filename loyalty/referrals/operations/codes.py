"""A patient's own invite code and how often its link was opened."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from loyalty.activity.operations import record
from loyalty.kernel.actor import Actor
from loyalty.kernel.codes import new_code
from loyalty.kernel.contacts import clean_name
from loyalty.kernel.database import connection_of, table_of
from loyalty.kernel.once import InsertOnce
from loyalty.kernel.refusal import Refusal
from loyalty.referrals import queries
from loyalty.referrals.models import InviteClicks, InviteCode

_CODES = table_of(InviteCode)
_CLICKS = table_of(InviteClicks)
_add_code = InsertOnce(_CODES, key=(_CODES.c.code,), returning=_CODES.c.id)


def give_code(session: Session, *, patient_id: int, now: datetime) -> str:
    """The patient's invite code, made on the first call (F1)."""
    known = session.scalar(select(InviteCode.code).where(InviteCode.patient_id == patient_id))
    while known is None:
        code = new_code()
        if _add_code(session, {"patient_id": patient_id, "code": code, "created_at": now}) is not None:
            known = code
    return known


def show_name(
    session: Session, *, patient_id: int, shown_name: str | None, actor: Actor, now: datetime
) -> None:
    """How a patient wants to be named on her invitations; an empty name keeps her unnamed."""
    wanted = clean_name(shown_name or "") or None
    if wanted is not None and len(wanted) > 40:
        raise Refusal("name_too_long", longest=40)
    code = queries.code_of(session, patient_id)
    if code is None or code.shown_name == wanted:
        return
    code.shown_name = wanted
    session.flush()
    record(
        session,
        actor=actor,
        action="invite.name_shown",
        object_kind="invite_code",
        object_id=code.id,
        patient_id=patient_id,
        after={"shown": wanted is not None},
        now=now,
    )


def add_clicks(session: Session, *, counts: Mapping[tuple[int, date], int]) -> None:
    """Add counted openings of links, by (code id, local day) (F2); unknown codes are dropped."""
    known = set(session.scalars(select(InviteCode.id).where(InviteCode.id.in_({code for code, _ in counts}))))
    rows = [
        {"code_id": code, "day": day, "clicks": clicks}
        for (code, day), clicks in sorted(counts.items())
        if code in known and clicks > 0
    ]
    if not rows:
        return
    connection = connection_of(session)
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(_CLICKS)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["code_id", "day"],
            set_={"clicks": _CLICKS.c.clicks + statement.excluded.clicks},
        ),
        rows,
    )
