"""A visit as its patient reads it: local day and time, doctor, whether she said she will come."""

from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _

from loyalty.clinic.queries import Programme
from loyalty.kernel.localized import LocalizedText
from loyalty.visits.models import Visit
from web.formats import clock_time
from web.formats import day as day_text
from web.i18n import current_language
from web.labels import status_name


@dataclass(frozen=True, slots=True)
class Appointment:
    """``day`` is the clinic's local day; the texts are in the reader's language."""

    id: int
    at: datetime
    day: date
    when: str
    on: str
    doctor: str
    confirmed: bool
    status: str
    status_name: str


def appointment_of(found: tuple[Visit, LocalizedText | None], programme: Programme) -> Appointment:
    """Read one visit with its doctor for a page."""
    visit, doctor = found
    on = programme.calendar.day_of(visit.scheduled_at)
    weekday = day_text(on, "EEEE")
    return Appointment(
        id=visit.id,
        at=visit.scheduled_at,
        day=on,
        when=_(
            "%(weekday)s, %(time)s",
            weekday=weekday[:1].upper() + weekday[1:],
            time=clock_time(visit.scheduled_at),
        ),
        on=day_text(on),
        doctor=doctor.in_language(current_language(), programme.language) if doctor else "",
        confirmed=visit.confirmed_at is not None,
        status=visit.status,
        status_name=status_name(visit.status),
    )
