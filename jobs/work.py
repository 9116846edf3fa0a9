"""What each periodic job does: find what is due, act, at most N in one transaction, until nothing is left.

Every function takes the moment, the slot's label and the N of one batch, and says in English what it did. All
of them may run twice, late or in parallel.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic

from redis import Redis, RedisError
from sqlalchemy.orm import Session

from jobs import messages, runs
from jobs.context import application, job_context, reading
from loyalty.badges.operations import review_years
from loyalty.checks.queries import check_all
from loyalty.clinic.queries import programme
from loyalty.kernel.actor import SYSTEM
from loyalty.kernel.clock import Month
from loyalty.kernel.refusal import Refusal
from loyalty.leaderboard.operations import draft_board
from loyalty.points.operations import expire_lots
from loyalty.privacy.operations import forget_old
from loyalty.referrals.operations import add_clicks, expire_referrals
from loyalty.tiers.operations import review_all
from web.clicks import clicks_to_save
from web.redis import breaker, redis_client

KEPT_RUNS = timedelta(days=2)
_NO_REDIS = "Redis does not answer"


def send_messages(now: datetime, slot: str, limit: int) -> str:
    """Send what is due and free what dead workers held."""
    done = messages.send_due(now=now, limit=limit)
    return _said(done) or "nothing due"


def expire_points(now: datetime, slot: str, limit: int) -> str:
    """Write off the lots whose last day has passed (P13)."""

    def batch(session: Session) -> int:
        today = programme(session).calendar.day_of(now)
        return expire_lots(session, today=today, now=now, limit=limit)

    return f"expired {_in_batches(batch, now, limit)} lots"


def expire_old_referrals(now: datetime, slot: str, limit: int) -> str:
    """End the referrals whose friend did not come in time (F9)."""

    def batch(session: Session) -> int:
        return expire_referrals(session, now=now, limit=limit)

    return f"expired {_in_batches(batch, now, limit)} referrals"


def review_tiers(now: datetime, slot: str, limit: int) -> str:
    """Look at all tiers and badges again: what time alone changes, and what a crash of old may have left."""

    def badges(session: Session) -> int:
        return review_years(session, calendar=programme(session).calendar, now=now, limit=limit)

    changed = {"tiers": _all_tiers(now, limit), "badges": _in_batches(badges, now, limit)}
    return _said(changed) or "nothing to change"


def _all_tiers(now: datetime, limit: int) -> int:
    """Everybody's tier, in transactions of their own, each going on where the one before ended."""
    changed, last = 0, 0
    while True:
        with job_context(now=now, job="review-tiers") as session:
            done = review_all(session, setup=programme(session), now=now, after=last, limit=limit)
        changed += done.changed
        if done.last is None:
            return changed
        last = done.last


def draft_leaderboard(now: datetime, slot: str, limit: int) -> str:
    """Draft the board of the month that the slot names; a published one stays as it is (B2, B3)."""
    try:
        with job_context(now=now, job="leaderboard-draft") as session:
            draft_board(session, month=Month.parse(slot), actor=SYSTEM, now=now)
    except Refusal as refusal:
        return f"no draft of {slot}: {refusal.code}"
    return f"drafted {slot}"


def flush_clicks(now: datetime, slot: str, limit: int) -> str:
    """Carry the opened invite links over from Redis (F2)."""
    with application() as app:
        client = redis_client(app)
        try:
            return _NO_REDIS if client is None else _flushed(client, now)
        except RedisError:
            breaker(app).failed(monotonic())
            return _NO_REDIS


def _flushed(client: Redis, now: datetime) -> str:
    with clicks_to_save(client) as counts, job_context(now=now, job="flush-clicks") as session:
        add_clicks(session, counts=counts)
    return f"counted {sum(counts.values())} clicks"


def forget(now: datetime, slot: str, limit: int) -> str:
    """Delete what is no longer needed: codes, tries, sessions, words of messages, records of runs."""

    def batch(session: Session) -> int:
        counts = forget_old(session, now=now, limit=limit)
        for what, count in counts.items():
            total[what] = total.get(what, 0) + count
        return max(counts.values())

    total: dict[str, int] = {}
    _in_batches(batch, now, limit)
    with job_context(now=now, job="retention") as session:
        names = ("send-messages", "flush-clicks", "run-imports")
        total["runs"] = runs.forget(session, names=names, before=now - KEPT_RUNS)
    return _said(total) or "nothing to forget"


def reconcile(now: datetime, slot: str, limit: int) -> str:
    """Compare summaries with facts and keep the result for the health page."""
    with reading() as session:
        found = check_all(session)
    return _said({checked.code: checked.count for checked in found}) or "all right"


def _in_batches(batch: Callable[[Session], int], now: datetime, limit: int) -> int:
    """Run a batch in transactions of its own until it finds less than it may take."""
    total = 0
    while True:
        with job_context(now=now) as session:
            count = batch(session)
        total += count
        if count < limit:
            return total


def _said(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {what.replace('_', ' ')}" for what, count in counts.items() if count)
