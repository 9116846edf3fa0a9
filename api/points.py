"""The ledger of a patient, read in pages."""

from collections.abc import Sequence
from typing import Any

from flask import Response, url_for

from api import blueprint
from api.people import person
from api.reading import query
from api.shapes.points import EntryAnswer, LedgerAnswer, Page
from api.specification import described
from api.writing import answered
from loyalty.clinic.queries import programme
from loyalty.recording.queries import ledger
from web.access import api_key_required
from web.extensions import db


@blueprint.get("/patients/<external_id>/ledger")
@api_key_required
@described(query=Page, answers={200: LedgerAnswer}, problems=(404, 410))
def get_ledger(external_id: str) -> Response:
    """A patient's ledger entries, oldest first.

    Keyset-paged: ``after`` is the id of the last entry seen; the header Link names the next page.
    """
    page, session = query(Page), db.session()
    patient = person(session, external_id)
    # One more than asked for tells whether there is a next page.
    rows = ledger(session, patient.id, after=page.after, limit=page.limit + 1)
    response = answered(_answer(rows[: page.limit]))
    if len(rows) > page.limit:
        more = url_for(
            "api.get_ledger", external_id=external_id, after=rows[page.limit - 1].id, limit=page.limit
        )
        response.headers["Link"] = f'<{more}>; rel="next"'
    return response


def _answer(rows: Sequence[Any]) -> LedgerAnswer:
    zone = programme(db.session()).zone
    return LedgerAnswer.model_construct(
        [
            EntryAnswer.model_construct(
                id=row.id,
                kind=row.kind,
                points=row.points,
                at=row.at.astimezone(zone),
                valid_to=row.valid_to,
                visit=row.visit,
                refund=row.refund,
                referral=row.referral or (str(row.referral_id) if row.referral_id is not None else None),
                reason=row.reason,
            )
            for row in rows
        ]
    )
