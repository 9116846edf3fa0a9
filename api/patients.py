"""Patients: taken over by the external id of the clinic's system, and read back with their membership."""

from typing import Any

from flask import Response

from api import blueprint
from api.fields import Strict
from api.gate import actor
from api.membership import membership_of
from api.people import person
from api.problems import missing
from api.reading import PATIENT_ID, body, known_id, query
from api.shapes.patients import ConsentBody, MembershipAnswer, PatientAnswer, PatientBody, SourceBody
from api.specification import described
from api.writing import answered, settled
from loyalty.clinic.queries import programme
from loyalty.kernel import clock
from loyalty.recording.operations import record_patient
from loyalty.recording.queries import PatientRecord, patient_record
from loyalty.recording.rules import ConsentSaid, Source
from web.access import api_key_required
from web.extensions import db
from web.transactions import commits_in_steps

_FIELDS = frozenset(
    {
        "name",
        "phone",
        "email",
        "birth_date",
        "sex",
        "language",
        "preferred_channel",
        "guardian",
        "deceased_on",
        "tags",
    }
)


class Nothing(Strict):
    """A query that takes no names."""


@blueprint.put("/patients/<external_id>")
@api_key_required
@described(body=PatientBody, answers={200: PatientAnswer, 201: PatientAnswer}, problems=(404, 409, 413, 415))
@commits_in_steps
def put_patient(external_id: str) -> Response:
    """Create or change a patient.

    Said again it changes nothing; fields left out stay as they are.
    """
    external_id, said = known_id(PATIENT_ID, external_id), body(PatientBody)
    source = said.source
    _, is_new = settled(
        lambda session: record_patient(
            session,
            external_id=external_id,
            values={name: getattr(said, name) for name in said.model_fields_set & _FIELDS},
            source=Source(**source.model_dump()) if source is not None else None,
            consents=[_consent(consent) for consent in said.consents],
            actor=actor(),
            now=clock.now(),
        )
    )
    return answered(_found(external_id), 201 if is_new else 200)


@blueprint.get("/patients/<external_id>")
@api_key_required
@described(query=Nothing, answers={200: PatientAnswer}, problems=(404, 410))
def get_patient(external_id: str) -> Response:
    """A patient as she stands in the programme."""
    query(Nothing)
    person(db.session(), external_id)
    return answered(_found(external_id))


@blueprint.get("/patients/<external_id>/membership")
@api_key_required
@described(query=Nothing, answers={200: MembershipAnswer}, problems=(404, 410))
def get_membership(external_id: str) -> Response:
    """Tier, both ways to the next one, badges and points."""
    query(Nothing)
    found = person(db.session(), external_id)
    return answered(membership_of(db.session(), found.id, clock.now()))


def _consent(said: ConsentBody) -> ConsentSaid:
    return ConsentSaid(said.purpose, said.channel, said.granted, said.at, said.wording or "")


def _found(external_id: str) -> PatientAnswer:
    found = patient_record(db.session(), external_id)
    if found is None:
        raise missing()
    return _answer(found)


def _answer(found: PatientRecord) -> PatientAnswer:
    patient, zone = found.patient, programme(db.session()).zone
    same: dict[str, Any] = {name: getattr(patient, name) for name in _FIELDS - {"guardian"}}
    # What is kept needs no second check, and may be older than today's rules.
    return PatientAnswer.model_construct(
        **same,
        guardian=found.guardian,
        source=_source(found),
        chronic_conditions=[],
        medicines=[],
        consents=[
            ConsentBody.model_construct(
                purpose=act.purpose,
                channel=act.channel,
                granted=act.granted,
                at=act.at.astimezone(zone),
                wording=act.wording or None,
            )
            for act in found.consents
        ],
    )


def _source(found: PatientRecord) -> SourceBody | None:
    patient = found.patient
    if patient.source_kind is None:
        return None
    return SourceBody.model_construct(
        kind=patient.source_kind,
        channel=patient.source_channel,
        referral_code=found.referral_code,
        referrer=found.referrer,
    )
