"""Corrections: a credit taken back, a redemption undone."""

from datetime import date, datetime

from sqlalchemy import String, bindparam, cast, func, literal, or_, select, update
from sqlalchemy.orm import Session

from loyalty.kernel.actor import Actor
from loyalty.kernel.database import table_of
from loyalty.kernel.events import note
from loyalty.kernel.prepared import Prepared
from loyalty.kernel.refusal import Refusal
from loyalty.points import queries, rules
from loyalty.points.events import PointsChanged
from loyalty.points.models import LedgerEntry, Lot, LotUse
from loyalty.points.operations import book
from loyalty.points.queries.balances import END_IS_RECORDED
from loyalty.points.rules import OpenLot
from loyalty.points.rules.lots import Restored

_ENTRIES = table_of(LedgerEntry)
_LOTS = table_of(Lot)
_USES = table_of(LotUse)
_GIVE_BACK = Prepared(
    update(_USES)
    .where(_USES.c.entry_id == bindparam("entry"), _USES.c.lot_id == bindparam("lot"))
    .values(restored=_USES.c.restored + bindparam("part"))
)


def reverse_credit(
    session: Session,
    *,
    patient_id: int,
    credit_key: str,
    points: int,
    key: str,
    today: date,
    actor: Actor,
    now: datetime,
    visit_id: int | None = None,
    refund_id: int | None = None,
    referral_id: int | None = None,
    reason: str | None = None,
    quiet: bool = False,
) -> bool:
    """Take back points of one credit: from its own lot first, then from the others (P9, P10).

    What had already ended by its last day is not taken a second time: its expiry is restored first, so
    that the outcome is the same whether or not the expiry job has run (TM4). False for a repeated key.
    """
    rules.check_amount(points)
    book.lock(session, patient_id)
    if book.is_written(session, key):
        return False
    own = session.execute(
        select(_LOTS.c.entry_id, _LOTS.c.id, _LOTS.c.remaining, _LOTS.c.valid_to)
        .join(_ENTRIES, _ENTRIES.c.id == _LOTS.c.entry_id)
        .where(_ENTRIES.c.key == credit_key)
    ).one_or_none()
    lots = rules.order_of_use(queries.open_lots(session, patient_id, today))
    ended = 0
    if own is not None:
        ended = _restore_expiry(session, patient_id, own.id, points, key, actor, now)
        lots = [OpenLot(*own[1:]), *(lot for lot in lots if lot.id != own.id)]
    entry = book.entry_row(
        patient_id,
        "reverse",
        -points,
        key,
        now,
        actor,
        rule=f"entry:{own.entry_id}" if own is not None else "",
        visit_id=visit_id,
        refund_id=refund_id,
        referral_id=referral_id,
        reason=reason,
    )
    book.debit(session, entry, lots, covered=ended)
    note(session, PointsChanged(patient_id, key, -points, "reverse", quiet))
    return True


def _restore_expiry(
    session: Session, patient_id: int, lot_id: int, wanted: int, cause: str, actor: Actor, now: datetime
) -> int:
    """Undo so much of a lot's recorded expiry as a reversal needs; how much that was."""
    expired = session.execute(
        select(func.coalesce(func.sum(_ENTRIES.c.points), 0)).where(
            (_ENTRIES.c.key == f"lot:{lot_id}:expire")
            | ((_ENTRIES.c.patient_id == patient_id) & (_ENTRIES.c.rule == f"lot:{lot_id}"))
        )
    ).scalar_one()
    restored = min(-int(expired), wanted)
    if restored > 0:
        entry = book.entry_row(patient_id, "restore", restored, f"{cause}:restore", now, actor)
        book.add_entry(session, {**entry, "rule": f"lot:{lot_id}"})
        book.add_to_balance(session, patient_id, restored)
    return restored


