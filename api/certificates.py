"""Gift certificates: sold, read, and their purchase refunded (V4)."""

from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from api import blueprint
from api.gate import actor
from api.money import decimal, minor
from api.offer_answers import certificate_answer
from api.patients import Nothing
from api.people import named
from api.problems import missing
from api.reading import body, known_code, optional_body, query
from api.shapes.offers import (
    CertificateAnswer,
    CertificateBody,
    PurchaseRefundAnswer,
    PurchaseRefundBody,
)
from api.shapes.visits import OwnKey
from api.specification import described
from api.writing import answered, answered_once, given_ids, own_ids, settled
from loyalty.clinic.queries import programme
from loyalty.kernel import clock
from loyalty.rewards.models import Certificate
from loyalty.rewards.operations import refund_certificate, sell_certificate
from loyalty.rewards.queries import find_certificate
from web.access import api_key_required
from web.extensions import db
from web.transactions import commits_in_steps


@blueprint.post("/certificates")
@api_key_required
@described(body=CertificateBody, headers=OwnKey, answers={200: CertificateAnswer}, problems=(409, 413, 415))
@commits_in_steps
def post_certificate() -> Response:
    """Sell a certificate, to a patient or to whoever brings it; selling earns no points (P3).

    Needs an own ``id`` or the header Idempotency-Key; the same one again gives the first answer.
    """
    sent = body(CertificateBody)
    ids = own_ids(sent.id)
    life: dict[str, Any] = {"valid_to": sent.valid_to} if "valid_to" in sent.model_fields_set else {}

    def sell(session: Session) -> Certificate:
        return sell_certificate(
            session,
            amount_minor=minor(sent.amount, programme(session).currency, "amount"),
            patient_id=named(session, sent.patient, "patient").id if sent.patient else None,
            external_id=ids[0],
            giver=sent.giver,
            recipient=sent.recipient,
            greeting=sent.greeting,
            actor=actor(),
            now=clock.now(),
            **life,
        )

    return answered_once(ids, sent, sell, certificate_answer)


@blueprint.get("/certificates/<code>")
@api_key_required
@described(query=Nothing, answers={200: CertificateAnswer}, problems=(404,))
def get_certificate(code: str) -> Response:
    """A certificate with what is left on it."""
    query(Nothing)
    return answered(certificate_answer(db.session(), _found(db.session(), code)))


@blueprint.post("/certificates/<code>/refund")
@api_key_required
@described(
    body=PurchaseRefundBody,
    headers=OwnKey,
    answers={200: PurchaseRefundAnswer},
    problems=(404, 409, 413, 415),
    may_be_empty=True,
)
@commits_in_steps
def post_certificate_refund(code: str) -> Response:
    """Take a purchase back: the part nobody used is paid out, and the certificate pays no more (V4)."""
    sent = optional_body(PurchaseRefundBody)
    ids = given_ids(sent.id)

    def refund(session: Session) -> tuple[Certificate, int]:
        found = _found(session, code)
        left = refund_certificate(session, certificate_id=found.id, actor=actor(), now=clock.now())
        return found, left

    if ids:
        return answered_once(ids, sent, refund, _refunded)
    result = settled(refund)
    return answered(_refunded(db.session(), result))


def _refunded(session: Session, result: tuple[Certificate, int]) -> PurchaseRefundAnswer:
    certificate, left = result
    known = certificate_answer(session, certificate)
    refunded = decimal(left, programme(session).currency)
    return PurchaseRefundAnswer.model_construct(**known.model_dump(), refunded=refunded)


def _found(session: Session, code: str) -> Certificate:
    found = find_certificate(session, known_code(code))
    if found is None:
        raise missing()
    return found
