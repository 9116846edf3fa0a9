"""A patient as the clinic's own system describes her: created or changed by that system's id."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from loyalty.clinic.queries import programme
from loyalty.kernel.actor import Actor
from loyalty.kernel.contacts import normalise_phone
from loyalty.kernel.refusal import Refusal
from loyalty.patients import operations as patients
from loyalty.patients import queries as patient_queries
from loyalty.patients.models import Patient
from loyalty.recording import queries
from loyalty.recording.rules import ConsentSaid, Source, is_above_opt_out, is_stale
from loyalty.referrals import operations as referrals
from loyalty.referrals.queries import invitation, referral_of_friend


def record_patient(
    session: Session,
    *,
    external_id: str,
    values: Mapping[str, Any],
    actor: Actor,
    now: datetime,
    source: Source | None = None,
    consents: Sequence[ConsentSaid] = (),
    origin: str = "api",
    quiet: bool = False,
) -> tuple[Patient, bool]:
    """Create or change the patient of that external id; gives her and whether she is new.

    ``values`` are the fields of ``create_patient`` that were spoken of, with ``guardian`` as an external id;
    the others stay. Said again it changes nothing. A person who came by a link and has no external id yet
    is recognised by phone, name and birth date (I1). Refusals: those of create_patient, attribute and
    record_consent, ``patient_merged``, ``patient_unknown`` and ``guardian_self``, with their ``field``.
    """
    values = dict(values)
    if "guardian" in values:
        values["guardian_id"] = _guardian_id(session, values.pop("guardian"), external_id)
    found = patient_queries.patient_by_external_id(session, external_id) or _unlinked(session, values)
    region = programme(session).preset.region
    if found is None:
        patient = patients.create_patient(
            session, external_id=external_id, region=region, actor=actor, now=now, quiet=quiet, **values
        )
    else:
        patient = found
        if patient.merged_into_id is not None:
            raise Refusal("patient_merged", field="external_id")
        changes = {**values, "external_id": external_id}
        patients.change_patient(
            session, patient=patient, changes=changes, region=region, actor=actor, now=now
        )
    if source is not None:
        _record_source(session, patient, source, region, actor, now, quiet)
    _record_consents(session, patient.id, consents, origin, actor, now)
    return patient, found is None


def _guardian_id(session: Session, guardian: str | None, external_id: str) -> int | None:
    if guardian is None:
        return None
    if guardian == external_id:
        raise Refusal("guardian_self", field="guardian")
    return _known(session, guardian, "guardian").id


def _known(session: Session, external_id: str, field: str) -> Patient:
    found = patient_queries.patient_by_external_id(session, external_id)
    if found is None:
        raise Refusal("patient_unknown", field=field)
    return found


def _unlinked(session: Session, values: Mapping[str, Any]) -> Patient | None:
    if not values.get("phone"):
        return None
    phone = normalise_phone(values["phone"], programme(session).preset.region)
    return queries.unlinked_person(
        session, phone=phone, name=values["name"], birth_date=values.get("birth_date")
    )


def _record_source(
    session: Session, patient: Patient, source: Source, region: str, actor: Actor, now: datetime, quiet: bool
) -> None:
    first = referral_of_friend(session, patient.id)
    if source.kind == "referral":
        referrer_id = _known(session, source.referrer, "source.referrer").id if source.referrer else None
        if first is not None and not _names_another(session, first.referrer_id, source, referrer_id):
            return
        try:
            referrals.attribute(
                session,
                friend_id=patient.id,
                code=source.referral_code,
                referrer_id=referrer_id,
                origin="api",
                actor=actor,
                now=now,
                quiet=quiet,
            )
        except Refusal as refusal:
            raise _at(refusal, f"source.{'referral_code' if source.referral_code else 'referrer'}") from None
    elif first is None:
        # A patient who came by a friend's link keeps that source, whatever the other system believes (F3).
        changes = {"source_kind": source.kind, "source_channel": source.channel}
        patients.change_patient(
            session, patient=patient, changes=changes, region=region, actor=actor, now=now
        )


def _names_another(session: Session, known_referrer: int, source: Source, referrer_id: int | None) -> bool:
    """Whether the source names somebody else than the referrer on file: for attribute to refuse (F4)."""
    if not source.referral_code:
        return referrer_id != known_referrer
    found = invitation(session, source.referral_code)
    return found is None or found.referrer_id != known_referrer


def _record_consents(
    session: Session,
    patient_id: int,
    consents: Sequence[ConsentSaid],
    origin: str,
    actor: Actor,
    now: datetime,
) -> None:
    for position, said in enumerate(consents):
        acts = {
            channel: act
            for (purpose, channel), act in patient_queries.consents_of(session, patient_id).items()
            if purpose == said.purpose
        }
        if is_stale(acts, said):
            continue
        latest = acts.get(said.channel)
        if latest is not None and latest.granted == said.granted:
            continue
        if is_above_opt_out(acts, said):
            raise Refusal("opted_out", field=f"consents.{position}")
        patients.record_consent(
            session,
            patient_id=patient_id,
            purpose=said.purpose,
            channel=said.channel,
            granted=said.granted,
            at=said.at,
            wording=said.wording,
            source=origin,
            actor=actor,
            now=now,
        )


def _at(refusal: Refusal, field: str) -> Refusal:
    """The same refusal, naming the field it is about."""
    return Refusal(refusal.code, **{**refusal.params, "field": field})
