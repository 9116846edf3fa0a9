"""Spends points of one patient again and again, as one of several processes that fight for a balance.

Called as ``python -m tests.support.spender URL PATIENT NAME TRIES POINTS``; prints how often it succeeded.
"""

import sys
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from loyalty.kernel.actor import SYSTEM
from loyalty.kernel.database import make_engine
from loyalty.kernel.refusal import Refusal
from loyalty.points.operations import redeem
from tests.support.acting import commit


def spend(session: Session, patient_id: int, name: str, tries: int, points: int) -> int:
    """How many of the tries found enough points; every other one was refused politely."""
    now = datetime.now(UTC)
    succeeded = 0
    for number in range(tries):
        try:
            redeem(
                session,
                patient_id=patient_id,
                points=points,
                key=f"{name}-{number}",
                today=now.date(),
                actor=SYSTEM,
                now=now,
            )
            commit(session, now)
            succeeded += 1
        except Refusal as refusal:
            session.rollback()
            assert refusal.code == "not_enough_points"  # noqa: PT017 - some must fail, some must not
    return succeeded


if __name__ == "__main__":
    url, patient, name, tries, points = sys.argv[1:]
    with Session(make_engine(url)) as opened:
        print(spend(opened, int(patient), name, int(tries), int(points)))  # noqa: T201 - the answer
