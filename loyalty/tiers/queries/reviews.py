"""Whom the nightly review has to look at, and how a row of the table reads as a standing."""

from datetime import date
from typing import Any

from sqlalchemy import Select, and_, not_, or_, select
from sqlalchemy.orm import Session

from loyalty.clinic.queries import Programme
from loyalty.kernel.database import connection_of
from loyalty.tiers.queries.counts import STATS, Ranked, rank_of, standings
from loyalty.tiers.rules import LIFETIME, TIERS, Reached, Standing


def standing_of(row: Any) -> Standing:
    """The standing in any row that holds ``patients.queries.STANDING``."""
    return Standing(row.tier, row.tier_falls_on, row.tier_pin, row.tier_pin_until, bool(row.tier_pin_lowers))


def reached_in(row: Any, *, ahead_is_past: bool) -> Reached:
    """What the patient of a row of ``standings`` reaches."""
    now, ahead, behind = ((None, *TIERS)[number] for number in (row.now, row.ahead, row.behind))
    return Reached.of(now, ahead, behind, ahead_is_past=ahead_is_past)


def to_review(
    session: Session, *, setup: Programme, today: date, after: int, limit: int
) -> tuple[list[Any], int | None]:
    """Rows of patients behind ``after`` whom a review may change, held until the transaction ends.

    Besides them the last patient looked at, None when nobody is left. A lifetime's counts stand in the row
    itself: the next ``limit`` rows that do not fit come by one statement. Otherwise ``limit`` patients are
    counted at once, and those who do not fit are counted again once their rows are held, since another
    transaction may have counted meanwhile.
    """
    if setup.settings["tiers.window"] == LIFETIME:
        misfits = _misfits(standings(setup, today), today).where(STATS.c.patient_id > after)
        wanted = misfits.order_by(STATS.c.patient_id).limit(limit).with_for_update(of=STATS)
        rows = connection_of(session).execute(wanted).all()
        return list(rows), rows[-1].patient_id if len(rows) == limit else None
    ids = _ids_beyond(session, after, limit)
    if not ids:
        return [], None
    first, last = ids[0], ids[-1]
    # What counted in the grace does not matter for whom to look at: it only holds a tier.
    counts = standings(setup, today, lambda column: column.between(first, last), ("now", "ahead"))
    found = connection_of(session).execute(_misfits(counts, today))
    unfit = [row.patient_id for row in found]
    return _held(session, setup, today, unfit), last if len(ids) == limit else None


def _ids_beyond(session: Session, after: int, limit: int) -> list[int]:
    query = select(STATS.c.patient_id).where(STATS.c.patient_id > after).order_by(STATS.c.patient_id)
    return list(session.scalars(query.limit(limit)))


def _held(session: Session, setup: Programme, today: date, ids: list[int]) -> list[Any]:
    if not ids:
        return []
    hold = select(STATS.c.patient_id).where(STATS.c.patient_id.in_(ids)).order_by(STATS.c.patient_id)
    connection_of(session).execute(hold.with_for_update())
    chosen = standings(setup, today, lambda column: column.in_(ids)).query
    return list(connection_of(session).execute(chosen.order_by(STATS.c.patient_id)))


def _misfits(counts: Ranked, today: date) -> Select[Any]:
    """Only the rows that ``rules.decide`` would change, and all pinned ones, which are few.

    The first condition is cheap and leaves out nearly everybody.
    """
    now, ahead, stand = counts.ranks["now"], counts.ranks["ahead"], rank_of(STATS.c.tier)
    unfit = or_(stand < now, ahead < stand)
    if counts.only_tier is not None:
        unfit = STATS.c.tier.is_distinct_from(counts.only_tier)
    told = and_(STATS.c.tier_falls_on.is_not(None), STATS.c.tier_falls_on > today)
    waits = and_(STATS.c.tier_pin.is_(None), told, stand >= now, ahead < stand)
    special = or_(STATS.c.tier_falls_on.is_not(None), STATS.c.tier_pin.is_not(None))
    return counts.query.where(or_(unfit, special), not_(waits))
