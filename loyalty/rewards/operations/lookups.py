"""Looking a code up, without letting anybody guess (V5)."""

from datetime import datetime

from sqlalchemy.orm import Session

from loyalty.access.operations import throttle
from loyalty.access.queries import attempt_times
from loyalty.access.rules.limits import LIMITS, wait_for
from loyalty.activity.operations import record
from loyalty.kernel.actor import Actor
from loyalty.kernel.refusal import Refusal
from loyalty.rewards.queries.codes import Found, find_code

MISS, NOTED = "lookup.miss", "lookup.noted"


def look_up(session: Session, *, code: str, actor: Actor, now: datetime) -> Found | None:
    """What a typed or scanned code stands for; None for one nobody has, which counts as a try.

    The caller commits in either case, for the count must stay. After too many misses nothing is looked up
    for a while: ``too_many_tries`` with the seconds to wait. The log tells of it (V5).
    """
    subject = str(actor)
    throttle.in_turn(session, MISS, subject)
    limits = LIMITS[MISS]
    longest, most = max(one.period for one in limits), max(one.count for one in limits)
    times = attempt_times(session, MISS, subject, after=now - longest, limit=most)
    throttle.refuse_early(wait_for(times, limits, now))
    found = find_code(session, code)
    if found is None:
        throttle.count(session, MISS, subject, now=now)
        _tell_of_many(session, len(times) + 1, subject, actor, now)
    return found


def _tell_of_many(session: Session, misses: int, subject: str, actor: Actor, now: datetime) -> None:
    """Note once an hour in the log that somebody is trying codes."""
    if misses < min(limit.count for limit in LIMITS[MISS]):
        return
    try:
        throttle.take(session, NOTED, subject, now=now)
    except Refusal:
        return
    record(session, actor=actor, action="offer.guessed", object_kind="code", after={"tries": misses}, now=now)
