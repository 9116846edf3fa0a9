"""`flask demo`: load once, tell the log-ins, keep away from other clinics."""

from datetime import timedelta

import pyotp
import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from demo.commands import demo as demo_commands
from demo.staff import PASSWORD, STAFF
from jobs.health import jobs_alive
from jobs.periodic import PERIODIC
from jobs.schedule import Every
from loyalty.access.rules.passwords import matches
from loyalty.clinic.queries import all_staff
from loyalty.kernel.clock import now as clock_now
from loyalty.kernel.database import Base
from loyalty.patients.models import Patient
from tests.support.cast import open_clinic


def run(app: Flask, *arguments: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(demo_commands, list(arguments))
    return result.exit_code, (result.stdout or result.stderr).strip()


def rows(session: Session) -> dict[str, int]:
    """How many rows every table has; the database is free again afterwards."""
    tables = Base.metadata.sorted_tables
    found = {table.name: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}
    session.rollback()
    return found


def test_a_second_load_changes_nothing(app: Flask, session: Session) -> None:
    code, said = run(app, "load")
    assert code == 0
    assert said.startswith("The demo clinic An Nhiên is ready: 72 patients")
    before = rows(session)
    assert run(app, "load", "--patients", "90") == (
        0,
        "The demo clinic is here already. Nothing was changed.",
    )
    assert rows(session) == before


def test_the_nightly_jobs_count_as_done(app: Flask, session: Session) -> None:
    run(app, "load")
    by_the_minute = {job.name for job in PERIODIC.values() if isinstance(job.schedule, Every)}
    late = {str(finding.params["job"]) for finding in jobs_alive(session, clock_now()) if not finding.ok}
    assert late <= by_the_minute


def test_more_patients_make_a_larger_crowd(app: Flask, session: Session) -> None:
    assert run(app, "load", "--patients", "100")[0] == 0
    assert session.scalar(select(func.count()).select_from(Patient)) == 100


def test_another_clinic_is_never_touched(app: Flask, session: Session) -> None:
    open_clinic(session)
    before = rows(session)
    code, said = run(app, "load")
    assert code == 1
    assert said == (
        "Error: This database holds another clinic: the demo is made only in an empty one. "
        "Nothing was changed."
    )
    assert rows(session) == before
    assert run(app, "logins") == (0, "")


def test_it_is_not_made_in_production(app: Flask, session: Session) -> None:
    app.config["PRODUCTION"] = True
    code, said = run(app, "load")
    assert (code, "not made in production" in said) == (1, True)
    assert run(app, "logins") == (0, "")
    assert set(rows(session).values()) == {0}


def test_logins_print_nothing_before_there_is_a_clinic(app: Flask) -> None:
    assert run(app, "logins") == (0, "")


def test_logins_let_everybody_in(app: Flask, session: Session) -> None:
    run(app, "load")
    code, said = run(app, "logins")
    now = clock_now()
    assert code == 0
    for member, person in zip(STAFF, sorted(all_staff(session), key=lambda one: one.id), strict=True):
        assert (person.email, person.totp_secret) == (member.email, member.secret)
        assert person.totp_confirmed_at is not None
        assert matches(person.password_hash, PASSWORD)
        totp = pyotp.TOTP(member.secret)
        shown = next(line for line in said.splitlines() if member.email in line).split()
        assert {totp.at(now), totp.at(now - timedelta(seconds=30))} & set(shown)
    for phone in ("0905 482 218", "+86 138 5884 2054", "0912 533 318", "0901 338 142"):
        assert phone in said
    assert "/demo/outbox" in said


@pytest.mark.parametrize("patients", ["-1", "many"])
def test_a_senseless_number_is_refused(app: Flask, session: Session, patients: str) -> None:
    assert run(app, "load", "--patients", patients)[0] == 2
    assert set(rows(session).values()) == {0}
