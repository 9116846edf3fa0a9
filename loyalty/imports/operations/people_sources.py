"""Who sent the people of a file, once all its rows are in: a row may name somebody who comes later (F18)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.clinic.queries import Programme
from loyalty.imports.queries.senders import senders_named
from loyalty.imports.rules.outcome import PatientData
from loyalty.imports.rules.sources import names_a_person
from loyalty.kernel.actor import Actor
from loyalty.patients.models import Patient
from loyalty.patients.operations import change_patient

_LONGEST_CHAIN = 1000


def find_senders(
    session: Session, people: Mapping[int, PatientData], *, setup: Programme, actor: Actor, now: datetime
) -> int:
    """Give these patients the sender and the guardian their rows name; how many got one.

    The first source stays. Nobody sends herself, no circle is closed, a name that fits several stays a text
    for the staff's list. An imported sender is a source and no referral: rewards are for what happens under
    the programme's own terms.
    """
    region = setup.preset.region
    named = {i: data for i, data in people.items() if names_a_person(data) or data.guardian}
    senders = senders_named(session, _texts(named.values()), region)
    count = 0
    for patient_id, data in named.items():
        patient = session.get_one(Patient, patient_id)
        changes: dict[str, Any] = {}
        if data.referrer and names_a_person(data) and patient.source_kind is None:
            sender = senders.meant_by(data.referrer, region)
            if sender is not None and not _leads_to(session, sender, patient_id, Patient.source_referrer_id):
                changes |= {"source_kind": "referral", "source_referrer_id": sender, "source_channel": None}
        if data.guardian and patient.guardian_id is None:
            guardian = senders.meant_by(data.guardian, region)
            if guardian is not None and not _leads_to(session, guardian, patient_id, Patient.guardian_id):
                changes["guardian_id"] = guardian
        if changes:
            count += change_patient(
                session, patient=patient, changes=changes, region=region, actor=actor, now=now
            )
    return count


def _texts(people: Iterable[PatientData]) -> list[str]:
    return [text for data in people for text in (data.referrer, data.guardian) if text]


def _leads_to(session: Session, start: int, patient_id: int, link: Any) -> bool:
    """Whether following the link upwards from ``start`` comes to the patient, herself included."""
    above: int | None = start
    for _ in range(_LONGEST_CHAIN):
        if above is None:
            return False
        if above == patient_id:
            return True
        above = session.scalar(select(link).where(Patient.id == above))
    return True
