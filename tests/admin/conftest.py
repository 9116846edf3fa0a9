"""The clinic of the staff's tests: its people, and a browser for each of them."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from loyalty.clinic.operations import create_staff
from loyalty.kernel.actor import SYSTEM
from loyalty.kernel.clock import now as clock_now
from tests.support.acting import commit
from tests.support.cast import open_clinic
from tests.support.visitor import Visitor

As = Callable[[str], Visitor]


@pytest.fixture
def house(session: Session) -> Session:
    """A clinic with one person of each role: lan receptionist, minh marketer, director manager."""
    open_clinic(session)
    for name, role in (
        ("lan", "reception"),
        ("hoa", "reception"),
        ("nhung", "care"),
        ("minh", "marketing"),
        ("director", "manager"),
        ("admin", "administrator"),
    ):
        create_staff(
            session,
            email=f"{name}@clinic.example",
            name=name.title(),
            role=role,
            actor=SYSTEM,
            now=clock_now(),
        )
    commit(session)
    return session


@pytest.fixture
def as_staff(app: Flask, house: Session) -> As:
    """A logged-in browser of the person with that name."""
    from loyalty.clinic.queries import staff_by_email

    def log_in(name: str) -> Visitor:
        person = staff_by_email(house, f"{name}@clinic.example")
        assert person is not None
        return Visitor(app).log_in(house, "staff", person.id)

    return log_in
