"""Making the demo clinic, for one transaction: it is there as a whole or not at all."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from random import Random

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from demo import catalogue, crowd, offers, staff
from demo.acts import people
from demo.moments import Moments
from demo.names import Strangers
from demo.people import FRIENDS, MEMBERS
from demo.post import deliver_past
from demo.stage import Script, Stage
from demo.story import exceptions, months, present
from loyalty.clinic.operations import set_up_clinic
from loyalty.clinic.queries import clinic
from loyalty.kernel.actor import SYSTEM, Actor
from loyalty.kernel.clock import clinic_calendar
from loyalty.patients.models import Patient
from loyalty.referrals.models import Referral
from loyalty.visits.models import Visit

ZONE = "Asia/Ho_Chi_Minh"
USUAL_PATIENTS = 72
_SEED = 20260101


class AnotherClinicError(Exception):
    """The database holds a clinic that is not the demo: nothing is added to it."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """How large the demo clinic has become."""

    patients: int
    visits: int
    referrals: int


def load(
    session: Session,
    *,
    now: datetime,
    patients: int = USUAL_PATIENTS,
    progress: Callable[[int, int], None] | None = None,
) -> Loaded | None:
    """Make the clinic An Nhiên as of ``now``; None when it is here already. The caller commits.

    The people with a story are always all there; ``patients`` above their number adds a crowd. ``progress``
    is told (done, planned) after each act. Raises :class:`AnotherClinicError`
    where another clinic has been set up.
    """
    if clinic(session) is not None:
        if staff.is_demo(session):
            return None
        raise AnotherClinicError
    moments = Moments(clinic_calendar(ZONE), now)
    script = Script(_open(session, moments))
    _write(script, patients)
    planned = len(script)
    script.play(None if progress is None else lambda done: progress(done, planned))
    deliver_past(session, now)
    return _counted(session)


def _open(session: Session, moments: Moments) -> Stage:
    """The clinic with its catalogue and staff, on the morning of its first day."""
    opened = moments.in_month(months.FIRST_MONTH, 1, "06:30")
    set_up_clinic(
        session, name=catalogue.NAME, country="VN", timezone=ZONE, currency="VND", language="vi",
        actor=SYSTEM, now=opened,
    )  # fmt: skip
    catalogue.furnish(session)
    hired = staff.hire(session, opened)
    actors = {email: Actor("staff", person.id) for email, person in hired.items()}
    offers.furnish(session, actors[staff.DIRECTOR], opened)
    return Stage(session, moments, actors, opened)


def _write(script: Script, patients: int) -> None:
    chance = Random(_SEED)
    strangers = Strangers(chance, [*MEMBERS, *FRIENDS])
    months.write(script, strangers, chance)
    exceptions.write(script)
    present.write(script)
    crowd.write(script, strangers, chance, patients - script.count(people.join, people.claim))


def _counted(session: Session) -> Loaded:
    counts = (select(func.count()).select_from(model) for model in (Patient, Visit, Referral))
    return Loaded(*(session.scalar(count) or 0 for count in counts))