def restore_redemption(
    session: Session,
    *,
    patient_id: int,
    redeem_key: str,
    key: str,
    today: date,
    actor: Actor,
    now: datetime,
    points: int | None = None,
    visit_id: int | None = None,
    refund_id: int | None = None,
    reason: str | None = None,
    quiet: bool = False,
) -> int:
    """Undo a redemption, wholly or by ``points``: the same lots get back what it took (P11).

    The lots that end last come first; what belongs to lots whose last day has passed ends at once, by an
    entry of its own. A debt is filled first (P10). How many points came back; 0 for a repeated key or when
    nothing is left to undo. Refuses ``restore_too_much`` and amounts that are not positive.
    """
    debt = book.lock(session, patient_id).points_debt
    if book.is_written(session, key):
        return 0
    redeemed, uses = queries.uses_of(session, redeem_key)
    left = sum(use.left for use in uses)
    wanted = left if points is None else points
    if points is not None:
        rules.check_amount(points)
    if wanted > left:
        raise Refusal("restore_too_much", left=left)
    if redeemed is None or wanted == 0:
        return 0
    entry = book.entry_row(
        patient_id,
        "restore",
        wanted,
        key,
        now,
        actor,
        rule=f"entry:{redeemed}",
        visit_id=visit_id,
        refund_id=refund_id,
        reason=reason,
    )
    book.add_entry(session, entry)
    book.add_to_balance(session, patient_id, wanted)
    plan = rules.plan_restore(uses, wanted, debt=debt, today=today)
    book.change_debt(session, patient_id, -sum(part.fill for part in plan))
    _GIVE_BACK.run_many(
        session, [{"entry": redeemed, "lot": part.lot_id, "part": part.points} for part in plan]
    )
    book.draw(session, [(part.lot_id, -part.rest) for part in plan if not part.has_ended])
    for part in plan:
        if part.has_ended and part.rest:
            _end_at_once(session, patient_id, part, today, key, actor, now)
    note(session, PointsChanged(patient_id, key, wanted, "restore", quiet))
    return wanted


def _end_at_once(
    session: Session,
    patient_id: int,
    part: Restored,
    today: date,
    cause: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Record that points come back to a lot whose last day has passed (P11): they are nobody's."""
    ending = part.rest - _free_others(session, part, today)
    if ending == 0:
        return
    key = f"{cause}:expire:{part.lot_id}"
    entry = book.entry_row(
        patient_id, "expire", -ending, key, now, actor, rule=f"lot:{part.lot_id}", valid_to=part.valid_to
    )
    entry_id = book.add_entry(session, entry)
    book.remember_uses(session, entry_id, [(part.lot_id, ending)])
    book.add_to_balance(session, patient_id, -ending)


def _free_others(session: Session, part: Restored, today: date) -> int:
    """Give back to open lots what a reversal had to take from them in this lot's stead; how much.

    Had the redemption been undone before that reversal, it would have found the points of its own credit:
    which of the two comes first makes no difference.
    """
    own = select(_LOTS.c.entry_id).where(_LOTS.c.id == part.lot_id).scalar_subquery()
    uses = session.execute(
        select(_USES.c.entry_id, _USES.c.lot_id, _USES.c.points - _USES.c.restored, _LOTS.c.valid_to)
        .join(_ENTRIES, _ENTRIES.c.id == _USES.c.entry_id)
        .join(_LOTS, _LOTS.c.id == _USES.c.lot_id)
        .where(
            _ENTRIES.c.kind == "reverse",
            _ENTRIES.c.rule == literal("entry:") + cast(own, String),
            _ENTRIES.c.patient_id == _LOTS.c.patient_id,
            _USES.c.lot_id != part.lot_id,
            or_(_LOTS.c.valid_to.is_(None), _LOTS.c.valid_to >= today),
            ~END_IS_RECORDED,
        )
        .order_by(_USES.c.entry_id.desc(), _USES.c.lot_id)
    ).all()
    left = part.rest
    for use in uses:
        freed = min(left, use[2])
        if freed > 0:
            _GIVE_BACK.run(session, entry=use.entry_id, lot=use.lot_id, part=freed)
            book.draw(session, [(use.lot_id, -freed)])
            left -= freed
    return part.rest - left
