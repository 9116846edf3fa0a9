from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, bindparam, event, extract, func, or_, select
from sqlalchemy.orm import Session

from loyalty.kernel.clock import birthday_in
from loyalty.kernel.contacts import search_key
from loyalty.kernel.database import connection_of, table_of
from loyalty.kernel.prepared import Prepared
from loyalty.patients.models import Consent, Patient, PatientStats

_CONSENTS, _STATS = table_of(Consent), table_of(PatientStats)
_HELD = "held_summaries"
_LEAP_DAY = date(2000, 2, 29)
#: What of a summary row decides about the tier (M1, M6, M10).
STANDING = (
    _STATS.c.visit_count,
    _STATS.c.referral_count,
    _STATS.c.tier,
    _STATS.c.tier_falls_on,
    _STATS.c.tier_pin,
    _STATS.c.tier_pin_until,
    _STATS.c.tier_pin_lowers,
)
_HOLD = Prepared(
    select(_STATS.c.patient_id).where(_STATS.c.patient_id == bindparam("patient")).with_for_update()
)


@dataclass(frozen=True, slots=True)
class PatientRow:
    """A patient as lists show her."""

    id: int
    name: str
    phone: str | None
    card_number: str
    birth_date: date | None
    tier: str | None
    visit_count: int
    last_visit_at: datetime | None


def hold_summary(session: Session, patient_id: int) -> None:
    """Keep a patient's summary row until the transaction ends, in a statement of its own.

    Who counts after it sees what everybody else has committed: an UPDATE that waits for the row goes on with
    the counts of the moment at which it began, and the other's visit or friend would be lost (M1 to M3).
    SQLite's one writer holds every row anyway.
    """
    held = session.info.setdefault(_HELD, set())
    if patient_id not in held and connection_of(session).dialect.name != "sqlite":
        _HOLD.scalar(session, patient=patient_id)
        held.add(patient_id)


def summary_is_held(session: Session, patient_id: int) -> None:
    """Note that a statement has just locked a patient's summary row, so that nobody does it again."""
    session.info.setdefault(_HELD, set()).add(patient_id)


def _let_go(session: Session, *_: object) -> None:
    session.info.pop(_HELD, None)


event.listen(Session, "after_commit", _let_go)
event.listen(Session, "after_soft_rollback", _let_go)


def patient(session: Session, patient_id: int) -> Patient | None:
    return session.get(Patient, patient_id)


def patient_by_external_id(session: Session, external_id: str) -> Patient | None:
    return session.scalar(select(Patient).where(Patient.external_id == external_id))


def patients_with_phone(session: Session, phone: str) -> list[Patient]:
    """The living, unmerged and unblocked patients behind a phone in E.164: often a whole family (I2)."""
    return list(
        session.scalars(
            select(Patient)
            .where(
                Patient.phone == phone,
                Patient.merged_into_id.is_(None),
                Patient.deceased_on.is_(None),
                Patient.blocked_at.is_(None),
            )
            .order_by(Patient.id)
        )
    )


_ROW = select(
    Patient.id,
    Patient.name,
    Patient.phone,
    Patient.card_number,
    Patient.birth_date,
    PatientStats.tier,
    PatientStats.visit_count,
    PatientStats.last_visit_at,
).join(PatientStats, PatientStats.patient_id == Patient.id)


def search_patients(
    session: Session, text: str, *, after: tuple[str, int] | None = None, limit: int = 50
) -> list[PatientRow]:
    """Patients by any part of the name without diacritics, by phone digits or by card number.

    Keyset-paged: ``after`` is (search_name, id) of the last row seen.
    """
    words = search_key(text)
    digits = "".join(sign for sign in text if sign.isdigit())
    wanted = [Patient.search_name.contains(words, autoescape=True)] if words else []
    if len(digits) >= 3:
        wanted += [Patient.phone.endswith(digits.lstrip("0")), Patient.card_number.startswith(digits)]
        wanted.append(Patient.id.in_(_taken_over(digits)))
    query = _ROW.where(Patient.merged_into_id.is_(None))
    if wanted:
        query = query.where(or_(*wanted))
    if after is not None:
        name, patient_id = after
        query = query.where(
            or_(Patient.search_name > name, and_(Patient.search_name == name, Patient.id > patient_id))
        )
    rows = session.execute(query.order_by(Patient.search_name, Patient.id).limit(limit))
    return [PatientRow(*row) for row in rows]


def _taken_over(digits: str) -> Select[int | None]:
    """Who took over a merged record's phone or card: both are still in people's hands (P17)."""
    phone, card = Patient.phone.endswith(digits.lstrip("0")), Patient.card_number.startswith(digits)
    gone = Patient.merged_into_id
    return select(gone).where(gone.is_not(None), or_(phone, card))


def consents_of(session: Session, patient_id: int) -> dict[tuple[str, str], Consent]:
    """The latest act per purpose and channel; earlier ones stay in the table."""
    acts = session.scalars(select(Consent).where(Consent.patient_id == patient_id).order_by(Consent.id))
    return {(act.purpose, act.channel): act for act in acts}


_LATEST_WORD = Prepared(
    select(_CONSENTS.c.granted)
    .where(
        _CONSENTS.c.patient_id == bindparam("patient"),
        _CONSENTS.c.purpose == bindparam("purpose"),
        or_(_CONSENTS.c.channel == bindparam("channel"), _CONSENTS.c.channel == "any"),
    )
    .order_by(_CONSENTS.c.id.desc())
    .limit(1)
)


def consent_given(session: Session, patient_id: int, purpose: str, channel: str = "any") -> bool:
    """Whether the patient's latest word on a purpose is yes, for that channel or for any (C5).

    A later word on "any" channel overrides earlier words on one channel.
    """
    return bool(_LATEST_WORD.scalar(session, patient=patient_id, purpose=purpose, channel=channel))


def stats(session: Session, patient_id: int) -> PatientStats | None:
    return session.get(PatientStats, patient_id)


def born_on(session: Session, days: Sequence[date], *, after: int, limit: int) -> Sequence[Any]:
    """Living patients whose birthday one of these days is (TM5): (id, birth_date, created_at), by id."""
    month, day = extract("month", Patient.birth_date), extract("day", Patient.birth_date)
    dates = {(one.month, one.day) for one in days}
    if any((one.month, one.day) == (2, 28) and birthday_in(one.year, _LEAP_DAY) == one for one in days):
        dates.add((2, 29))
    query = select(Patient.id, Patient.birth_date, Patient.created_at).where(
        or_(*(and_(month == number, day == in_month) for number, in_month in sorted(dates))),
        Patient.merged_into_id.is_(None),
        Patient.deceased_on.is_(None),
        Patient.id > after,
    )
    return session.execute(query.order_by(Patient.id).limit(limit)).all()


def without_source(session: Session, *, start: datetime, end: datetime) -> int:
    """How many patients who joined in the period still lack a source (F18)."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Patient)
            .where(
                Patient.created_at >= start,
                Patient.created_at < end,
                Patient.source_kind.is_(None),
                Patient.merged_into_id.is_(None),
            )
        )
        or 0
    )


def list_without_source(session: Session, *, after: int | None = None, limit: int = 50) -> list[PatientRow]:
    """The to-do list of patients whose source nobody has asked for yet, oldest first (F18)."""
    query = _ROW.where(Patient.source_kind.is_(None), Patient.merged_into_id.is_(None))
    if after is not None:
        query = query.where(Patient.id > after)
    return [PatientRow(*row) for row in session.execute(query.order_by(Patient.id).limit(limit))]
