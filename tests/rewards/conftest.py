"""An, who takes rewards, and Chi, a stranger."""

import pytest
from sqlalchemy.orm import Session

from loyalty.patients.models import Patient
from tests.support.cast import open_clinic, person


@pytest.fixture
def an(session: Session) -> Patient:
    open_clinic(session)
    return person(session, "Nguyễn Thị An")


@pytest.fixture
def chi(session: Session, an: Patient) -> Patient:
    return person(session, "Lê Chi")
