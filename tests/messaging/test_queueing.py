"""C2: one message per patient, step and version of its cause, whoever queues it how often."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.kernel.database import make_engine
from loyalty.messaging.models import Message
from loyalty.messaging.operations import TO_SEND, queue_login_code, queue_message
from loyalty.patients.models import Patient
from tests.support.acting import commit
from tests.support.cast import NOON
from tests.support.posting import message, queue


def test_c2_a_step_is_queued_once_for_its_cause(session: Session, an: Patient) -> None:
    first = queue(session, an)
    again = queue_message(
        session, patient_id=an.id, step="points-earned", anchor="visit:1", values={"points": 99}, now=NOON
    )
    assert again is None
    assert message(session, first).key == f"{an.id}:points-earned:visit:1:1"
    assert message(session, first).values == {"points": 10}


def test_c2_another_cause_or_version_is_another_message(session: Session, an: Patient) -> None:
    assert len({queue(session, an), queue(session, an, "visit:2"), queue(session, an, version=2)}) == 3


def test_c2_many_at_once_queue_one(session: Session, an: Patient, database_url: str) -> None:
    engine, patient_id = make_engine(database_url), an.id
    session.rollback()

    def try_it(_number: int) -> int | None:
        with Session(engine) as mine:
            new = queue_message(
                mine, patient_id=patient_id, step="thanks", anchor="visit:1", values={}, now=NOON
            )
            mine.commit()
            return new

    with ThreadPoolExecutor(8) as people:
        made = list(people.map(try_it, range(8)))
    engine.dispose()
    assert len(made) == 8
    assert len([one for one in made if one is not None]) == 1
    assert session.scalar(select(func.count()).select_from(Message)) == 1


def test_only_what_is_due_waits_for_the_commit(session: Session, an: Patient) -> None:
    now = queue(session, an)
    queue(session, an, "visit:2", due_at=NOON + timedelta(days=1))
    assert session.info[TO_SEND] == [now]


def test_a_rolled_back_cause_leaves_no_message(session: Session, an: Patient) -> None:
    queue_message(session, patient_id=an.id, step="thanks", anchor="visit:1", values={}, now=NOON)
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Message)) == 0


def test_a_login_code_is_never_stored_in_readable_form(session: Session, an: Patient) -> None:
    message_id = queue_login_code(
        session, login_code_id=1, phone="+84901234567", language="vi", now=NOON,
        expires_at=NOON + timedelta(minutes=10),
    )  # fmt: skip
    commit(session)
    assert message_id is not None
    row = message(session, message_id)
    assert (row.patient_id, row.purpose, row.channel) == (None, "security", "sms")
    assert (row.values, row.text) == ({"login_code_id": 1}, None)
