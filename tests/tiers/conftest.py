"""A clinic with An in it, and short ways to say what her tier rests on."""

import pytest
from sqlalchemy.orm import Session

from loyalty.patients.models import Patient
from tests.support.cast import open_clinic, person


@pytest.fixture
def an(session: Session) -> Patient:
    open_clinic(session)
    return person(session, "Nguyễn Thị An")
