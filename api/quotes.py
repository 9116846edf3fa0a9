"""What a bill would be: worked out like a visit's, writing nothing."""

from flask import Response

from api import blueprint
from api.money import certificates, decimal, items
from api.reading import body
from api.shapes.visits import QuoteAnswer, QuoteBody
from api.specification import described
from api.writing import answered
from loyalty.clinic.queries import programme
from loyalty.kernel import clock
from loyalty.kernel.refusal import Refusal
from loyalty.patients.queries import patient_by_external_id
from loyalty.recording.queries import lines_to_quote
from loyalty.settlement.queries import quote
from web.access import api_key_required
from web.extensions import db
from web.transactions import commits_in_steps


@blueprint.post("/quotes")
@api_key_required
@described(body=QuoteBody, answers={200: QuoteAnswer}, problems=(409, 413, 415))
@commits_in_steps
def post_quote() -> Response:
    """The bill of these lines for this patient, writing nothing."""
    sent, session = body(QuoteBody), db.session()
    patient = patient_by_external_id(session, sent.patient)
    if patient is None:
        raise Refusal("patient_unknown", field="patient")
    currency = programme(session).currency
    found = quote(
        session,
        patient_id=patient.id,
        lines=lines_to_quote(session, items(sent.lines, currency)),
        points_used=sent.points_used,
        vouchers=sent.vouchers,
        certificates=certificates(sent.certificates, currency),
        packages=sent.packages,
        now=clock.now(),
    )
    bill = found.bill
    return answered(
        QuoteAnswer(
            gross=decimal(bill.gross_minor, currency),
            discount=decimal(bill.discount_minor, currency),
            points_value=decimal(bill.points_value_minor, currency),
            certificate=decimal(bill.certificate_minor, currency),
            due=decimal(bill.due_minor, currency),
            paid=decimal(0, currency),
            refunded=decimal(0, currency),
            package=decimal(bill.package_minor, currency) if sent.packages else None,
            points_used=bill.points_used,
            points_available=max(0, found.points_available),
            points_to_earn=found.points_to_earn,
        )
    )
