"""The patient an address or a body names; a merged record points to the one that was kept (P17)."""

from http import HTTPStatus

from flask import url_for
from sqlalchemy.orm import Session

from api.problems import Fault, Unacceptable, missing
from api.reading import PATIENT_ID, known_id
from loyalty.kernel.refusal import Refusal
from loyalty.patients.models import Patient
from loyalty.patients.queries import patient, patient_by_external_id
from web.phrases import refusal_text


def known_person(session: Session, external_id: str) -> Patient:
    """The patient of an address, merged or not; 404 when there is none."""
    found = patient_by_external_id(session, known_id(PATIENT_ID, external_id))
    if found is None:
        raise missing()
    return found


def person(session: Session, external_id: str) -> Patient:
    """The patient of an address; 404 when there is none, 410 with the way to the other when merged."""
    found = known_person(session, external_id)
    if found.merged_into_id is not None:
        raise _gone(session, found.merged_into_id)
    return found


def _gone(session: Session, kept_id: int) -> Unacceptable:
    kept = patient(session, kept_id)
    refusal = Refusal("patient_merged")
    fault = Fault("external_id", refusal.code, refusal_text(refusal))
    headers = {}
    if kept is not None and kept.external_id is not None:
        address = url_for("api.get_patient", external_id=kept.external_id)
        headers["Link"] = f'<{address}>; rel="canonical"'
    return Unacceptable(HTTPStatus.GONE, [fault], headers)


def named(session: Session, external_id: str, field: str) -> Patient:
    """The patient a body names; refuses ``patient_unknown`` and ``patient_merged`` with the field."""
    found = patient_by_external_id(session, external_id)
    if found is None:
        raise Refusal("patient_unknown", field=field)
    if found.merged_into_id is not None:
        raise Refusal("patient_merged", field=field)
    return found


def external_id_of(session: Session, patient_id: int | None) -> str | None:
    """How the clinic's system names a patient; None for nobody."""
    found = patient(session, patient_id) if patient_id is not None else None
    return None if found is None else found.external_id
