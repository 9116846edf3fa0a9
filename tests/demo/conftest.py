"""The demo clinic, loaded once for all tests that only look at it."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from demo.load import load
from loyalty.patients.models import Patient
from tests.support.acting import commit
from tests.support.databases import Databases
from web.app import create_app
from web.extensions import db

#: A Sunday afternoon in Nha Trang.
NOW = datetime(2026, 11, 22, 8, 55, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def clinic_app(databases: Databases) -> Iterator[Flask]:
    """An application whose database holds the demo as of ``NOW``; nobody writes to it."""
    url = databases.create()
    made = create_app(
        {"TESTING": True, "SECRET_KEY": "a secret for tests only", "SQLALCHEMY_DATABASE_URI": url}
    )
    with made.app_context():
        session = db.session()
        load(session, now=NOW)
        commit(session, NOW)
        db.session.remove()
    yield made
    with made.app_context():
        db.engine.dispose()
    databases.drop(url)


@pytest.fixture
def demo(clinic_app: Flask) -> Iterator[Session]:
    with clinic_app.app_context():
        yield db.session()
        db.session.remove()


def named(session: Session, name: str) -> Patient:
    """The only patient of that name."""
    return session.scalars(select(Patient).where(Patient.name == name)).one()
