"""Gift certificates: a ledger that never goes below zero (V4)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from loyalty.clinic.operations import change_setting
from loyalty.kernel.refusal import Refusal
from loyalty.patients.models import Patient
from loyalty.rewards import operations as rewards
from loyalty.rewards import queries
from loyalty.rewards.models import Certificate
from tests.rewards.scenes import TODAY, a_visit, act, give, herself, offer, redeem, refused
from tests.support.cast import LAN, NOON


def sell(session: Session, amount: int = 500, **more: Any) -> Certificate:
    certificate: Certificate = act(session, rewards.sell_certificate, amount_minor=amount, **more)
    return certificate


def pay(session: Session, card: Certificate, amount: int, visit: int, key: str, now: datetime = NOON) -> bool:
    given = {"certificate_id": card.id, "amount_minor": amount, "visit_id": visit, "key": key}
    done: bool = act(session, rewards.use_certificate, now, **given)
    return done


def give_back(session: Session, card: Certificate, amount: int, visit: int, key: str) -> bool:
    done: bool = act(
        session,
        rewards.return_to_certificate,
        certificate_id=card.id,
        amount_minor=amount,
        visit_id=visit,
        refund_id=None,
        key=key,
    )
    return done


def left(session: Session, card: Certificate) -> int:
    """The balance, after making sure that it is the sum of the entries (V4)."""
    session.refresh(card)
    assert (
        sum(one.amount_minor for one in queries.certificate_entries(session, card.id)) == card.balance_minor
    )
    return card.balance_minor


def test_v4_a_certificate_pays_in_parts(session: Session, an: Patient) -> None:
    card, visit = sell(session), a_visit(session, an)
    assert pay(session, card, 300, visit, "a")
    assert not pay(session, card, 300, visit, "a")
    with pytest.raises(Refusal) as refusal:
        pay(session, card, 201, visit, "b")
    session.rollback()
    assert (refusal.value.code, refusal.value.params["left_minor"]) == ("certificate_too_little", 200)
    assert pay(session, card, 200, visit, "b")
    assert left(session, card) == 0


def test_v4_what_comes_back_is_never_more_than_the_visit_took(session: Session, an: Patient) -> None:
    card, visit, other = sell(session), a_visit(session, an), a_visit(session, an)
    pay(session, card, 300, visit, "a")
    pay(session, card, 100, other, "b")
    assert give_back(session, card, 250, visit, "r1")
    assert not give_back(session, card, 250, visit, "r1")
    with pytest.raises(Refusal, match="certificate_return_too_much"):
        give_back(session, card, 51, visit, "r2")
    session.rollback()
    assert left(session, card) == 350


def test_v4_refunding_the_purchase_pays_the_unused_part_and_ends_it(session: Session, an: Patient) -> None:
    card, visit = sell(session), a_visit(session, an)
    pay(session, card, 300, visit, "a")
    assert act(session, rewards.refund_certificate, certificate_id=card.id) == 200
    assert refused(session, rewards.refund_certificate, certificate_id=card.id) == "certificate_refunded"
    with pytest.raises(Refusal, match="certificate_refunded"):
        pay(session, card, 1, visit, "b")
    session.rollback()
    assert (left(session, card), card.state) == (0, "refunded")


def test_v4_what_a_visit_gives_back_after_the_refund_is_paid_out_too(session: Session, an: Patient) -> None:
    card, visit = sell(session), a_visit(session, an)
    pay(session, card, 300, visit, "a")
    act(session, rewards.refund_certificate, certificate_id=card.id)
    give_back(session, card, 300, visit, "r")
    with pytest.raises(Refusal, match="certificate_refunded"):
        queries.certificates_for_bill(session, codes=[card.code], today=TODAY)
    assert act(session, rewards.refund_certificate, certificate_id=card.id) == 300
    assert left(session, card) == 0


def test_v4_a_certificate_got_for_points_has_no_purchase(session: Session, an: Patient) -> None:
    give(session, an, 100)
    details = {"amount_minor": 500, "valid_days": 60}
    taken = redeem(session, an, offer(session, kind="certificate", details=details))
    given = {"certificate_id": taken.certificate_id}
    assert refused(session, rewards.refund_certificate, **given) == "certificate_not_sold"


def test_what_is_held_for_a_visit_cannot_be_used_elsewhere(session: Session, an: Patient) -> None:
    card, visit = sell(session), a_visit(session, an)
    hold = {"certificate_id": card.id, "now": NOON}
    rewards.hold_certificate(session, amount_minor=300, **hold)
    session.commit()
    (found,) = queries.certificates_for_bill(session, codes=[card.code], today=TODAY)
    assert (found.left_minor, found.held_minor) == (200, 300)
    with pytest.raises(Refusal, match="certificate_too_little"):
        rewards.hold_certificate(session, amount_minor=201, **hold)
    with pytest.raises(Refusal, match="certificate_too_little"):
        pay(session, card, 201, visit, "a")
    session.rollback()
    assert refused(session, rewards.refund_certificate, certificate_id=card.id) == "certificate_held"
    with pytest.raises(Refusal, match="certificate_return_too_much"):
        rewards.release_certificate(session, certificate_id=card.id, amount_minor=301)
    session.rollback()
    rewards.release_certificate(session, certificate_id=card.id, amount_minor=300)
    session.commit()
    assert pay(session, card, 500, visit, "a")


def test_v4_it_lives_as_long_as_the_settings_say(session: Session, an: Patient) -> None:
    assert sell(session).valid_to == date(2027, 11, 17)
    assert sell(session, valid_to=TODAY).valid_to == TODAY
    assert sell(session, valid_to=None).valid_to is None
    change_setting(session, key="certificates.life_months", text="0", actor=LAN, now=NOON)
    assert sell(session).valid_to is None


def test_tm3_it_pays_through_the_last_second_of_its_last_day(session: Session, an: Patient) -> None:
    card, visit = sell(session, valid_to=TODAY), a_visit(session, an)
    last = datetime(2026, 11, 17, 16, 59, 59, tzinfo=UTC)
    assert pay(session, card, 1, visit, "a", last)
    with pytest.raises(Refusal, match="certificate_expired"):
        pay(session, card, 1, visit, "b", last + timedelta(seconds=1))


def test_v4_it_can_be_given_to_another_person(session: Session, an: Patient, chi: Patient) -> None:
    card = sell(session, patient_id=an.id)
    given = {"certificate_id": card.id, "to_patient_id": chi.id, "greeting": "Chúc mừng!"}
    assert refused(session, rewards.give_certificate, actor=herself(chi), **given) == "certificate_unknown"
    act(session, rewards.give_certificate, actor=herself(an), **given)
    assert (card.patient_id, card.greeting) == (chi.id, "Chúc mừng!")
    assert refused(session, rewards.give_certificate, actor=herself(an), **given) == "certificate_unknown"
    held = queries.wallet(session, chi.id, TODAY)
    assert [one.id for one in held.certificates] == [card.id]


def test_v4_what_a_patient_bought_for_whoever_brings_it_is_hers_to_give(
    session: Session, an: Patient, chi: Patient
) -> None:
    card = sell(session, buyer_id=an.id)
    assert [one.id for one in queries.wallet(session, an.id, TODAY).certificates] == [card.id]
    given = {"certificate_id": card.id, "to_patient_id": chi.id}
    assert refused(session, rewards.give_certificate, actor=herself(chi), **given) == "certificate_unknown"
    act(session, rewards.give_certificate, actor=herself(an), **given)
    assert queries.wallet(session, an.id, TODAY).certificates == []


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"amount_minor": 0}, "amount_not_positive"),
        ({"amount_minor": -5}, "amount_not_positive"),
        ({"amount_minor": 10**15 + 1}, "amount_too_large"),
        ({"amount_minor": 5, "patient_id": 999}, "patient_unknown"),
        ({"amount_minor": 5, "valid_to": date(2026, 11, 16)}, "validity_reversed"),
        ({"amount_minor": 6, "external_id": "c-1"}, "key_reused"),
    ],
)
def test_absurd_certificates_are_refused(
    session: Session, an: Patient, given: dict[str, Any], code: str
) -> None:
    first = sell(session, 5, external_id="c-1")
    assert sell(session, 5, external_id="c-1").id == first.id
    assert refused(session, rewards.sell_certificate, **given) == code


def test_what_is_owed_on_certificates_by_month(session: Session, an: Patient) -> None:
    for amount, last in ((5, TODAY), (7, date(2026, 11, 30)), (9, date(2027, 1, 1)), (11, None)):
        sell(session, amount, valid_to=last)
    act(session, rewards.refund_certificate, certificate_id=sell(session, 100, valid_to=None).id)

    def owed(today: date) -> list[tuple[date | None, int, int]]:
        rows = queries.liability_of_certificates(session, today)
        return [(row.month, row.amount_minor, row.certificates) for row in rows]

    november, january = date(2026, 11, 1), date(2027, 1, 1)
    assert owed(TODAY) == [(november, 12, 2), (january, 9, 1), (None, 11, 1)]
    assert owed(TODAY + timedelta(days=1)) == [(november, 7, 1), (january, 9, 1), (None, 11, 1)]
