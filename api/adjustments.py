"""Points that a person gives or takes, with a reason (P15)."""

from typing import Any

from flask import Response, request
from sqlalchemy.orm import Session

from api import blueprint
from api.gate import actor
from api.people import person
from api.problems import about
from api.reading import body
from api.shapes.adjustments import AdjustmentAnswer, AdjustmentBody
from api.shapes.visits import OwnKey
from api.specification import described
from api.writing import answered_once, own_ids
from loyalty.kernel import clock
from loyalty.kernel.codes import digest
from loyalty.patients.queries import stats
from loyalty.points.models import ManualEntry
from loyalty.points.operations import adjust_points
from web.access import api_key_required
from web.transactions import commits_in_steps


@blueprint.post("/patients/<external_id>/adjustments")
@api_key_required
@described(
    body=AdjustmentBody, headers=OwnKey, answers={200: AdjustmentAnswer}, problems=(404, 409, 410, 413, 415)
)
@commits_in_steps
def post_adjustment(external_id: str) -> Response:
    """Give a patient points, or take some: never below zero, above the limit after a second person's word.

    Needs an own ``id`` or the header Idempotency-Key; the same one again gives the first answer.
    """
    sent = body(AdjustmentBody)
    ids = own_ids(sent.id)
    life: dict[str, Any] = {"valid_to": sent.valid_to} if "valid_to" in sent.model_fields_set else {}

    def adjust(session: Session) -> ManualEntry:
        with about("points", "not_enough_points"):
            return adjust_points(
                session,
                patient_id=person(session, external_id).id,
                points=sent.points,
                reason=sent.reason,
                key=f"api:{digest(f'{request.path} {ids[0]}')}",
                actor=actor(),
                now=clock.now(),
                **life,
            )

    return answered_once(ids, sent, adjust, _answer)


def _answer(session: Session, entry: ManualEntry) -> AdjustmentAnswer:
    summary = stats(session, entry.patient_id)
    assert summary is not None, "a patient without her summary row"
    return AdjustmentAnswer.model_construct(
        state=entry.state,
        points=entry.points,
        reason=entry.reason,
        valid_to=entry.valid_to,
        balance=summary.points_balance,
    )
