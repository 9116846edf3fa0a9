"""Two records of one person become one (P17)."""

from flask import Response
from sqlalchemy.orm import Session

from api import blueprint
from api.gate import actor
from api.people import known_person
from api.reading import body
from api.shapes.merging import MergeAnswer, MergeBody
from api.shapes.visits import OwnKey
from api.specification import described
from api.writing import answered_once, own_ids
from loyalty.kernel import clock
from loyalty.kernel.refusal import Refusal
from loyalty.merging.operations import merge_patients
from loyalty.patients.queries import patient_by_external_id, stats
from web.access import api_key_required
from web.transactions import commits_in_steps


@blueprint.post("/patients/<external_id>/merge")
@api_key_required
@described(body=MergeBody, headers=OwnKey, answers={200: MergeAnswer}, problems=(404, 409, 413, 415))
@commits_in_steps
def post_merge(external_id: str) -> Response:
    """Move everything of this patient to another record of the same person and close this one.

    Needs an own ``id`` or the header Idempotency-Key. Saying it again changes nothing.
    """
    sent = body(MergeBody)

    def merge(session: Session) -> tuple[int, bool]:
        gone = known_person(session, external_id)
        kept = patient_by_external_id(session, sent.into)
        if kept is None:
            raise Refusal("patient_unknown", field="into")
        done = merge_patients(session, from_id=gone.id, into_id=kept.id, actor=actor(), now=clock.now())
        return kept.id, done

    def answer(session: Session, result: tuple[int, bool]) -> MergeAnswer:
        summary = stats(session, result[0])
        assert summary is not None, "a patient without her summary row"
        return MergeAnswer(into=sent.into, merged=result[1], balance=summary.points_balance)

    return answered_once(own_ids(sent.id), sent, merge, answer)
