from dataclasses import dataclass
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import Row, event, select
from sqlalchemy.orm import Session

from loyalty.clinic.models import Branch, Clinic, Doctor, Service, Staff
from loyalty.clinic.rules.presets import Preset, preset_of
from loyalty.clinic.rules.settings import Settings
from loyalty.kernel.clock import ClinicCalendar, clinic_calendar
from loyalty.kernel.database import table_of
from loyalty.kernel.localized import LocalizedText
from loyalty.kernel.money import minor_digits
from loyalty.kernel.prepared import Prepared
from loyalty.kernel.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Programme:
    """The clinic and the settings in force, read once in a transaction."""

    name: LocalizedText
    country: str
    timezone: str
    currency: str
    language: str
    settings: Settings
    rules_version: int

    @property
    def calendar(self) -> ClinicCalendar:
        return clinic_calendar(self.timezone)

    @property
    def zone(self) -> ZoneInfo:
        return self.calendar.zone

    @property
    def preset(self) -> Preset:
        return preset_of(self.country)

    def minor(self, whole: int) -> int:
        """An amount of whole currency, as settings state it, in minor units."""
        return whole * int(10 ** minor_digits(self.currency))


PROGRAMME_COLUMNS = (
    Clinic.name,
    Clinic.country,
    Clinic.timezone,
    Clinic.currency,
    Clinic.language,
    Clinic.settings,
    Clinic.rules_version,
)
_PROGRAMME = Prepared(select(*(table_of(Clinic).c[column.key] for column in PROGRAMME_COLUMNS)))
_KEPT = "programme"


def programme(session: Session) -> Programme:
    """The programme in force, read once a transaction; refuses while no clinic has been set up."""
    known = session.info.get(_KEPT)
    if known is None:
        row = _PROGRAMME.first(session)
        if row is None:
            raise Refusal("no_clinic")
        known = session.info[_KEPT] = programme_of(row)
    return cast(Programme, known)


def forget_programme(session: Session) -> None:
    """Read the programme anew: its settings changed, or the transaction that read it is over."""
    session.info.pop(_KEPT, None)


event.listen(Session, "after_commit", forget_programme)
event.listen(Session, "after_rollback", forget_programme)


def programme_of(row: Row[Any]) -> Programme:
    """The programme out of any row that holds ``PROGRAMME_COLUMNS``."""
    return Programme(
        row.name,
        row.country,
        row.timezone,
        row.currency,
        row.language,
        Settings(row.settings),
        row.rules_version,
    )


def clinic(session: Session) -> Clinic | None:
    """The clinic's own row, or None before it has been set up."""
    return session.get(Clinic, 1)


def staff_by_email(session: Session, email: str) -> Staff | None:
    return session.scalar(select(Staff).where(Staff.email == email.strip().lower()))


def all_staff(session: Session) -> list[Staff]:
    return list(session.scalars(select(Staff).order_by(Staff.name, Staff.id)))


def services(session: Session) -> list[Service]:
    return list(session.scalars(select(Service).order_by(Service.specialty, Service.code)))


def doctors(session: Session) -> list[Doctor]:
    return list(session.scalars(select(Doctor).order_by(Doctor.code)))


def branches(session: Session) -> list[Branch]:
    return list(session.scalars(select(Branch).order_by(Branch.code)))


def staff_member(session: Session, staff_id: int) -> Staff | None:
    return session.get(Staff, staff_id)
