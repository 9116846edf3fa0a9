"""What the tests of the ladder say: where patients stand, nights that pass, settings that change."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from loyalty.clinic.operations import change_setting
from loyalty.clinic.queries import programme
from loyalty.patients.models import Patient, PatientStats
from loyalty.tiers.operations import review_all
from loyalty.tiers.queries import history
from tests.support.acting import commit
from tests.support.cast import LAN, NOON, complete

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


def stats(session: Session, patient: Patient) -> PatientStats:
    return session.get_one(PatientStats, patient.id, populate_existing=True)


def tier(session: Session, patient: Patient) -> str | None:
    return stats(session, patient).tier


def steps(session: Session, patient: Patient) -> list[tuple[str | None, str | None, str]]:
    """The patient's history, the earliest first."""
    return [(step.from_tier, step.to_tier, step.reason) for step in reversed(history(session, patient.id))]


def choose(session: Session, **settings: object) -> None:
    """Settings of the tiers by their short names: ``window="calendar_year"``, ``silver_visits=2``."""
    for name, value in settings.items():
        first, _, rest = name.partition("_")
        key = f"{first}.{rest}" if first in ("member", "silver", "gold", "black") else name
        change_setting(session, key=f"tiers.{key}", text=str(value), actor=LAN, now=NOON)
    commit(session)


def at(day: date, moment: str = "00:20") -> datetime:
    """The instant at which the clinic's clock shows ``moment`` on ``day``."""
    return datetime.combine(day, time.fromisoformat(moment), HANOI)


def visits(session: Session, patient: Patient, *days: date, moment: str = "12:00") -> None:
    for day in days:
        complete(session, patient, now=at(day, moment))


def night(session: Session, day: date, *, limit: int = 1000) -> int:
    """The nightly review of a local day; how many rows it changed."""
    changed, last = 0, 0
    while True:
        done = review_all(session, setup=programme(session), now=at(day), after=last, limit=limit)
        commit(session, at(day))
        changed += done.changed
        if done.last is None:
            return changed
        last = done.last


def nights(session: Session, first: date, last: date, seen: Callable[[], object]) -> dict[date, object]:
    """Every night's review from ``first`` to ``last``, and what is ``seen`` after those that changed it."""
    found: dict[date, object] = {}
    before, day = seen(), first
    while day <= last:
        night(session, day)
        after = seen()
        if after != before:
            found[day] = after
        before, day = after, day + timedelta(days=1)
    return found
