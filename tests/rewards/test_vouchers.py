"""Vouchers and promo codes: to whom they belong, how often they are used (V2, V3, V5)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from loyalty.kernel.refusal import Refusal
from loyalty.patients.models import Patient
from loyalty.rewards import operations as rewards
from loyalty.rewards import queries
from loyalty.rewards.models import Voucher
from tests.rewards.scenes import TODAY, a_visit, act, cleaning, refused


def issue(session: Session, **value: Any) -> Voucher:
    """A voucher of 50,000 unless said otherwise."""
    if "kind" not in value:
        value = {"kind": "amount", "amount_minor": 50_000, **value}
    voucher: Voucher = act(session, rewards.issue_voucher, **value)
    return voucher


def put(session: Session, voucher: Voucher, patient: Patient, visit_id: int, how: Any) -> bool:
    done: bool = act(
        session,
        lambda session, actor, **given: how(session, **given),
        voucher_id=voucher.id,
        patient_id=patient.id,
        visit_id=visit_id,
        discount_minor=50_000,
    )
    return done


def use(session: Session, voucher: Voucher, patient: Patient, visit_id: int) -> bool:
    return put(session, voucher, patient, visit_id, rewards.use_voucher)


def free(session: Session, voucher: Voucher, visit_id: int) -> bool:
    done = rewards.free_voucher(session, voucher_id=voucher.id, visit_id=visit_id, now=voucher.created_at)
    session.commit()
    return done


def on_bill(
    session: Session,
    patient: Patient,
    *codes: str,
    visit_id: int | None = None,
    today: date = TODAY,
) -> list[str]:
    """The codes that a bill takes, or the one with which it refuses."""
    session.expire_all()
    try:
        found = queries.vouchers_for_bill(
            session, codes=codes, patient_id=patient.id, visit_id=visit_id, today=today
        )
    except Refusal as refusal:
        return [refusal.code]
    return [voucher.code for voucher in found]


def test_v5_anothers_voucher_is_answered_like_one_nobody_has(
    session: Session, an: Patient, chi: Patient
) -> None:
    own = issue(session, patient_id=an.id)
    assert on_bill(session, an, own.code) == [own.code]
    assert on_bill(session, chi, own.code) == on_bill(session, chi, "QQQQQQQQQQQQ") == ["voucher_unknown"]
    act(session, rewards.cancel_voucher, voucher_id=own.id)
    assert on_bill(session, an, own.code) == ["voucher_cancelled"]
    assert on_bill(session, chi, own.code) == ["voucher_unknown"]


def test_v5_anothers_voucher_cannot_be_put_on_a_visit(session: Session, an: Patient, chi: Patient) -> None:
    own = issue(session, patient_id=an.id)
    with pytest.raises(Refusal, match="voucher_unknown"):
        use(session, own, chi, a_visit(session, chi))
    session.rollback()
    session.refresh(own)
    assert own.used_count == 0


def test_a_code_is_read_as_people_type_it(session: Session, an: Patient) -> None:
    own = issue(session, patient_id=an.id)
    typed = f" {own.code[:4].lower()}-{own.code[4:8]} {own.code[8:]} "
    assert on_bill(session, an, typed, own.code) == [own.code]
    assert queries.find_code(session, typed) == queries.Found("voucher", own.id)
    assert queries.find_code(session, "") is None


def test_v3_a_voucher_is_used_once_and_freed_once(session: Session, an: Patient) -> None:
    own = issue(session, patient_id=an.id)
    first, second = a_visit(session, an), a_visit(session, an)
    assert use(session, own, an, first)
    assert not use(session, own, an, first)
    assert on_bill(session, an, own.code) == ["voucher_used"]
    with pytest.raises(Refusal, match="voucher_used"):
        use(session, own, an, second)
    session.rollback()
    assert free(session, own, first)
    assert not free(session, own, first)
    session.refresh(own)
    assert own.used_count == 0
    assert use(session, own, an, second)


def test_v3_what_a_visit_has_reserved_becomes_used_with_it(session: Session, an: Patient) -> None:
    own = issue(session, patient_id=an.id)
    visit, other = a_visit(session, an), a_visit(session, an)
    assert put(session, own, an, visit, rewards.reserve_voucher)
    assert not put(session, own, an, visit, rewards.reserve_voucher)
    assert on_bill(session, an, own.code, visit_id=visit) == [own.code]
    assert on_bill(session, an, own.code, visit_id=other) == ["voucher_used"]
    assert use(session, own, an, visit)
    assert not put(session, own, an, visit, rewards.reserve_voucher)
    session.refresh(own)
    assert own.used_count == 1
    (found,) = queries.voucher_uses(session, own.id)
    assert (found.state, found.discount_minor) == ("used", 50_000)


def test_v2_a_promo_code_is_for_everybody_within_its_limits(
    session: Session, an: Patient, chi: Patient
) -> None:
    promo = issue(session, code="tet-2027", total_limit=3, patient_limit=2)
    assert promo.code == "TET2027"
    for _ in range(2):
        use(session, promo, an, a_visit(session, an))
    assert on_bill(session, an, "tet2027") == ["voucher_patient_limit"]
    with pytest.raises(Refusal, match="voucher_patient_limit"):
        use(session, promo, an, a_visit(session, an))
    session.rollback()
    last = a_visit(session, chi)
    use(session, promo, chi, last)
    assert on_bill(session, chi, "tet2027") == ["voucher_used"]
    free(session, promo, last)
    assert on_bill(session, chi, "tet2027") == ["TET2027"]


def test_v2_a_promo_code_without_limits_is_never_used_up(session: Session, an: Patient) -> None:
    promo = issue(session, code="ALWAYS", total_limit=None)
    for _ in range(3):
        use(session, promo, an, a_visit(session, an))
    assert on_bill(session, an, "always") == ["ALWAYS"]


def test_tm3_valid_through_the_whole_last_day(session: Session, an: Patient) -> None:
    first = TODAY + timedelta(days=1)
    own = issue(session, patient_id=an.id, valid_from=first, valid_to=first)
    days = [on_bill(session, an, own.code, today=TODAY + timedelta(days=ahead)) for ahead in range(3)]
    assert days == [["voucher_not_yet"], [own.code], ["voucher_expired"]]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ({"kind": "cash"}, "unknown_choice"),
        ({"kind": "percent"}, "percent_impossible"),
        ({"kind": "percent", "percent_hundredths": 10_001}, "percent_impossible"),
        ({"kind": "amount"}, "amount_not_positive"),
        ({"kind": "amount", "amount_minor": -1}, "amount_not_positive"),
        ({"kind": "amount", "amount_minor": 10**16}, "amount_too_large"),
        ({"kind": "service"}, "voucher_service_missing"),
        ({"kind": "service", "service_ids": [999]}, "service_unknown"),
        ({"patient_id": 999}, "patient_unknown"),
        ({"total_limit": 0}, "limit_impossible"),
        ({"min_bill_minor": -5}, "amount_not_positive"),
        ({"valid_from": date(2027, 1, 2), "valid_to": date(2027, 1, 1)}, "validity_reversed"),
        ({"code": "abc"}, "voucher_code_bad"),
        ({"code": "Tết2027"}, "voucher_code_bad"),
        ({"code": "TAKEN"}, "code_taken"),
    ],
)
def test_absurd_vouchers_are_refused(session: Session, an: Patient, value: dict[str, Any], code: str) -> None:
    issue(session, code="TAKEN", total_limit=None)
    whole = value if "kind" in value else {"kind": "amount", "amount_minor": 5, **value}
    assert refused(session, rewards.issue_voucher, **whole) == code


def test_v5_a_patients_own_voucher_has_no_word_for_a_code(session: Session, an: Patient) -> None:
    given = {"kind": "amount", "amount_minor": 5, "patient_id": an.id, "code": "SUMMER"}
    assert refused(session, rewards.issue_voucher, **given) == "voucher_code_bad"


def test_the_callers_id_issues_once(session: Session, an: Patient) -> None:
    first = issue(session, external_id="v-1", patient_id=an.id)
    assert issue(session, external_id="v-1", patient_id=an.id).id == first.id
    given = {"kind": "amount", "amount_minor": 6, "patient_id": an.id, "external_id": "v-1"}
    assert refused(session, rewards.issue_voucher, **given) == "key_reused"


def test_a_cancelled_voucher_is_put_on_nothing_more(session: Session, an: Patient) -> None:
    own = issue(session, kind="service", service_ids=[cleaning(session)], patient_id=an.id)
    assert act(session, rewards.cancel_voucher, voucher_id=own.id)
    assert not act(session, rewards.cancel_voucher, voucher_id=own.id)
    with pytest.raises(Refusal, match="voucher_cancelled"):
        use(session, own, an, a_visit(session, an))
    session.rollback()
    assert refused(session, rewards.cancel_voucher, voucher_id=999) == "voucher_unknown"


def test_v5_who_tries_codes_is_slowed_down_and_the_log_tells(session: Session, an: Patient) -> None:
    from loyalty.activity.queries import entries

    now = datetime(2026, 11, 17, 5, 0, tzinfo=UTC)
    own = issue(session, patient_id=an.id)
    for number in range(30):
        assert act(session, rewards.look_up, now, code=f"TRY{number}") is None
    assert refused(session, rewards.look_up, now, code=own.code) == "too_many_tries"
    hour = now + timedelta(hours=1, seconds=1)
    assert act(session, rewards.look_up, hour, code=own.code) == queries.Found("voucher", own.id)
    assert [entry.action for entry in entries(session)].count("offer.guessed") == 1
