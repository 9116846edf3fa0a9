"""People at the doors: visitors, and rows to let them in."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from loyalty.clinic.models import Staff
from loyalty.kernel.clock import now as clock_now
from loyalty.patients.models import Patient
from tests.access.conftest import clinic, lan  # noqa: F401
from tests.support.cast import person
from tests.support.visitor import Visitor, apart

MAI_PHONE = "+84903123456"


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    """Somebody reading English whom nobody knows yet."""
    return Visitor(app)


@pytest.fixture
def mai(session: Session, clinic: None) -> Patient:  # noqa: F811
    return apart(session, person(session, "Mai", clock_now(), phone=MAI_PHONE))


@pytest.fixture
def as_mai(app: Flask, session: Session, mai: Patient) -> Visitor:
    """Mai, logged in."""
    return Visitor(app).log_in(session, "patient", mai.id)


@pytest.fixture
def as_lan(app: Flask, session: Session, lan: Staff) -> Visitor:  # noqa: F811
    """The receptionist, logged in."""
    return Visitor(app).log_in(session, "staff", lan.id)
