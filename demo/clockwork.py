"""The periodic jobs of the months before: done and recorded, as a clinic's own clock would have done them.

Without it the health page of a fresh demo would call every nightly job late until the next night.
"""

from datetime import datetime

from jobs import runs
from jobs.context import job_context, reading
from jobs.periodic import PERIODIC, PeriodicJob
from jobs.schedule import CatchUp, Every, Slot
from loyalty.clinic.queries import Programme, clinic, programme


def catch_up(now: datetime) -> int:
    """Run what should have run by ``now``, but for the jobs that run every minute; how many runs."""
    with reading() as session:
        found, setup = clinic(session), programme(session)
        opened = found.created_at if found is not None else now
        due = [
            (job, slot)
            for job in PERIODIC.values()
            if not isinstance(job.schedule, Every)
            for slot in reversed(_slots(job, setup, opened, now))
        ]
    return sum(_run(job, slot.label, now) for job, slot in due)


def _slots(job: PeriodicJob, setup: Programme, opened: datetime, now: datetime) -> list[Slot]:
    """The slots of a job since the opening that would be made up, the latest first."""
    slots = [job.schedule.latest(now, setup)]
    while job.catch_up is CatchUp.EACH and slots[-1].due_at >= opened:
        slots.append(job.schedule.before(slots[-1], setup))
    return [slot for slot in slots if slot.due_at >= opened]


def _run(job: PeriodicJob, label: str, now: datetime) -> bool:
    with job_context(now=now, job=job.name) as session:
        if not runs.take(session, name=job.name, slot=label, now=now, patience=job.patience):
            return False
    outcome = job.run(now, label, job.batch)
    with job_context(now=now, job=job.name) as session:
        runs.end(session, name=job.name, slot=label, outcome=outcome, finished_at=now)
    return True
