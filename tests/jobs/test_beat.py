"""The beat: every slot once whoever ticks how often, missed ones made up or skipped, dead runs taken over."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jobs import runs
from jobs.beat import Beat, due_slots
from jobs.context import job_context, reading
from jobs.periodic import PERIODIC, run_slot
from loyalty.activity.models import JobRun
from loyalty.clinic.models import Clinic
from loyalty.kernel import clock
from loyalty.patients.models import Patient
from tests.support.acting import commit
from tests.support.cast import NOON
from tests.support.posting import queue

HOUR = timedelta(hours=1)


def due(now_minus: timedelta = timedelta(0)) -> set[tuple[str, str]]:
    with reading() as session:
        return set(due_slots(session, clock.now() - now_minus))


def recorded(session: Session, name: str) -> int:
    return session.scalar(select(func.count()).select_from(JobRun).where(JobRun.name == name)) or 0


def opened(session: Session, ago: timedelta) -> None:
    session.get_one(Clinic, 1).created_at = clock.now() - ago
    commit(session)


@pytest.mark.usefixtures("here")
def test_nothing_is_due_before_a_clinic_exists() -> None:
    assert due() == set()


@pytest.mark.usefixtures("here", "an")
def test_every_job_is_due_in_a_clinic_where_nothing_ran_yet() -> None:
    assert {name for name, _ in due()} >= {
        "send-messages",
        "expire-points",
        "expire-referrals",
        "review-tiers",
    }


@pytest.mark.usefixtures("here", "an")
def test_b2_each_missed_month_gets_its_draft(session: Session) -> None:
    opened(session, timedelta(days=95))
    months = {label for name, label in due() if name == "leaderboard-draft"}
    assert len(months) in (3, 4)


@pytest.mark.usefixtures("here", "an")
def test_no_slot_is_older_than_the_clinic(session: Session) -> None:
    opened(session, timedelta(seconds=0))
    # A minute may begin between the opening and the question.
    assert {name for name, _ in due()} <= {"send-messages", "flush-clicks", "run-imports"}


@pytest.mark.usefixtures("here", "an")
def test_a_slot_runs_once(session: Session) -> None:
    [label] = {label for name, label in due() if name == "expire-points"}
    assert run_slot("expire-points", label) == "expired 0 lots"
    assert run_slot("expire-points", label) is None
    assert recorded(session, "expire-points") == 1
    assert "expire-points" not in {name for name, _ in due()}


@pytest.mark.usefixtures("here", "an")
def test_a_stale_turn_of_a_job_that_skips_is_not_run(session: Session) -> None:
    label = PERIODIC["send-messages"].schedule.latest(clock.now() - HOUR, None).label  # type: ignore[arg-type]
    assert run_slot("send-messages", label) is None
    assert recorded(session, "send-messages") == 0


@pytest.mark.usefixtures("here", "an")
def test_a_run_that_died_is_taken_over_after_a_while(session: Session) -> None:
    [label] = {label for name, label in due() if name == "expire-points"}
    patience = PERIODIC["expire-points"].patience
    with job_context() as mine:
        assert runs.take(mine, name="expire-points", slot=label, now=clock.now(), patience=patience)
    assert "expire-points" not in {name for name, _ in due()}
    session.scalars(select(JobRun)).one().started_at = clock.now() - 2 * patience
    commit(session)
    assert ("expire-points", label) in due()
    assert run_slot("expire-points", label) == "expired 0 lots"
    assert recorded(session, "expire-points") == 1


@pytest.mark.usefixtures("here", "an")
def test_a_failed_run_is_recorded_and_stays_open(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr("jobs.work.expire_lots", fail)
    [label] = {label for name, label in due() if name == "expire-points"}
    assert run_slot("expire-points", label) == "failed: ZeroDivisionError"
    run = session.scalars(select(JobRun)).one()
    assert (run.finished_at, run.outcome) == (None, "failed: ZeroDivisionError")


def test_without_redis_the_beat_runs_jobs_itself(here: Flask, session: Session, an: Patient) -> None:
    here.config["REDIS_URL"] = "unix:///nonexistent/valkey.sock"
    queue(session, an, now=NOON)
    handed = Beat().tick(here)
    assert {name for name, _ in handed} >= {"send-messages", "expire-points"}
    assert recorded(session, "send-messages") == 1
    run = session.scalars(select(JobRun).where(JobRun.name == "send-messages")).one()
    assert run.outcome == "1 sent"
    Beat().tick(here)
    assert recorded(session, "expire-points") == 1


@pytest.mark.usefixtures("an")
def test_a_slot_is_handed_over_once_in_a_while(here: Flask, session: Session) -> None:
    beat = Beat()
    first = beat.tick(here)
    assert first
    assert not set(beat.tick(here)) & set(first)
    assert recorded(session, "expire-points") == 0
