"""Packages of prepaid sessions (V6)."""

from flask import Response
from sqlalchemy.orm import Session

from api import blueprint
from api.gate import actor
from api.offer_answers import package_answer
from api.people import named
from api.reading import body
from api.shapes.offers import PackageAnswer, PackageBody
from api.shapes.visits import OwnKey
from api.specification import described
from api.writing import answered_once, own_ids
from loyalty.clinic import operations as clinic
from loyalty.kernel import clock
from loyalty.rewards.models import Package
from loyalty.rewards.operations import open_package
from web.access import api_key_required
from web.transactions import commits_in_steps


@blueprint.post("/packages")
@api_key_required
@described(body=PackageBody, headers=OwnKey, answers={200: PackageAnswer}, problems=(409, 413, 415))
@commits_in_steps
def post_package() -> Response:
    """Open a package for a patient; a service nobody knows yet is created "to review".

    Needs an own ``id`` or the header Idempotency-Key; the same one again gives the first answer.
    """
    sent = body(PackageBody)
    ids = own_ids(sent.id)

    def opened(session: Session) -> Package:
        return open_package(
            session,
            patient_id=named(session, sent.patient, "patient").id,
            service_id=clinic.service_of(session, sent.service).id,
            sessions=sent.sessions,
            valid_to=sent.valid_to,
            external_id=ids[0],
            actor=actor(),
            now=clock.now(),
        )

    return answered_once(ids, sent, opened, package_answer)
