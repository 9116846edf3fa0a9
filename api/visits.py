"""Visits: taken over by the external id of the clinic's system, read back with their bill, and refunded."""

from flask import Response
from sqlalchemy.orm import Session

from api import blueprint
from api.gate import actor
from api.money import certificates, decimal, items, minor
from api.patients import Nothing
from api.problems import missing
from api.reading import VISIT_ID, body, known_id, query
from api.shapes.visits import (
    BillAnswer,
    CertificateBody,
    LineBody,
    OwnKey,
    PaymentBody,
    RefundAnswer,
    RefundBody,
    VisitAnswer,
    VisitBody,
)
from api.specification import described
from api.writing import answered, answered_once, own_ids, settled
from loyalty.clinic.queries import programme
from loyalty.kernel import clock
from loyalty.patients.queries import stats
from loyalty.recording.operations import record_visit
from loyalty.recording.queries import VisitRecord, taken_back, visit_record
from loyalty.recording.rules import VisitSaid, check_past
from loyalty.settlement.rules import CertificateUse, Paid
from loyalty.visits.models import Refund, Visit
from loyalty.visits.operations import refund_visit
from loyalty.visits.queries import visit_by_external_id
from web.access import api_key_required
from web.extensions import db
from web.transactions import commits_in_steps


@blueprint.put("/visits/<external_id>")
@api_key_required
@described(body=VisitBody, answers={200: VisitAnswer, 201: VisitAnswer}, problems=(404, 409, 413, 415))
@commits_in_steps
def put_visit(external_id: str) -> Response:
    """Bring a visit to the state the clinic's system knows.

    Said again it changes nothing. A completed visit takes further payments and nothing else of a bill; said
    to be arrived again, its completion is undone: everything it gave and took goes back.
    """
    external_id, sent = known_id(VISIT_ID, external_id), body(VisitBody)
    _, is_new = settled(
        lambda session: record_visit(
            session, external_id=external_id, said=_said(session, sent), actor=actor(), now=clock.now()
        )
    )
    return answered(_found(external_id), 201 if is_new else 200)


@blueprint.get("/visits/<external_id>")
@api_key_required
@described(query=Nothing, answers={200: VisitAnswer}, problems=(404,))
def get_visit(external_id: str) -> Response:
    """A visit with its bill and the points it earned."""
    query(Nothing)
    return answered(_found(known_id(VISIT_ID, external_id)))


@blueprint.post("/visits/<external_id>/refunds")
@api_key_required
@described(body=RefundBody, headers=OwnKey, answers={200: RefundAnswer}, problems=(404, 409, 413, 415))
@commits_in_steps
def post_refund(external_id: str) -> Response:
    """Give back a part of what was paid; what it had earned is taken back with it.

    Needs an own ``id`` or the header Idempotency-Key; the same one again gives the first answer.
    """
    external_id, sent = known_id(VISIT_ID, external_id), body(RefundBody)
    ids = own_ids(sent.id)

    def give_back(session: Session) -> Refund:
        visit = _visit(session, external_id)
        check_past("refunded_at", sent.refunded_at, clock.now())
        return refund_visit(
            session,
            visit_id=visit.id,
            key=ids[0],
            amount_minor=minor(sent.amount, programme(session).currency, "amount"),
            refunded_at=sent.refunded_at,
            actor=actor(),
            now=clock.now(),
        )

    return answered_once(ids, sent, give_back, _refunded)


def _refunded(session: Session, refund: Refund) -> RefundAnswer:
    summary = stats(session, session.get_one(Visit, refund.visit_id).patient_id)
    assert summary is not None, "a patient without her summary row"
    answer = RefundAnswer(points_reversed=taken_back(session, refund.id), balance=summary.points_balance)
    if refund.certificate_minor or refund.points:
        currency = programme(session).currency
        answer.money = decimal(refund.amount_minor, currency)
        answer.certificate = decimal(refund.certificate_minor, currency)
        answer.points = refund.points
    return answer


def _visit(session: Session, external_id: str) -> Visit:
    found = visit_by_external_id(session, external_id)
    if found is None:
        raise missing()
    return found


def _said(session: Session, sent: VisitBody) -> VisitSaid:
    currency = programme(session).currency
    return VisitSaid(
        patient=sent.patient,
        status=sent.status,
        scheduled_at=sent.scheduled_at,
        arrived_at=sent.arrived_at,
        completed_at=sent.completed_at,
        branch=sent.branch,
        doctor=sent.doctor,
        lines=None if sent.lines is None else items(sent.lines, currency),
        vouchers=None if sent.vouchers is None else tuple(sent.vouchers),
        points_used=sent.points_used,
        certificates=None if sent.certificates is None else certificates(sent.certificates, currency),
        packages=None if sent.packages is None else tuple(sent.packages),
        payments=tuple(
            Paid(
                payment.id,
                minor(payment.amount, currency, f"payments.{position}.amount"),
                payment.paid_at,
            )
            for position, payment in enumerate(sent.payments)
        ),
        follow_up_on=sent.follow_up_on,
        said=frozenset(sent.model_fields_set),
    )


def _found(external_id: str) -> VisitAnswer:
    found = visit_record(db.session(), external_id)
    if found is None:
        raise missing()
    return _answer(found)


def _answer(found: VisitRecord) -> VisitAnswer:
    visit, setup = found.visit, programme(db.session())
    instants = {
        name: instant.astimezone(setup.zone) if (instant := getattr(visit, name)) is not None else None
        for name in ("scheduled_at", "arrived_at", "completed_at")
    }
    return VisitAnswer.model_construct(
        **instants,
        patient=found.patient,
        status=visit.status,
        branch=found.branch,
        doctor=found.doctor,
        lines=[
            LineBody.model_construct(
                service=item.service,
                specialty=item.specialty or None,
                quantity=item.quantity,
                amount=decimal(item.amount_minor, setup.currency),
            )
            for item in found.lines
        ],
        vouchers=list(found.vouchers),
        points_used=found.points_used,
        certificates=[_certificate(use, setup.currency) for use in found.certificates],
        packages=list(found.packages),
        payments=[
            PaymentBody.model_construct(
                id=payment.external_id,
                amount=decimal(payment.amount_minor, setup.currency),
                paid_at=payment.paid_at.astimezone(setup.zone),
            )
            for payment in found.payments
        ],
        follow_up_on=visit.follow_up_on,
        bill=_bill(visit, setup.currency),
        points_earned=found.points_earned,
    )


def _certificate(use: CertificateUse, currency: str) -> CertificateBody:
    amount = None if use.amount_minor is None else decimal(use.amount_minor, currency)
    return CertificateBody.model_construct(code=use.code, amount=amount)


def _bill(visit: Visit, currency: str) -> BillAnswer:
    return BillAnswer(
        gross=decimal(visit.gross_minor, currency),
        discount=decimal(visit.discount_minor, currency),
        points_value=decimal(visit.points_value_minor, currency),
        certificate=decimal(visit.certificate_minor, currency),
        due=decimal(visit.due_minor, currency),
        paid=decimal(visit.paid_minor, currency),
        refunded=decimal(visit.refunded_minor, currency),
        package=decimal(visit.package_minor, currency) if visit.package_minor else None,
    )
