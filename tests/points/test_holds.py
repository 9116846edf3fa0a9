"""Points set aside for a visit to come cannot be spent twice."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from loyalty.kernel.refusal import Refusal
from loyalty.patients.models import Patient
from loyalty.points import operations as points
from loyalty.points import queries
from tests.points.books import TODAY, balance, give, spend
from tests.support.cast import LAN, NOON


def hold(session: Session, patient: Patient, amount: int) -> None:
    points.hold(session, patient_id=patient.id, points=amount, today=TODAY, actor=LAN, now=NOON)
    session.commit()


def test_p7_points_set_aside_stay_hers_and_are_not_free(session: Session, an: Patient) -> None:
    give(session, an, 100, "gift")
    hold(session, an, 70)
    assert (balance(session, an), queries.available(session, an.id, TODAY)) == (100, 30)
    with pytest.raises(Refusal) as refused:
        spend(session, an, 31)
    assert refused.value.params == {"available": 30}


@pytest.mark.parametrize("amount", [31, 1000])
def test_p7_no_more_is_set_aside_than_is_free(session: Session, an: Patient, amount: int) -> None:
    give(session, an, 100, "gift")
    hold(session, an, 70)
    with pytest.raises(Refusal, match="not_enough_points"):
        hold(session, an, amount)
    session.rollback()
    assert queries.available(session, an.id, TODAY) == 30


@pytest.mark.parametrize("amount", [0, -1])
def test_p7_what_is_set_aside_is_positive(session: Session, an: Patient, amount: int) -> None:
    with pytest.raises(Refusal, match="points_not_positive"):
        hold(session, an, amount)


def test_p7_let_go_they_are_free_again(session: Session, an: Patient) -> None:
    give(session, an, 100, "gift")
    hold(session, an, 70)
    points.release_hold(session, patient_id=an.id, points=70)
    assert spend(session, an, 100)


def test_tm4_points_set_aside_end_on_their_last_day_all_the_same(session: Session, an: Patient) -> None:
    give(session, an, 100, "gift", TODAY)
    hold(session, an, 70)
    assert queries.available(session, an.id, TODAY + timedelta(days=1)) == -70
