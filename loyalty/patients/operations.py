from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from loyalty.activity.operations import record
from loyalty.kernel.actor import Actor
from loyalty.kernel.contacts import clean_name, normalise_email, normalise_phone, search_key
from loyalty.kernel.database import connection_of, table_of
from loyalty.kernel.events import note
from loyalty.kernel.refusal import Refusal
from loyalty.patients.events import ConsentChanged, PatientRegistered
from loyalty.patients.models import Consent, Patient, PatientStats
from loyalty.patients.rules import (
    CHANNELS,
    ON_BEHALF,
    PURPOSES,
    SEXES,
    SOURCES,
    check_choice,
    check_language,
    digest_of_id_number,
    new_card_number,
)

_INSERT_STATS = insert(table_of(PatientStats))
_CARD_TRIES = 5
ANY_CHANNEL = "any"


def create_patient(
    session: Session,
    *,
    name: str,
    region: str,
    actor: Actor,
    now: datetime,
    phone: str | None = None,
    email: str | None = None,
    birth_date: date | None = None,
    sex: str | None = None,
    language: str | None = None,
    salutation: str | None = None,
    external_id: str | None = None,
    id_number: str | None = None,
    preferred_channel: str | None = None,
    guardian_id: int | None = None,
    tags: Sequence[str] = (),
    deceased_on: date | None = None,
    source_kind: str | None = None,
    source_channel: str | None = None,
    quiet: bool = False,
) -> Patient:
    """Add a patient with her summary row and card number; her invite code follows as a reaction.

    ``phone`` may be national (read by ``region``) or E.164. Refuses unreadable contacts and dates ahead.
    """
    patient = Patient(
        **_checked(
            {
                "name": name,
                "phone": phone,
                "email": email,
                "birth_date": birth_date,
                "sex": sex,
                "language": language,
                "salutation": salutation,
                "preferred_channel": preferred_channel,
                "guardian_id": guardian_id,
                "tags": list(tags),
                "deceased_on": deceased_on,
                "source_kind": source_kind,
                "source_channel": source_channel,
            },
            region,
            now,
        ),
        external_id=external_id,
        id_number_digest=digest_of_id_number(id_number) if id_number else None,
        created_at=now,
        changed_at=now,
    )
    _add_with_card(session, patient)
    connection_of(session).execute(_INSERT_STATS, {"patient_id": patient.id})
    record(
        session,
        actor=actor,
        action="patient.created",
        object_kind="patient",
        object_id=patient.id,
        patient_id=patient.id,
        after={"source": source_kind},
        now=now,
    )
    note(session, PatientRegistered(patient.id, quiet))
    return patient


def _add_with_card(session: Session, patient: Patient) -> None:
    for _ in range(_CARD_TRIES):
        patient.card_number = new_card_number()
        taken = session.scalar(select(Patient.id).where(Patient.card_number == patient.card_number))
        if taken is None:
            break
    try:
        with session.begin_nested():
            session.add(patient)
    except IntegrityError as clash:
        # Two desks handing in the same external id at once: the second is told, nothing is half-made.
        raise Refusal("patient_exists") from clash


def change_patient(
    session: Session,
    *,
    patient: Patient,
    changes: Mapping[str, Any],
    region: str,
    actor: Actor,
    now: datetime,
    reason: str | None = None,
) -> bool:
    """Change given fields of a patient; False when nothing differs. Before and after are audited (A1)."""
    checked = _checked(changes, region, now)
    before = {key: getattr(patient, key) for key in checked if getattr(patient, key) != checked[key]}
    if not before:
        return False
    for key in before:
        setattr(patient, key, checked[key])
    patient.changed_at = now
    session.flush()
    record(
        session,
        actor=actor,
        action="patient.changed",
        object_kind="patient",
        object_id=patient.id,
        patient_id=patient.id,
        before=_plain(before),
        after=_plain({key: checked[key] for key in before}),
        reason=reason,
        now=now,
    )
    return True


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in values.items()}


def _checked(values: Mapping[str, Any], region: str, now: datetime) -> dict[str, Any]:
    """The same values, cleaned; raises a Refusal for the first one that does not fit."""
    clean = dict(values)
    if "name" in clean:
        clean["name"] = clean_name(clean["name"] or "")
        if not clean["name"] or len(clean["name"]) > 200:
            raise Refusal("name_missing")
        clean["search_name"] = search_key(clean["name"])
    if clean.get("phone"):
        clean["phone"] = normalise_phone(clean["phone"], region)
    if clean.get("email"):
        clean["email"] = normalise_email(clean["email"])
    for field in ("phone", "email", "salutation", "source_channel"):
        if field in clean:
            clean[field] = clean[field] or None
    check_choice("sex", clean.get("sex"), SEXES)
    check_choice("preferred_channel", clean.get("preferred_channel"), CHANNELS)
    check_choice("source_kind", clean.get("source_kind"), SOURCES)
    check_language(clean.get("language"))
    _check_dates(clean, now)
    return clean


def _check_dates(values: Mapping[str, Any], now: datetime) -> None:
    for field in ("birth_date", "deceased_on"):
        day = values.get(field)
        # A day's grace: the clinic's today may already be tomorrow in UTC.
        if day is not None and not (date(1880, 1, 1) <= day and (day - now.date()).days <= 1):
            raise Refusal("date_impossible", field=field)


def record_consent(
    session: Session,
    *,
    patient_id: int,
    purpose: str,
    granted: bool,
    source: str,
    wording: str,
    actor: Actor,
    now: datetime,
    channel: str = ANY_CHANNEL,
    language: str | None = None,
    at: datetime | None = None,
    reason: str | None = None,
) -> bool:
    """Add an act of consent or withdrawal (C5); False when it repeats the patient's latest word.

    Nobody but the patient lifts her own opt-out: a grant handed in by desk, API or import after it is
    refused (C10, I1) with ``opted_out``. ``reason`` stands in the audit, where somebody acted for her.
    """
    check_choice("purpose", purpose, PURPOSES)
    check_choice("channel", channel, (*CHANNELS, ANY_CHANNEL))
    known = select(Consent).where(Consent.patient_id == patient_id, Consent.purpose == purpose)
    acts = {act.channel: act for act in session.scalars(known.order_by(Consent.id))}
    latest, words = acts.get(channel), _in_force(acts, channel)
    is_own_no = any(not act.granted and act.source not in ON_BEHALF for act in words)
    if granted and source in ON_BEHALF and is_own_no:
        raise Refusal("opted_out")
    if latest is not None and all(act.granted == granted for act in words):
        return False
    session.add(
        Consent(
            patient_id=patient_id,
            purpose=purpose,
            channel=channel,
            granted=granted,
            at=at or now,
            source=source,
            wording=wording,
            language=language,
        )
    )
    session.flush()
    record(
        session,
        actor=actor,
        action="consent.changed",
        object_kind="consent",
        object_id=purpose,
        patient_id=patient_id,
        before={"granted": latest.granted if latest else None},
        after={"granted": granted, "channel": channel, "source": source},
        reason=reason,
        now=now,
    )
    note(session, ConsentChanged(patient_id, purpose, channel, granted))
    return True


def _in_force(acts: Mapping[str, Consent], channel: str) -> list[Consent]:
    """The words that a new one on this channel would override; one on any channel overrides all."""
    channels = acts if channel == ANY_CHANNEL else (channel,)
    heard = [[act for act in (acts.get(name), acts.get(ANY_CHANNEL)) if act is not None] for name in channels]
    return [max(words, key=lambda act: act.id) for words in heard if words]
