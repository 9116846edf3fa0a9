"""Vouchers and promo codes (V2)."""

from decimal import Decimal
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from api import blueprint
from api.gate import actor
from api.money import minor
from api.offer_answers import voucher_answer
from api.patients import Nothing
from api.people import named
from api.problems import about, missing
from api.reading import body, known_code, query
from api.shapes.offers import VoucherAnswer, VoucherBody
from api.shapes.visits import OwnKey
from api.specification import described
from api.writing import answered, answered_once, own_ids
from loyalty.clinic import operations as clinic
from loyalty.clinic.queries import programme
from loyalty.kernel import clock
from loyalty.kernel.refusal import Refusal
from loyalty.rewards.models import Voucher
from loyalty.rewards.operations import issue_voucher
from loyalty.rewards.queries import find_voucher
from web.access import api_key_required
from web.extensions import db
from web.transactions import commits_in_steps

_SAME = (
    "kind",
    "first_visit_only",
    "combines",
    "valid_from",
    "valid_to",
    "total_limit",
    "patient_limit",
    "code",
)


@blueprint.post("/vouchers")
@api_key_required
@described(body=VoucherBody, headers=OwnKey, answers={200: VoucherAnswer}, problems=(409, 413, 415))
@commits_in_steps
def post_voucher() -> Response:
    """Issue a voucher to a patient, or a promo code to nobody.

    Needs an own ``id`` or the header Idempotency-Key; the same one again gives the first answer.
    """
    sent = body(VoucherBody)
    ids = own_ids(sent.id)

    def issue(session: Session) -> Voucher:
        holder = named(session, sent.patient, "patient").id if sent.patient else None
        with about("value", "amount_not_positive", "amount_too_large"):
            return issue_voucher(
                session,
                patient_id=holder,
                external_id=ids[0],
                origin="api",
                **{name: getattr(sent, name) for name in _SAME},
                **_worth(session, sent),
                actor=actor(),
                now=clock.now(),
            )

    return answered_once(ids, sent, issue, voucher_answer)


@blueprint.get("/vouchers/<code>")
@api_key_required
@described(query=Nothing, answers={200: VoucherAnswer}, problems=(404,))
def get_voucher(code: str) -> Response:
    """A voucher as it stands today."""
    query(Nothing)
    found = find_voucher(db.session(), known_code(code))
    if found is None:
        raise missing()
    return answered(voucher_answer(db.session(), found))


def _worth(session: Session, sent: VoucherBody) -> dict[str, Any]:
    """What the voucher is worth, in the domain's units; unknown services are created "to review"."""
    currency = programme(session).currency
    bounds = {
        f"{name}_minor": minor(amount, currency, name)
        for name in ("max_discount", "min_bill")
        if (amount := getattr(sent, name)) is not None
    }
    codes = list(sent.services)
    worth: dict[str, Any] = {}
    if sent.kind == "percent":
        worth["percent_hundredths"] = percent_hundredths(sent.value)
    elif sent.kind == "amount":
        worth["amount_minor"] = minor(_needed(sent.value), currency, "value")
    elif sent.value is not None:
        codes.append(sent.value)
    services = [clinic.service_of(session, code).id for code in codes]
    return {**bounds, **worth, "service_ids": services}


def percent_hundredths(value: str | None) -> int:
    """ "10.5" is 1050; refuses what is no percentage with two decimals."""
    try:
        hundredths = Decimal(_needed(value)) * 100
    except ArithmeticError:
        raise Refusal("percent_impossible", field="value") from None
    if not hundredths.is_finite() or hundredths != hundredths.to_integral_value():
        raise Refusal("percent_impossible", field="value")
    return int(hundredths)


def _needed(value: str | None) -> str:
    if value is None:
        raise Refusal("amount_unreadable", field="value")
    return value
