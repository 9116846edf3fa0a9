"""The story can be told on any day at any hour: month's ends, midnight, leap days."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from demo.load import ZONE, load
from demo.moments import Moments
from loyalty.checks.queries import check_all
from loyalty.kernel.clock import Month, clinic_calendar
from loyalty.leaderboard.queries import boards
from loyalty.patients.models import Patient
from loyalty.patients.queries import stats
from loyalty.points.queries import available, next_expiry
from loyalty.visits.models import Visit
from tests.demo.conftest import named
from tests.support.acting import commit
from tests.support.databases import Databases
from web.app import create_app
from web.extensions import db

CALENDAR = clinic_calendar(ZONE)

DAYS = [
    datetime(2026, 11, 30, 17, 10, tzinfo=UTC),  # ten past midnight on the first of December: no draft yet
    datetime(2026, 12, 31, 16, 58, tzinfo=UTC),  # two minutes to the new year
    datetime(2028, 2, 29, 10, 0, tzinfo=UTC),
]


@pytest.mark.parametrize("now", DAYS)
def test_the_same_people_on_any_day(app: Flask, session: Session, now: datetime) -> None:
    with app.app_context():
        load(session, now=now)
        commit(session, now)
    mai, today = named(session, "Nguyễn Thị Mai"), CALENDAR.day_of(now)
    row, ending = stats(session, mai.id), next_expiry(session, mai.id, today)
    assert row is not None
    assert ending is not None
    assert (row.tier, row.visit_count, row.referral_count) == ("silver", 6, 2)
    assert (available(session, mai.id, today), ending[0]) == (1240, 350)
    assert [checked for checked in check_all(session) if checked.count] == []
    assert session.scalars(select(Patient.id).where(Patient.created_at > now)).all() == []
    assert session.scalars(select(Visit.id).where(Visit.completed_at > now)).all() == []
    drafts = [Month.parse(board.month) for board in boards(session) if board.state == "draft"]
    last_month, settled = CALENDAR.month_of(now).plus(-1), now - timedelta(hours=1)
    assert drafts == ([last_month] if CALENDAR.month_of(settled) > last_month else [])


@pytest.mark.parametrize("hour", range(24))
def test_later_today_is_later_and_today(hour: int) -> None:
    now = datetime(2026, 11, 22, hour, 37, 11, tzinfo=UTC)
    moments = Moments(CALENDAR, now)
    times = moments.later_today(5)
    assert times == sorted(times)
    assert all(now <= moment and CALENDAR.day_of(moment) == moments.today for moment in times)
    assert moments.last("08:40") <= now - timedelta(hours=1)
    assert moments.just_now(10) <= now - timedelta(minutes=10)


def test_two_loads_tell_the_same_story(databases: Databases) -> None:
    now = DAYS[2]
    told = [_told(databases, now) for _ in range(2)]
    assert told[0] == told[1]


def _told(databases: Databases, now: datetime) -> list[tuple[object, ...]]:
    """Everything but what must be unguessable: codes and card numbers."""
    url = databases.create()
    app = create_app(
        {"TESTING": True, "SECRET_KEY": "a secret for tests only", "SQLALCHEMY_DATABASE_URI": url}
    )
    with app.app_context():
        session = db.session()
        load(session, now=now)
        commit(session, now)
        people = session.execute(select(Patient.id, Patient.name, Patient.phone, Patient.birth_date)).all()
        visits = session.execute(select(Visit.patient_id, Visit.completed_at, Visit.due_minor)).all()
        found = sorted(tuple(map(str, row)) for row in (*people, *visits))
        db.session.remove()
        db.engine.dispose()
    databases.drop(url)
    return list(found)
