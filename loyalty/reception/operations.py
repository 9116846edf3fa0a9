from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.kernel.actor import Actor
from loyalty.kernel.contacts import clean_name, normalise_phone, search_key
from loyalty.kernel.refusal import Refusal
from loyalty.kernel.turns import take_turn
from loyalty.patients import operations as patients
from loyalty.patients.models import Patient
from loyalty.patients.queries import patients_with_phone
from loyalty.referrals import operations as referrals
from loyalty.referrals import queries as referral_queries
from loyalty.visits import operations as visits
from loyalty.visits.models import AppointmentRequest
from loyalty.visits.queries import requests_of_patient

WORDING = "2026-11"


@dataclass(frozen=True, slots=True)
class Claim:
    """The wish a claim led to; ``is_referred`` stays with the clinic, the friend's page never tells it."""

    request_id: int
    patient_id: int
    is_referred: bool


def claim_invitation(
    session: Session,
    *,
    code: str,
    name: str,
    phone: str,
    region: str,
    language: str,
    let_referrer_know: bool,
    accept_messages: bool,
    form_key: str,
    wished_on: date | None,
    part_of_day: str,
    actor: Actor,
    now: datetime,
    note_text: str = "",
    same_device: bool = False,
) -> Claim:
    """A friend takes up an invitation and asks for a time (F3).

    A phone the clinic knows makes no second record and no referral: the wish goes to the record that is
    there, and the answer is the same, so that nobody learns who is a patient (F5, F15). The same form sent
    twice gives the first claim. Refusals: unknown_code, blocked_code, programme_closed, name_missing,
    phone_unreadable, date_impossible, self (the inviter's own phone stays unnamed: it counts as known).
    """
    first = session.scalar(select(AppointmentRequest).where(AppointmentRequest.form_key == form_key))
    if first is not None:
        return Claim(first.id, first.patient_id, False)
    _check_open(session, code)
    if not clean_name(name):
        raise Refusal("name_missing")
    number = normalise_phone(phone, region)
    # Two links taken up at the same moment with one phone make one record and one referral (F4).
    take_turn(session, f"claim:{number}")
    known = patients_with_phone(session, number)
    if known:
        person = _best_match(known, name)
        note_text = (
            note_text if search_key(name) == person.search_name else f"{clean_name(name)}: {note_text}"
        )
        is_referred = False
    else:
        person = _new_friend(
            session, name, number, region, language, let_referrer_know, accept_messages, actor, now
        )
        is_referred = _attribute(session, person.id, code, same_device, actor, now)
    open_wishes = requests_of_patient(session, person.id)
    if open_wishes:
        return Claim(open_wishes[0].id, person.id, is_referred)
    request = visits.request_appointment(
        session,
        patient_id=person.id,
        form_key=form_key,
        wished_on=_not_past(wished_on, now),
        part_of_day=part_of_day,
        note_text=note_text,
        actor=actor,
        now=now,
    )
    return Claim(request.id, person.id, is_referred)


def _check_open(session: Session, code: str) -> None:
    invitation = referral_queries.invitation(session, code)
    if invitation is None:
        raise Refusal("unknown_code")
    if not invitation.is_open:
        raise Refusal("blocked_code")


def _best_match(known: list[Patient], name: str) -> Patient:
    wanted = search_key(name)
    return next((person for person in known if person.search_name == wanted), known[0])


def _new_friend(
    session: Session,
    name: str,
    phone: str,
    region: str,
    language: str,
    let_referrer_know: bool,
    accept_messages: bool,
    actor: Actor,
    now: datetime,
) -> Patient:
    person = patients.create_patient(
        session, name=name, phone=phone, region=region, language=language, actor=actor, now=now
    )
    consents: Mapping[str, bool] = {
        "care": True,
        "marketing": accept_messages,
        "referral": let_referrer_know,
    }
    for purpose, granted in consents.items():
        if granted:
            patients.record_consent(
                session,
                patient_id=person.id,
                purpose=purpose,
                granted=True,
                source="booking",
                wording=WORDING,
                language=language,
                actor=actor,
                now=now,
            )
    return person


def _attribute(
    session: Session, friend_id: int, code: str, same_device: bool, actor: Actor, now: datetime
) -> bool:
    try:
        referrals.attribute(
            session,
            friend_id=friend_id,
            code=code,
            origin="link",
            same_device=same_device,
            actor=actor,
            now=now,
        )
    except Refusal:
        # The friend asked for a time and shall get one, whatever the programme says of the referral.
        return False
    return True


def _not_past(wished_on: date | None, now: datetime) -> date | None:
    # A day's grace: the clinic's today may still be yesterday in UTC.
    if wished_on is not None and not -1 <= (wished_on - now.date()).days <= 366:
        raise Refusal("date_impossible", field="wished_on")
    return wished_on
