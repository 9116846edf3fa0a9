"""Jobs that speak to patients by themselves: balance, points that end, birthdays, gifts that wait.

Each finds who is due, takes what must happen once by a unique key or a conditional update, and acts, a
batch in one transaction. Run late, twice or in parallel they tell the same people the same, once.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from jobs.context import job_context
from loyalty.clinic.queries import Programme, programme
from loyalty.kernel.clock import birthday_in
from loyalty.messaging.operations import queue_message
from loyalty.messaging.queries import known_keys
from loyalty.messaging.rules import key_of, next_daytime
from loyalty.patients.queries import born_on
from loyalty.points.models import LedgerEntry
from loyalty.points.operations import give_birthday_bonus
from loyalty.points.queries import due_for_balance_notice, due_for_expiry_warning
from loyalty.rewards.operations import claim_reminder, expire_redemptions
from loyalty.rewards.queries import due_for_reminder

#: Birthdays of these last days are made up when the job did not run on the day itself.
BIRTHDAYS_BACK = 7


def balance_notices(now: datetime, slot: str, limit: int) -> str:
    """Tell who has points to spend how many, once a calendar month (P14)."""

    def read(session: Session, after: int) -> Sequence[Any]:
        today = programme(session).calendar.day_of(now)
        return due_for_balance_notice(session, today, after, limit)

    def tell(session: Session, rows: Sequence[Any]) -> int:
        setup = programme(session)
        month = setup.calendar.month_of(now)
        _, end = setup.calendar.month_bounds(month)
        said = [(row.patient_id, str(month), {"points": row.points}, end) for row in rows]
        return _queue(session, "balance", said, setup, now)

    return f"told {_page_by_page(read, tell, lambda row: row.patient_id, now, limit)} balances"


def expiry_warnings(now: datetime, slot: str, limit: int) -> str:
    """Warn of points that end soon: once for a patient and last day, so never twice of one lot (P14)."""

    def read(session: Session, after: int) -> Sequence[Any]:
        setup = programme(session)
        days = setup.settings["points.expiry_warning_days"]
        return due_for_expiry_warning(session, setup.calendar.day_of(now), days, after, limit)

    def tell(session: Session, rows: Sequence[Any]) -> int:
        setup = programme(session)
        said = [
            (
                row.patient_id,
                row.valid_to.isoformat(),
                {"points": row.points, "day": row.valid_to.isoformat()},
                setup.calendar.day_bounds(row.valid_to)[1],
            )
            for row in rows
        ]
        return _queue(session, "expiry-warning", said, setup, now)

    return f"warned {_page_by_page(read, tell, lambda row: row.lot_ids[0], now, limit)} times"


def birthday_bonus(now: datetime, slot: str, limit: int) -> str:
    """Give the birthday points, once a patient and calendar year, and say so (P16)."""

    def read(session: Session, after: int) -> Sequence[Any]:
        today = programme(session).calendar.day_of(now)
        return born_on(session, _days_back(today), after=after, limit=limit)

    def give(session: Session, rows: Sequence[Any]) -> int:
        setup = programme(session)
        return sum(_celebrate(session, row, setup, now) for row in rows)

    return f"gave {_page_by_page(read, give, lambda row: row.id, now, limit)} birthday bonuses"


def _days_back(today: date) -> list[date]:
    return [today - timedelta(days=back) for back in range(BIRTHDAYS_BACK + 1)]


def _celebrate(session: Session, row: Any, setup: Programme, now: datetime) -> bool:
    """The bonus of the birthday that has just been; nobody's who joined after it."""
    days = _days_back(setup.calendar.day_of(now))
    joined_on = setup.calendar.day_of(row.created_at)
    day = next((day for day in days if birthday_in(day.year, row.birth_date) == day), None)
    if day is None or day < joined_on:
        return False
    if not give_birthday_bonus(session, patient_id=row.id, year=day.year, now=now):
        return False
    given = select(LedgerEntry.points).where(LedgerEntry.key == f"birthday:{row.id}:{day.year}")
    values = {"points": session.scalar(given)}
    end = setup.calendar.day_bounds(day + timedelta(days=BIRTHDAYS_BACK + 1))[1]
    _queue(session, "birthday", [(row.id, str(day.year), values, end)], setup, now)
    return True


def fulfilment_reminders(now: datetime, slot: str, limit: int) -> str:
    """Remind of gifts that wait at the desk, once each, and record the end of those nobody fetched (V7)."""

    def read(session: Session, after: int) -> Sequence[Any]:
        setup = programme(session)
        days, today = setup.settings["rewards.reminder_days"], setup.calendar.day_of(now)
        return due_for_reminder(session, today=today, now=now, days=days, after=after, limit=limit)

    def remind(session: Session, rows: Sequence[Any]) -> int:
        setup = programme(session)
        return sum(_remind(session, row, setup, now) for row in rows)

    reminded = _page_by_page(read, remind, lambda row: row.redemption_id, now, limit)
    return f"reminded {reminded} times, expired {_expire(now, limit)} rewards"


def _remind(session: Session, row: Any, setup: Programme, now: datetime) -> bool:
    if not claim_reminder(session, redemption_id=row.redemption_id, now=now):
        return False
    values, end = until(row.valid_to, setup)
    anchor = f"redemption:{row.redemption_id}"
    _queue(session, "reward-reminder", [(row.patient_id, anchor, values, end)], setup, now)
    return True


def until(valid_to: date | None, setup: Programme) -> tuple[dict[str, Any], datetime | None]:
    """The day a gift waits until as a message's value, and when the message is too late."""
    if valid_to is None:
        return {}, None
    return {"day": valid_to.isoformat()}, setup.calendar.day_bounds(valid_to)[1]


def _expire(now: datetime, limit: int) -> int:
    total = 0
    while True:
        with job_context(now=now, job="fulfilment-reminders") as session:
            today = programme(session).calendar.day_of(now)
            count = expire_redemptions(session, today=today, now=now, limit=limit)
        total += count
        if count < limit:
            return total


Said = tuple[int, str, dict[str, Any], datetime | None]


def _queue(session: Session, step: str, said: Sequence[Said], setup: Programme, now: datetime) -> int:
    """Queue what was not queued before, in the daytime; how many that were."""
    known = known_keys(session, [key_of(patient_id, step, anchor, 1) for patient_id, anchor, *_ in said])
    due_at = next_daytime(now, setup.calendar)
    queued = 0
    for patient_id, anchor, values, end in said:
        if key_of(patient_id, step, anchor, 1) not in known:
            message_id = queue_message(
                session,
                patient_id=patient_id,
                step=step,
                anchor=anchor,
                values=values,
                due_at=due_at,
                expires_at=end,
                now=now,
            )
            queued += message_id is not None
    return queued


def _page_by_page(
    read: Callable[[Session, int], Sequence[Any]],
    act: Callable[[Session, Sequence[Any]], int],
    last: Callable[[Any], int],
    now: datetime,
    limit: int,
) -> int:
    """Read and act a page at a time, each in a transaction of its own, until a page is not full."""
    after = total = 0
    while True:
        with job_context(now=now) as session:
            rows = read(session, after)
            total += act(session, rows)
        if len(rows) < limit:
            return total
        after = last(rows[-1])
