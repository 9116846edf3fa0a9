"""What a code stands for, as the desk reads it: the thing, whose it is, and what can be done with it."""

from dataclasses import dataclass, field
from datetime import date

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from admin.labels import in_language
from admin.offer_lists import clinic_today
from admin.offer_words import (
    offer_state_look,
    offer_state_name,
    sessions_left,
    state_of_certificate,
    state_of_package,
    state_of_voucher,
    voucher_value,
)
from loyalty.clinic import queries as clinic
from loyalty.clinic.models import Service
from loyalty.clinic.rules.roles import Permission
from loyalty.kernel import clock
from loyalty.patients import queries as patients
from loyalty.patients.models import Patient
from loyalty.rewards.models import Certificate, Package, Redemption, Reward, Voucher
from loyalty.rewards.queries import Found
from loyalty.rewards.rules.redemptions import OPEN, is_overdue, may_undo
from web.extensions import db
from web.formats import day, day_time, money
from web.identity import current_staff

_P = Permission
Facts = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class FoundHere:
    """``look`` is ok, warn, bad or empty; ``acts`` are what the reader may do with a redemption.

    ``href`` is where else to go, with its label; ``cancelling`` is why a cancellation was not taken.
    """

    look: str
    title: str
    sentence: str = ""
    facts: Facts = field(default_factory=list)
    acts: tuple[str, ...] = ()
    redemption_id: int = 0
    href: tuple[str, str] | None = None
    cancelling: str = ""


def found_here(found: Found) -> FoundHere:
    """The thing behind a code that somebody has."""
    session = db.session()
    if found.kind == "redemption":
        return redemption_here(session.get_one(Redemption, found.id))
    if found.kind == "voucher":
        return _voucher(session.get_one(Voucher, found.id))
    if found.kind == "certificate":
        return _certificate(session.get_one(Certificate, found.id))
    return _package(session.get_one(Package, found.id))


def redemption_here(found: Redemption, *, sentence: str = "", cancelling: str = "") -> FoundHere:
    """A reward somebody has chosen; ``sentence`` is why what was asked for was not done."""
    session = db.session()
    look, title = _standing(found)
    reward = session.get_one(Reward, found.reward_id)
    facts = [
        (_("Reward"), in_language(reward.name)),
        (_("Holder"), _holder(patients.patient(session, found.patient_id))),
        (_("Price"), ngettext("%(num)s point", "%(num)s points", found.points)),
        (_("Chosen"), day_time(found.requested_at)),
        (_("Approved"), _moment(found.approved_at, found.approved_by_id)),
        (_("To be fetched until"), day(found.valid_to) if found.valid_to and found.state in OPEN else ""),
        (_("Handed over"), _moment(found.handed_over_at, found.handed_over_by_id)),
        (_("Ended"), _moment(found.ended_at, found.ended_by_id)),
        (_("Reason"), found.end_reason or ""),
    ]
    if sentence:
        look, title = "bad", sentence
    return FoundHere(
        look, title, facts=facts, acts=_acts(found), redemption_id=found.id, cancelling=cancelling
    )


def _standing(found: Redemption) -> tuple[str, str]:
    if is_overdue(found.state, found.valid_to, clinic_today()):
        return "bad", _("Not fetched in time")
    return {
        "requested": ("warn", _("Waits for approval")),
        "approved": ("ok", _("Ready to hand over")),
        "handed_over": ("", _("Has been handed over")),
        "cancelled": ("bad", _("Was cancelled")),
        "expired": ("bad", _("Not fetched in time")),
    }[found.state]


def _acts(found: Redemption) -> tuple[str, ...]:
    """What the reader may do now; the operations look again."""
    digital = any((found.voucher_id, found.certificate_id, found.package_id))
    acts = []
    if found.state == "approved" and not is_overdue(found.state, found.valid_to, clinic_today()):
        acts.append("hand_over")
    if found.state == "requested" and current_staff().may(_P.APPROVE_REWARDS):
        acts.append("approve")
    if found.state == "handed_over" and not digital and may_undo(found.handed_over_at, clock.now()):
        acts.append("undo")
    if found.state in OPEN or (found.state == "handed_over" and digital):
        acts.append("cancel")
    return tuple(acts)


def _moment(at: object, staff_id: int | None) -> str:
    """When it was, and who did it where that was somebody of the staff."""
    if at is None:
        return ""
    person = clinic.staff_member(db.session(), staff_id) if staff_id is not None else None
    when = day_time(at)  # type: ignore[arg-type]
    return _("%(moment)s, %(name)s", moment=when, name=person.name) if person is not None else when


def _holder(person: Patient | None) -> str:
    """The name and the year of birth that the desk asks for."""
    if person is None:
        return ""
    if person.birth_date is None:
        return person.name
    return _("%(name)s, born %(year)s", name=person.name, year=str(person.birth_date.year))


def _headline(state: str, usable: str) -> tuple[str, str]:
    """The look and the heading of something that is used on a bill."""
    return ("ok", usable) if state == "active" else (offer_state_look(state), offer_state_name(state))


def _until(last_day: date | None) -> str:
    return day(last_day) if last_day is not None else _("no last day")


def _voucher(found: Voucher) -> FoundHere:
    person = patients.patient(db.session(), found.patient_id) if found.patient_id else None
    state = state_of_voucher(found, clinic_today())
    look, title = _headline(state, _("Voucher is valid"))
    facts = [
        (_("Voucher"), in_language(found.name)),
        (_("Gives"), voucher_value(found)),
        (_("Holder"), _holder(person) if person else _("Everybody who knows the code")),
        (_("For bills from"), money(found.min_bill_minor) if found.min_bill_minor else ""),
        (_("Valid until"), _until(found.valid_to)),
    ]
    return FoundHere(look, title, facts=facts, href=_bill(state, person, voucher=found.code))


def _certificate(found: Certificate) -> FoundHere:
    state = state_of_certificate(found, clinic_today())
    look, title = _headline(state, _("Certificate is valid"))
    facts = [
        (_("Left"), money(found.balance_minor)),
        (_("For"), found.recipient),
        (_("From whom"), found.giver),
        (_("Valid until"), _until(found.valid_to)),
    ]
    href = None
    if current_staff().may(_P.ISSUE_OFFERS):
        href = (url_for("admin.certificate", certificate_id=found.id), _("Open the certificate"))
    return FoundHere(look, title, facts=facts, href=href)


def _package(found: Package) -> FoundHere:
    session = db.session()
    person = patients.patient(session, found.patient_id)
    state = state_of_package(found, clinic_today())
    look, title = _headline(state, _("Package is valid"))
    facts = [
        (_("Service"), in_language(session.get_one(Service, found.service_id).name)),
        (_("Holder"), _holder(person)),
        (_("Left"), sessions_left(found)),
        (_("Valid until"), _until(found.valid_to)),
    ]
    return FoundHere(look, title, facts=facts, href=_bill(state, person, package=found.code))


def _bill(state: str, person: Patient | None, **code: str) -> tuple[str, str] | None:
    """The way to the bill on which it is used."""
    if state != "active" or person is None or not current_staff().may(_P.REGISTER_VISITS):
        return None
    return url_for("admin.register_visit", patient=person.id, **code), _("Register a visit with it")  # type: ignore[arg-type]
