import pytest
from sqlalchemy.orm import Session

from loyalty.patients.models import Patient
from tests.support.cast import open_clinic, person


@pytest.fixture
def an(session: Session) -> Patient:
    """An, with a phone, in a clinic that writes to Zalo first."""
    open_clinic(session)
    return person(session, "Nguyễn Thị An")
