from datetime import datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.activity.operations import record
from loyalty.clinic import queries
from loyalty.clinic.models import Branch, Clinic, Doctor, PasswordLink, Service, Staff
from loyalty.clinic.rules.presets import first_settings
from loyalty.clinic.rules.roles import ROLES
from loyalty.clinic.rules.settings import SETTINGS, parse
from loyalty.kernel.actor import Actor
from loyalty.kernel.codes import digest, new_token
from loyalty.kernel.contacts import clean_name, normalise_email
from loyalty.kernel.localized import LANGUAGES, LocalizedText
from loyalty.kernel.refusal import Refusal

Listed = TypeVar("Listed", Branch, Doctor, Service)
PASSWORD_LINK_LIFE = timedelta(days=3)


def set_up_clinic(
    session: Session,
    *,
    name: LocalizedText,
    country: str,
    timezone: str,
    currency: str,
    language: str,
    actor: Actor,
    now: datetime,
) -> bool:
    """Create the clinic with its country's preset; False when there is one already, which stays as it is."""
    if queries.clinic(session) is not None:
        return False
    if language not in LANGUAGES:
        raise Refusal("unknown_language", language=language)
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError):
        raise Refusal("unknown_timezone", timezone=timezone) from None
    settings = first_settings(country, currency)
    session.add(
        Clinic(
            id=1,
            name=name,
            country=country,
            timezone=timezone,
            currency=currency,
            language=language,
            settings=settings,
            created_at=now,
        )
    )
    session.add(Branch(code="main", name=name))
    session.flush()
    record(
        session,
        actor=actor,
        action="clinic.set_up",
        object_kind="clinic",
        object_id=1,
        after=settings,
        now=now,
    )
    return True


def change_setting(
    session: Session, *, key: str, text: str, actor: Actor, now: datetime, reason: str | None = None
) -> Any:
    """Give a setting a new value as typed by a person; refuses unknown keys and values that do not fit."""
    value = parse(key, text)
    clinic = session.get(Clinic, 1, with_for_update=True)
    if clinic is None:
        raise Refusal("no_clinic")
    before = clinic.settings.get(key, SETTINGS[key].default)
    if before == value:
        return value
    clinic.settings = {**clinic.settings, key: value}
    session.flush()
    queries.forget_programme(session)
    record(
        session,
        actor=actor,
        action="setting.changed",
        object_kind="setting",
        object_id=key,
        before={"value": before},
        after={"value": value},
        reason=reason,
        now=now,
    )
    return value


def create_staff(
    session: Session, *, email: str, name: str, role: str, actor: Actor, now: datetime
) -> tuple[Staff, str]:
    """Add a staff member; returns her and the one-time token of the link that sets her password."""
    if role not in ROLES:
        raise Refusal("unknown_role", role=role)
    email = normalise_email(email)
    if not clean_name(name):
        raise Refusal("name_missing")
    if queries.staff_by_email(session, email) is not None:
        raise Refusal("email_taken", email=email)
    staff = Staff(email=email, name=clean_name(name), role=role, created_at=now)
    session.add(staff)
    session.flush()
    record(
        session,
        actor=actor,
        action="staff.created",
        object_kind="staff",
        object_id=staff.id,
        after={"role": role},
        now=now,
    )
    return staff, issue_password_link(session, staff=staff, now=now)


def issue_password_link(session: Session, *, staff: Staff, now: datetime) -> str:
    """A fresh one-time token for setting a password, good for three days."""
    token = new_token()
    session.add(
        PasswordLink(staff_id=staff.id, token_digest=digest(token), expires_at=now + PASSWORD_LINK_LIFE)
    )
    session.flush()
    return token


def service_of(session: Session, code: str, *, specialty: str = "") -> Service:
    """The service of that code; an unknown one is created and marked "to review" (API contract)."""
    return _of_code(session, Service, code, specialty=specialty)


def doctor_of(session: Session, code: str) -> Doctor:
    """The doctor of that code, created and marked "to review" when unknown."""
    return _of_code(session, Doctor, code)


def branch_of(session: Session, code: str) -> Branch:
    """The branch of that code, created and marked "to review" when unknown."""
    return _of_code(session, Branch, code)


def _of_code(session: Session, kind: type[Listed], code: str, **more: Any) -> Listed:
    found = session.scalar(select(kind).where(kind.code == code))
    if found is None:
        found = kind(code=code, name=LocalizedText.of(code), to_review=True, **more)
        session.add(found)
        session.flush()
    return found
