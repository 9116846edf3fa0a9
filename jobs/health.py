"""Is everything well: jobs alive, messages moving, a gateway there, summaries equal to facts."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy.orm import Session

from jobs import runs
from jobs.gateways import chosen_gateway
from jobs.periodic import PERIODIC
from loyalty.checks.queries import check_all
from loyalty.clinic.queries import clinic, programme
from loyalty.messaging import queries as messaging

#: Messages that are due and have not moved for this long hold up the patients.
PATIENCE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: ``code`` names its sentence (web/findings.py), ``params`` fill it."""

    code: str
    ok: bool
    params: dict[str, object] = field(default_factory=dict)


def report(session: Session, now: datetime, *, with_facts: bool = True) -> list[Finding]:
    """Everything worth knowing, jobs first; ``with_facts`` compares summaries with facts as well, which takes
    seconds for a large clinic. Before a clinic exists that is the only finding."""
    if clinic(session) is None:
        return [Finding("no_clinic", False)]
    found = [*jobs_alive(session, now), *messages_moving(session, now), _gateway()]
    return [*found, *facts(session)] if with_facts else found


def jobs_alive(session: Session, now: datetime) -> list[Finding]:
    """Per periodic job: when it last ended, and whether a slot is overdue beyond its grace."""
    setup, found = programme(session), clinic(session)
    last = runs.last_runs(session)
    findings = []
    for job in PERIODIC.values():
        run = last.get(job.name)
        expected = job.schedule.latest(now - job.grace, setup)
        begun = found is not None and expected.due_at >= found.created_at
        is_late = begun and (run is None or run.started_at < expected.due_at)
        params: dict[str, object] = {"job": job.name, "at": None, "outcome": ""}
        if run is not None:
            params |= {"at": run.finished_at, "outcome": run.outcome}
        findings.append(Finding("job_late" if is_late else "job_alive", not is_late, params))
    return findings


def messages_moving(session: Session, now: datetime) -> list[Finding]:
    """Messages that are stuck, messages that staff must decide on, and how many wait."""
    waiting = messaging.counts_by_state(session)["queued"]
    stuck = messaging.stuck_count(session, now=now, patience=PATIENCE)
    doubtful = messaging.uncertain_count(session)
    return [
        Finding("messages_waiting", True, {"count": waiting}),
        Finding("messages_stuck" if stuck else "messages_moving", not stuck, {"count": stuck}),
        Finding("messages_uncertain" if doubtful else "messages_certain", not doubtful, {"count": doubtful}),
    ]


def facts(session: Session) -> list[Finding]:
    """Every check of loyalty/checks; ``examples`` are ids of rows that are wrong."""
    return [
        Finding(checked.code, not checked.count, {"count": checked.count, "examples": list(checked.examples)})
        for checked in check_all(session)
    ]


def _gateway() -> Finding:
    name = chosen_gateway(current_app.config)
    if name is None:
        return Finding("gateway_missing", False)
    return Finding("gateway_there", True, {"gateway": name})
