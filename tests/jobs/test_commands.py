"""`flask jobs`: the list, one run by hand, mistakes."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jobs.commands import jobs_commands
from jobs.periodic import PERIODIC, run_slot
from loyalty.activity.models import JobRun
from loyalty.clinic.models import Clinic
from loyalty.patients.models import Patient
from tests.support.cast import NOON, complete
from tests.support.posting import message, queue


def jobs(app: Flask, *arguments: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(jobs_commands, list(arguments))
    return result.exit_code, (result.stdout if result.exit_code == 0 else result.stderr).strip()


@pytest.mark.usefixtures("an")
def test_list_names_every_job_and_its_last_run(app: Flask) -> None:
    with app.app_context():
        run_slot("expire-points", "2026-11-22")
    code, output = jobs(app, "list")
    lines = {line.split()[0]: line for line in output.splitlines()}
    assert code == 0
    assert set(lines) == set(PERIODIC)
    assert "daily at 00:05" in lines["expire-points"]
    assert lines["expire-points"].endswith("expired 0 lots")
    assert lines["reconcile"].endswith("never")


def test_run_acts_at_the_instant_given(app: Flask, session: Session, an: Patient) -> None:
    message_id = queue(session, an, due_at=NOON + timedelta(hours=1))
    assert jobs(app, "run", "send-messages", "--at", "2026-11-17T12:30:00+07:00") == (
        0,
        "send-messages: nothing due",
    )
    assert jobs(app, "run", "send-messages", "--at", "2026-11-17T13:00:00+07:00") == (
        0,
        "send-messages: 1 sent",
    )
    assert message(session, message_id).sent_at == NOON + timedelta(hours=1)


def test_p13_expiring_twice_writes_once(app: Flask, session: Session, an: Patient) -> None:
    complete(session, an)
    at = "2027-06-01T09:00:00+07:00"
    assert jobs(app, "run", "expire-points", "--at", at) == (0, "expire-points: expired 1 lots")
    assert jobs(app, "run", "expire-points", "--at", at) == (0, "expire-points: expired 0 lots")


@pytest.mark.usefixtures("an")
@pytest.mark.parametrize("name", sorted(PERIODIC))
def test_every_job_runs_by_hand_and_again(app: Flask, session: Session, name: str) -> None:
    for _ in range(2):
        code, output = jobs(app, "run", name, "--at", "2026-12-02T09:00:00+07:00")
        assert (code, output.partition(":")[0]) == (0, name)
    assert session.scalar(select(func.count()).select_from(JobRun)) == 0


@pytest.mark.parametrize("arguments", [("run", "no-such-job"), ("run", "reconcile", "--at", "yesterday")])
def test_mistakes_are_told_and_do_nothing(app: Flask, arguments: tuple[str, ...]) -> None:
    code, output = jobs(app, *arguments)
    assert code == 2
    assert "Traceback" not in output


def test_without_a_clinic_a_run_says_so(app: Flask, session: Session) -> None:
    assert session.get(Clinic, 1) is None
    assert jobs(app, "run", "reconcile") == (1, "Error: reconcile: no_clinic")
