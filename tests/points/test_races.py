"""Many hands on one balance: exactly what fits is spent, the rest is refused, nothing is lost (P7, R3)."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.kernel.database import make_engine
from loyalty.patients.models import PatientStats
from loyalty.points import operations as points
from loyalty.points.models import LedgerEntry, Lot
from tests.support.acting import commit
from tests.support.cast import NOON, open_clinic, person
from tests.support.spender import spend

BALANCE, PART = 1000, 10


@pytest.fixture
def an_id(session: Session) -> int:
    open_clinic(session)
    an = person(session, "Nguyễn Thị An")
    for number in range(4):
        points.credit(
            session,
            patient_id=an.id,
            points=BALANCE // 4,
            kind="adjust",
            key=f"gift {number}",
            valid_to=None,
            now=NOON,
        )
    patient_id = an.id
    commit(session, NOON)
    return patient_id


def check_nothing_left(session: Session, patient_id: int) -> None:
    session.expire_all()
    own = LedgerEntry.patient_id == patient_id
    assert session.scalar(select(func.sum(LedgerEntry.points)).where(own)) == 0
    assert session.scalar(select(func.sum(Lot.remaining)).where(Lot.patient_id == patient_id)) == 0
    assert session.get_one(PatientStats, patient_id).points_balance == 0


def test_p7_eight_processes_spend_one_balance(session: Session, an_id: int, database_url: str) -> None:
    arguments = [database_url, str(an_id)]
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.support.spender", *arguments, f"p{number}", "50", str(PART)],
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(8)
    ]
    spent = [int(process.communicate(timeout=120)[0]) for process in running]
    assert sum(spent) == BALANCE // PART
    check_nothing_left(session, an_id)


def test_p7_forty_threads_spend_one_balance(session: Session, an_id: int, database_url: str) -> None:
    engine = make_engine(database_url, pool_size=40)

    def one(number: int) -> int:
        with Session(engine) as own:
            return spend(own, an_id, f"t{number}", 5, PART)

    with ThreadPoolExecutor(40) as pool:
        spent = list(pool.map(one, range(40)))
    engine.dispose()
    assert sum(spent) == BALANCE // PART
    check_nothing_left(session, an_id)
