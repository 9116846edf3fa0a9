"""Staff with a password and a second factor, made the way the product makes them."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from loyalty.access.operations import confirm_totp, set_password
from loyalty.clinic.models import Staff
from loyalty.clinic.operations import create_staff
from loyalty.kernel.actor import SYSTEM
from loyalty.kernel.clock import now as clock_now
from tests.support.cast import open_clinic
from tests.support.visitor import apart

PASSWORD = "bốn con mèo trên mái"
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def clinic(session: Session) -> None:
    """The clinic is set up."""
    open_clinic(session)


def staff_with(session: Session, *, role: str = "reception", email: str = "lan@annhien.example") -> Staff:
    """A staff member who has a password and no second factor yet."""
    staff, _token = create_staff(session, email=email, name="Lan", role=role, actor=SYSTEM, now=clock_now())
    set_password(session, staff, PASSWORD, clock_now())
    session.commit()
    return staff


def disable(session: Session, staff: Staff) -> None:
    """Take a staff member's account away."""
    session.get_one(Staff, staff.id).disabled_at = clock_now()
    session.commit()


@pytest.fixture
def lan(session: Session, clinic: None) -> Staff:
    """The receptionist, ready to log in."""
    staff = staff_with(session)
    confirm_totp(session, staff, TOTP_SECRET, clock_now())
    session.commit()
    return apart(session, staff)


@pytest.fixture
def secret(app: Flask) -> str:
    return str(app.config["SECRET_KEY"])
