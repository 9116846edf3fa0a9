"""THE table of periodic jobs, and the running of one slot of one of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

import structlog

from jobs import imports, reminders, runs, work
from jobs.context import job_context, reading
from jobs.failpoints import reach
from jobs.schedule import AfterMonth, CatchUp, Daily, Every, Monthly, Schedule
from loyalty.clinic.queries import programme
from loyalty.kernel import clock

log = structlog.get_logger(__name__)

MESSAGES_QUEUE = "messages"
PERIODIC_QUEUE = "periodic"


@dataclass(frozen=True, slots=True)
class PeriodicJob:
    """``batch`` bounds one transaction; after ``grace`` a job is late; after ``patience`` a run is dead.

    ``alone``: no other slot of it may be under way.
    """

    name: str
    run: Callable[[datetime, str, int], str]
    schedule: Schedule
    batch: int
    catch_up: CatchUp
    grace: timedelta = timedelta(hours=1)
    patience: timedelta = timedelta(minutes=15)
    queue: str = PERIODIC_QUEUE
    alone: bool = False


_MINUTE = timedelta(minutes=1)
_ALL = (
    PeriodicJob(
        "send-messages",
        work.send_messages,
        Every(20),
        200,
        CatchUp.SKIP,
        grace=3 * _MINUTE,
        patience=_MINUTE,
        queue=MESSAGES_QUEUE,
    ),
    PeriodicJob(
        "flush-clicks",
        work.flush_clicks,
        Every(60),
        10_000,
        CatchUp.SKIP,
        grace=5 * _MINUTE,
        patience=2 * _MINUTE,
        alone=True,
    ),
    PeriodicJob(
        "run-imports",
        imports.hand_over_imports,
        Every(60),
        10,
        CatchUp.SKIP,
        grace=10 * _MINUTE,
        patience=2 * _MINUTE,
    ),
    PeriodicJob("expire-points", work.expire_points, Daily(time(0, 5)), 1000, CatchUp.LATEST),
    PeriodicJob("expire-referrals", work.expire_old_referrals, Daily(time(0, 10)), 500, CatchUp.LATEST),
    PeriodicJob("review-tiers", work.review_tiers, Daily(time(0, 20)), 1000, CatchUp.LATEST),
    PeriodicJob("birthday-bonus", reminders.birthday_bonus, Daily(time(8, 30)), 200, CatchUp.LATEST),
    PeriodicJob("expiry-warnings", reminders.expiry_warnings, Daily(time(9, 0)), 500, CatchUp.LATEST),
    PeriodicJob("balance-notices", reminders.balance_notices, Monthly(time(9, 30)), 500, CatchUp.LATEST),
    PeriodicJob(
        "fulfilment-reminders", reminders.fulfilment_reminders, Daily(time(9, 15)), 200, CatchUp.LATEST
    ),
    PeriodicJob(
        "leaderboard-draft",
        work.draft_leaderboard,
        AfterMonth("leaderboard.settle_hours"),
        1,
        CatchUp.EACH,
    ),
    PeriodicJob(
        "retention",
        work.forget,
        Daily(time(3, 30)),
        5000,
        CatchUp.SKIP,
        grace=timedelta(hours=12),
    ),
    PeriodicJob(
        "reconcile",
        work.reconcile,
        Daily(time(4, 0)),
        1,
        CatchUp.SKIP,
        grace=timedelta(hours=12),
    ),
)
PERIODIC: Mapping[str, PeriodicJob] = {job.name: job for job in _ALL}


def run_slot(name: str, label: str) -> str | None:
    """Run one slot of a job unless somebody else has it; gives what it did. Called by beats and workers."""
    job = PERIODIC[name]
    now = clock.now()
    with reading() as session:
        due_at = job.schedule.parse(label, programme(session)).due_at
        busy = job.alone and runs.is_under_way(session, name=name, slot=label, since=now - job.patience)
    if busy or (job.catch_up is CatchUp.SKIP and now > due_at + job.grace):
        return None
    with job_context(now=now, job=name) as session:
        if not runs.take(session, name=name, slot=label, now=now, patience=job.patience):
            return None
    reach("job_started")
    return _recorded(job, label, now)


def _recorded(job: PeriodicJob, label: str, now: datetime) -> str:
    """Do the work and record its end; a failure is recorded too, and the slot stays open to be taken over."""
    finished = True
    try:
        outcome = job.run(now, label, job.batch)
    except Exception as error:
        log.exception("periodic job failed", job=job.name, slot=label)
        outcome, finished = f"failed: {type(error).__name__}", False
    reach("job_done")
    ended_at = clock.now()
    with job_context(now=ended_at, job=job.name) as session:
        runs.end(
            session, name=job.name, slot=label, outcome=outcome, finished_at=ended_at if finished else None
        )
    log.info("periodic job", job=job.name, slot=label, outcome=outcome)
    return outcome
