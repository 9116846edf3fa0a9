"""What simply changes hands: rows that name the patient and clash with nothing of the other record."""

from typing import Any, cast

from sqlalchemy import Column, CursorResult, exists, func, literal, select, update
from sqlalchemy.orm import Session

from loyalty.kernel.database import table_of
from loyalty.merging.rules import DUPLICATE
from loyalty.messaging.models import Message
from loyalty.messaging.rules import QUEUED, SKIPPED
from loyalty.patients.models import Consent, Patient
from loyalty.points.models import LedgerEntry, Lot, ManualEntry
from loyalty.referrals.models import Touch
from loyalty.rewards.models import Certificate, Package, Redemption, Voucher, VoucherUse
from loyalty.tiers.models import TierChange
from loyalty.visits.models import AppointmentRequest, Visit

_MESSAGES = table_of(Message)

#: Columns whose rows go over as they are.
MOVED: tuple[Column[Any], ...] = (
    table_of(Visit).c.patient_id,
    table_of(AppointmentRequest).c.patient_id,
    table_of(LedgerEntry).c.patient_id,
    table_of(Lot).c.patient_id,
    table_of(ManualEntry).c.patient_id,
    table_of(TierChange).c.patient_id,
    table_of(Voucher).c.patient_id,
    table_of(VoucherUse).c.patient_id,
    table_of(Certificate).c.patient_id,
    table_of(Certificate).c.buyer_id,
    table_of(Package).c.patient_id,
    table_of(Redemption).c.patient_id,
    table_of(Touch).c.friend_id,
    table_of(Consent).c.patient_id,
)


def move_rows(session: Session, from_id: int, into_id: int) -> dict[str, int]:
    """Move everything of :data:`MOVED`; how many rows of each table."""
    moved: dict[str, int] = {}
    for column in MOVED:
        count = _change(session, update(column.table).where(column == from_id).values({column.key: into_id}))
        moved[column.table.name] = moved.get(column.table.name, 0) + count
    return {name: count for name, count in moved.items() if count}


def move_people(session: Session, from_id: int, into_id: int) -> None:
    """Those for whom the merged record stands as guardian or as the one who sent them."""
    people = table_of(Patient)
    for column in (people.c.guardian_id, people.c.source_referrer_id):
        session.execute(
            update(people)
            .where(column == from_id, people.c.id.not_in((from_id, into_id)))
            .values({column.key: into_id})
        )


def move_messages(session: Session, from_id: int, into_id: int) -> int:
    """Messages go over under the kept patient's keys, so that no step reaches one person twice (C2).

    Where both records have the same step, one that has not left is skipped as a duplicate.
    """
    twin = _MESSAGES.alias("twin")
    prefix = f"{from_id}:"
    own_key = literal(f"{into_id}:") + func.substr(_MESSAGES.c.key, len(prefix) + 1)
    of_merged = _MESSAGES.c.patient_id == from_id
    has_twin = exists().where(twin.c.key == own_key)
    _skip_twins(session, from_id, into_id)
    session.execute(update(_MESSAGES).where(of_merged, ~has_twin).values(key=own_key))
    return _change(session, update(_MESSAGES).where(of_merged).values(patient_id=into_id))


def _skip_twins(session: Session, from_id: int, into_id: int) -> None:
    own, other = f"{into_id}:", f"{from_id}:"
    pairs = _MESSAGES.alias("pairs")
    key = literal(own) + func.substr(_MESSAGES.c.key, len(other) + 1)
    rows = session.execute(
        select(_MESSAGES.c.id, _MESSAGES.c.state, pairs.c.id, pairs.c.state)
        .join(pairs, pairs.c.key == key)
        .where(_MESSAGES.c.patient_id == from_id)
    ).all()
    late = [second if first_state != QUEUED and second_state == QUEUED else first
            for first, first_state, second, second_state in rows]  # fmt: skip
    session.execute(
        update(_MESSAGES)
        .where(_MESSAGES.c.id.in_(late), _MESSAGES.c.state == QUEUED)
        .values(state=SKIPPED, reason=DUPLICATE)
    )


def _change(session: Session, statement: Any) -> int:
    return cast("CursorResult[Any]", session.execute(statement)).rowcount
