"""What the tests of the portal let happen, and how they look into the tables."""

from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.kernel.actor import Actor
from loyalty.kernel.clock import Month
from loyalty.kernel.database import Base
from loyalty.leaderboard.operations import decide_nickname, propose_nickname
from loyalty.patients.models import Patient
from loyalty.patients.operations import record_consent
from tests.support.acting import commit
from tests.support.cast import NOON, complete, introduce, person

OCTOBER = Month(2026, 10)
IN_OCTOBER = datetime(2026, 10, 20, 5, 0, tzinfo=UTC)
Entity = TypeVar("Entity", bound=Base)


def fresh(session: Session, entity: Entity) -> Entity:
    """The same row as it stands in the table now."""
    session.refresh(entity)
    session.commit()
    return entity


def all_of(session: Session, model: type[Entity], *conditions: Any) -> list[Entity]:
    """The rows of a table as they stand now."""
    found = list(session.scalars(select(model).where(*conditions).execution_options(populate_existing=True)))
    session.commit()
    return found


def later(days: int) -> datetime:
    return NOON + timedelta(days=days)


def help_friends(session: Session, helping: Patient, friends: int, now: datetime = IN_OCTOBER) -> None:
    """So many friends come and pay in October."""
    for number in range(friends):
        friend = person(session, f"Bạn {number} của {helping.name}", now)
        introduce(session, helping, friend, now)
        complete(session, friend, now=now)


def agree_to_be_listed(session: Session, helping: Patient) -> None:
    """Consent given, no nickname proposed."""
    record_consent(
        session,
        patient_id=helping.id,
        purpose="leaderboard",
        granted=True,
        source="portal",
        wording="test",
        actor=Actor("patient", helping.id),
        now=IN_OCTOBER,
    )
    commit(session)


def be_listed(session: Session, helping: Patient, nickname: str) -> None:
    """Consent given, nickname proposed and approved."""
    agree_to_be_listed(session, helping)
    act: dict[str, Any] = {"actor": Actor("patient", helping.id), "now": IN_OCTOBER}
    propose_nickname(session, patient_id=helping.id, nickname=nickname, real_name_allowed=False, **act)
    decide_nickname(session, patient_id=helping.id, approve=True, **act)
    commit(session)
