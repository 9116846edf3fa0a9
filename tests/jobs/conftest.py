from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from loyalty.patients.models import Patient
from tests.support.cast import open_clinic, person


@pytest.fixture
def here(app: Flask) -> Iterator[Flask]:
    """The application around the test, as a worker's process has it around its jobs."""
    with app.app_context():
        yield app


@pytest.fixture
def an(session: Session) -> Patient:
    """An, in a clinic that has been open for long."""
    open_clinic(session)
    return person(session, "Nguyễn Thị An", phone="+84900000101", language="en")
