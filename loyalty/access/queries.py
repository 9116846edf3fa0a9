"""Reads of the ways in. Who is signed in comes with everything a page needs of her, in one statement."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy import Row, Select, bindparam, func, select
from sqlalchemy.orm import Session

from loyalty.access.models import ApiKey, Attempt, LoginSession
from loyalty.access.rules.sessions import LIVES, PATIENT, STAFF
from loyalty.clinic.models import Clinic, PasswordLink, Staff
from loyalty.clinic.queries import Programme, programme_of
from loyalty.clinic.rules.roles import Permission, may
from loyalty.kernel.codes import digest
from loyalty.kernel.database import connection_of, table_of
from loyalty.kernel.localized import LocalizedText
from loyalty.patients.models import Patient, PatientStats


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach the clinic, as every page's foot names it."""

    phone: str
    address: LocalizedText
    hours: LocalizedText
    licence: LocalizedText


@dataclass(frozen=True, slots=True)
class Stats:
    """The patient's summary row; the fields mean what they mean in ``PatientStats``."""

    visit_count: int
    referral_count: int
    first_visit_at: datetime | None
    last_visit_at: datetime | None
    points_balance: int
    points_debt: int
    points_held: int
    tier: str | None
    tier_since: datetime | None
    tier_falls_on: date | None
    tier_pin: str | None
    tier_pin_until: date | None
    tier_pin_lowers: bool


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody who is logged in, with the clinic as it is now."""

    session_id: int
    seen_at: datetime
    id: int
    name: str
    language: str | None
    programme: Programme
    contact: Contact

    kind: ClassVar[str] = ""


@dataclass(frozen=True, slots=True)
class SignedInPatient(SignedIn):
    salutation: str | None
    phone: str | None
    card_number: str
    birth_date: date | None
    member_since: datetime
    stats: Stats

    kind: ClassVar[str] = PATIENT


@dataclass(frozen=True, slots=True)
class SignedInStaff(SignedIn):
    email: str
    role: str

    kind: ClassVar[str] = STAFF

    def may(self, permission: Permission) -> bool:
        return may(self.role, permission)


_S, _P, _T = table_of(LoginSession), table_of(Patient), table_of(PatientStats)
_C, _F, _A = table_of(Clinic), table_of(Staff), table_of(Attempt)
_CLINIC_COLUMNS = tuple(column for column in _C.c if column.key not in ("id", "created_at"))


def _alive(statement: Select[Any]) -> Select[Any]:
    return statement.where(
        _S.c.token_digest == bindparam("digest"),
        _S.c.revoked_at.is_(None),
        _S.c.expires_at > bindparam("now", type_=_S.c.expires_at.type),
        _S.c.seen_at > bindparam("seen_after", type_=_S.c.seen_at.type),
    )


_PATIENT = _alive(
    select(
        _S.c.id.label("session_id"),
        _S.c.seen_at,
        _P.c.id.label("person_id"),
        _P.c.name.label("person_name"),
        _P.c.language.label("person_language"),
        _P.c.salutation,
        _P.c.phone.label("person_phone"),
        _P.c.card_number,
        _P.c.birth_date,
        _P.c.created_at.label("member_since"),
        *(column for column in _T.c if column.key not in ("patient_id", "spend_minor")),
        *_CLINIC_COLUMNS,
    ).select_from(
        _S.join(_P, _P.c.id == _S.c.patient_id).join(_T, _T.c.patient_id == _P.c.id).join(_C, _C.c.id == 1)
    )
).where(_P.c.merged_into_id.is_(None), _P.c.deceased_on.is_(None))
_STAFF = _alive(
    select(
        _S.c.id.label("session_id"),
        _S.c.seen_at,
        _F.c.id.label("person_id"),
        _F.c.name.label("person_name"),
        _F.c.language.label("person_language"),
        _F.c.email,
        _F.c.role,
        *_CLINIC_COLUMNS,
    ).select_from(_S.join(_F, _F.c.id == _S.c.staff_id).join(_C, _C.c.id == 1))
).where(_F.c.disabled_at.is_(None))
_CLINIC = select(*_CLINIC_COLUMNS).where(_C.c.id == 1)


def _load(session: Session, statement: Select[Any], kind: str, token: str, now: datetime) -> Row[Any] | None:
    values = {"digest": digest(token), "now": now, "seen_after": now - LIVES[kind].idle}
    return connection_of(session).execute(statement, values).one_or_none()


def _common(row: Row[Any]) -> tuple[int, datetime, int, str, str | None, Programme, Contact]:
    return (
        row.session_id,
        row.seen_at,
        row.person_id,
        row.person_name,
        row.person_language,
        programme_of(row),
        _contact_of(row),
    )


def _contact_of(row: Row[Any]) -> Contact:
    return Contact(row.phone, row.address, row.hours, row.licence)


def patient_by_token(session: Session, token: str, *, now: datetime) -> SignedInPatient | None:
    """The patient whose browser holds ``token``; None once the session has ended or the record is closed."""
    row = _load(session, _PATIENT, PATIENT, token, now)
    if row is None:
        return None
    stats = Stats(*(getattr(row, name) for name in Stats.__slots__))
    return SignedInPatient(
        *_common(row),
        row.salutation,
        row.person_phone,
        row.card_number,
        row.birth_date,
        row.member_since,
        stats,
    )


def staff_by_token(session: Session, token: str, *, now: datetime) -> SignedInStaff | None:
    """The staff member whose browser holds ``token``; a disabled one is out at once."""
    row = _load(session, _STAFF, STAFF, token, now)
    return None if row is None else SignedInStaff(*_common(row), row.email, row.role)


def clinic_facts(session: Session) -> tuple[Programme, Contact] | None:
    """The clinic for pages that nobody is signed in to; None before it has been set up."""
    row = connection_of(session).execute(_CLINIC).one_or_none()
    return None if row is None else (programme_of(row), _contact_of(row))


@dataclass(frozen=True, slots=True)
class Person:
    """One of the patients that share a phone."""

    id: int
    name: str
    language: str | None


_PEOPLE = (
    select(_P.c.id, _P.c.name, _P.c.language)
    .where(_P.c.phone == bindparam("phone"), _P.c.merged_into_id.is_(None), _P.c.deceased_on.is_(None))
    .order_by(_P.c.id)
)


def people_with_phone(session: Session, phone: str) -> list[Person]:
    """The living patients who can log in with a phone; a family may share one (I2)."""
    return [Person(*row) for row in connection_of(session).execute(_PEOPLE, {"phone": phone})]


_TIMES = (
    select(_A.c.at)
    .where(
        _A.c.scope == bindparam("scope"),
        _A.c.subject == bindparam("subject"),
        _A.c.at > bindparam("after", type_=_A.c.at.type),
    )
    .order_by(_A.c.at.desc())
    .limit(bindparam("limit"))
)


def attempt_times(
    session: Session, scope: str, subject: str, *, after: datetime, limit: int = 250
) -> list[datetime]:
    """When something was tried, newest first, at most ``limit``."""
    values = {"scope": scope, "subject": subject, "after": after, "limit": limit}
    return list(connection_of(session).execute(_TIMES, values).scalars())


def attempt_count(session: Session, scope: str, *, after: datetime) -> int:
    """How often something was tried by anybody."""
    statement = select(func.count()).select_from(_A).where(_A.c.scope == scope, _A.c.at > after)
    return int(connection_of(session).execute(statement).scalar_one())


def staff_of_link(session: Session, token: str, *, now: datetime) -> Staff | None:
    """Whose password an unused link sets; None for an unknown, used or late one."""
    return session.scalar(
        select(Staff)
        .join(PasswordLink, PasswordLink.staff_id == Staff.id)
        .where(
            PasswordLink.token_digest == digest(token),
            PasswordLink.used_at.is_(None),
            PasswordLink.expires_at > now,
            Staff.disabled_at.is_(None),
        )
    )


def api_key(session: Session, key: str) -> int | None:
    """The id of a key of the medical system that is still in force."""
    statement = select(ApiKey.id).where(ApiKey.key_digest == digest(key), ApiKey.revoked_at.is_(None))
    return session.scalar(statement)


def api_keys(session: Session) -> list[ApiKey]:
    """All keys ever made, by name."""
    return list(session.scalars(select(ApiKey).order_by(ApiKey.name)))


def sessions_of(session: Session, kind: str, person_id: int, *, now: datetime) -> list[LoginSession]:
    """A person's live sessions, latest first."""
    owner = LoginSession.patient_id if kind == PATIENT else LoginSession.staff_id
    idle: timedelta = LIVES[kind].idle
    return list(
        session.scalars(
            select(LoginSession)
            .where(
                owner == person_id,
                LoginSession.revoked_at.is_(None),
                LoginSession.expires_at > now,
                LoginSession.seen_at > now - idle,
            )
            .order_by(LoginSession.seen_at.desc())
        )
    )
