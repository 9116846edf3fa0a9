"""What the database refuses is told without the values it was given: they are patients' data."""

import traceback

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from loyalty.clinic.models import Staff
from loyalty.kernel.clock import now
from loyalty.kernel.database import table_of
from web.config import settings

EMAIL = "mai.nguyen@example.org"


def test_an_error_holds_no_values(session: Session) -> None:
    row = {"email": EMAIL, "name": "Mai", "role": "care", "created_at": now()}
    session.execute(insert(table_of(Staff)), row)
    with pytest.raises(IntegrityError) as refused:
        session.execute(insert(table_of(Staff)), row)
    told = "".join(traceback.format_exception(refused.value))
    assert "INSERT INTO staff" in told
    assert EMAIL not in told


def test_the_pages_engine_hides_them_too() -> None:
    assert settings({}, {})["SQLALCHEMY_ENGINE_OPTIONS"]["hide_parameters"] is True


def test_the_gateways_settings_come_from_the_environment() -> None:
    named = {"GATEWAY": "fake", "MESSAGE_LEASE_SECONDS": "90", "FAKE_SLOW_SECONDS": "0.5"}
    found = settings({}, named)
    assert [found[name] for name in named] == ["fake", 90, 0.5]
    assert [settings({}, {})[name] for name in named] == [None, 60, 15.0]
    assert settings({"GATEWAY": "other"}, named)["GATEWAY"] == "other"
