"""The health report: jobs late, messages stuck or in doubt, no gateway, summaries beside the facts."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from jobs import health, runs
from jobs.context import job_context, reading
from jobs.health import Finding
from jobs.periodic import PERIODIC
from loyalty.clinic.queries import programme
from loyalty.kernel import clock
from loyalty.messaging.rules import Unknown
from loyalty.patients.models import Patient
from tests.support.cast import NOON
from tests.support.posting import claim, finish, queue


def report() -> dict[str, Finding]:
    """The findings by code; those of jobs by the job's name."""
    with reading() as session:
        found = health.report(session, clock.now())
    return {str(finding.params.get("job", finding.code)): finding for finding in found}


@pytest.mark.usefixtures("here")
def test_before_a_clinic_exists_that_is_the_only_finding() -> None:
    assert report() == {"no_clinic": Finding("no_clinic", False)}


@pytest.mark.usefixtures("here", "an")
def test_jobs_that_never_ran_are_late() -> None:
    found = report()
    assert {name: found[name].code for name in PERIODIC} == dict.fromkeys(PERIODIC, "job_late")


@pytest.mark.usefixtures("here", "an")
def test_all_is_well_once_every_job_has_run() -> None:
    now = clock.now()
    with job_context() as session:
        setup = programme(session)
        for job in PERIODIC.values():
            slot = job.schedule.latest(now, setup).label
            assert runs.take(session, name=job.name, slot=slot, now=now, patience=job.patience)
            runs.end(session, name=job.name, slot=slot, outcome="done", finished_at=now)
    found = report()
    assert {code for code, finding in found.items() if not finding.ok} == set()
    assert found["expire-points"].code == "job_alive"
    assert found["expire-points"].params["outcome"] == "done"


@pytest.mark.usefixtures("here")
def test_messages_stuck_and_in_doubt_are_told(session: Session, an: Patient) -> None:
    queue(session, an, "a")
    finish(session, claim(session, queue(session, an, "b")), Unknown("connection_reset"))
    found = report()
    assert found["messages_stuck"] == Finding("messages_stuck", False, {"count": 1})
    assert found["messages_uncertain"] == Finding("messages_uncertain", False, {"count": 1})
    assert found["messages_waiting"].params == {"count": 1}


@pytest.mark.usefixtures("here")
def test_messages_planned_for_later_are_not_stuck(session: Session, an: Patient) -> None:
    queue(session, an, due_at=clock.now() + timedelta(days=1), now=NOON)
    assert report()["messages_moving"].ok


@pytest.mark.usefixtures("an")
def test_production_without_a_gateway_is_told(here: Flask) -> None:
    here.config["PRODUCTION"] = True
    assert report()["gateway_missing"] == Finding("gateway_missing", False)
