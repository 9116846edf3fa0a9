"""What a patient holds: vouchers, certificates, packages, and her milestones."""

from flask import Response

from api import blueprint
from api.offer_answers import certificate_answer, package_answer, today, voucher_answer
from api.patients import Nothing
from api.people import person
from api.reading import query
from api.shapes.offers import MilestoneAnswer, OffersAnswer
from api.specification import described
from api.writing import answered
from loyalty.patients.queries import stats
from loyalty.referrals.queries import milestones
from loyalty.rewards.queries import wallet
from web.access import api_key_required
from web.extensions import db


@blueprint.get("/patients/<external_id>/offers")
@api_key_required
@described(query=Nothing, answers={200: OffersAnswer}, problems=(404, 410))
def get_offers(external_id: str) -> Response:
    """A patient's vouchers, certificates and packages, and the milestones on her way."""
    query(Nothing)
    session = db.session()
    patient_id = person(session, external_id).id
    held = wallet(session, patient_id, today(session))
    return answered(
        OffersAnswer.model_construct(
            vouchers=[voucher_answer(session, voucher) for voucher in held.vouchers],
            certificates=[certificate_answer(session, one) for one in held.certificates],
            packages=[package_answer(session, package) for package in held.packages],
            milestones=_milestones(patient_id),
        )
    )


def _milestones(patient_id: int) -> list[MilestoneAnswer]:
    summary = stats(db.session(), patient_id)
    assert summary is not None, "a patient without her summary row"
    return [
        MilestoneAnswer.model_construct(
            code=f"friends-{friends}",
            state="reached" if summary.referral_count >= friends else "open",
            valid_to=None,
            friends=friends,
            name=dict(name),
        )
        for friends, _icon, name, _short in milestones(db.session())
    ]
