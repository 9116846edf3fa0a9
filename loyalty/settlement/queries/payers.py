"""The patient as somebody who pays a bill."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from loyalty.clinic.queries import Programme
from loyalty.kernel.database import connection_of, table_of
from loyalty.kernel.prepared import Prepared
from loyalty.kernel.refusal import Refusal
from loyalty.patients.models import Patient, PatientStats
from loyalty.patients.queries import summary_is_held
from loyalty.points.rules import cap_percent
from loyalty.referrals.models import Referral
from loyalty.referrals.rules import OPEN_STAGES, UNDONE
from loyalty.tiers.queries import tier_today

_PATIENTS = table_of(Patient)
_STATS = table_of(PatientStats)
_REFERRALS = table_of(Referral)
_PAYER = Prepared(
    select(
        _PATIENTS.c.tags,
        _PATIENTS.c.merged_into_id,
        _STATS.c.visit_count,
        _STATS.c.tier,
        _STATS.c.tier_falls_on,
        _STATS.c.tier_pin_until,
        _REFERRALS.c.id.label("referral_id"),
        _REFERRALS.c.stage,
        _REFERRALS.c.end_reason,
        _REFERRALS.c.expires_at,
        _REFERRALS.c.pack_visit_id,
        _REFERRALS.c.terms,
    )
    .join(_STATS, _STATS.c.patient_id == _PATIENTS.c.id)
    .outerjoin(_REFERRALS, _REFERRALS.c.friend_id == _PATIENTS.c.id)
    .where(_PATIENTS.c.id == bindparam("patient"))
    # Her record too: who waited here for a merge to end must see that the record is closed (P17).
    .with_for_update(of=(_STATS, _PATIENTS), key_share=True)
)
_PACK_USED = Prepared(select(_REFERRALS.c.pack_visit_id).where(_REFERRALS.c.id == bindparam("referral")))


@dataclass(frozen=True, slots=True)
class Payer:
    """What the bill needs to know of the patient; ``pack_percent`` None means no newcomer pack."""

    patient_id: int
    cap_percent: int
    pack_percent: int | None
    referral_id: int | None
    tier: str | None
    visit_count: int
    tier_falls_on: date | None
    tier_pin_until: date | None


def payer(session: Session, patient_id: int, setup: Programme, now: datetime) -> Payer:
    """The patient as a payer, her summary row locked; refuses records that can act no more.

    The share that points may pay follows her tags and her tier, the largest of them counts (P8).
    """
    row = _PAYER.first(session, patient=patient_id)
    if row is None:
        raise Refusal("patient_unknown")
    summary_is_held(session, patient_id)
    if row.merged_into_id is not None:
        raise Refusal("patient_merged")
    has_pack = (
        row.referral_id is not None
        and (row.stage in OPEN_STAGES or row.end_reason == UNDONE)
        and row.pack_visit_id is None
        and row.visit_count == 0
        and row.expires_at > now
        and not _is_pack_used(session, row.referral_id)
    )
    settings = setup.settings
    tier = tier_today(session, patient_id, row, setup, setup.calendar.day_of(now))
    segments = [*row.tags, tier] if tier else row.tags
    return Payer(
        patient_id,
        cap_percent(settings["points.cap_percent"], settings["points.cap_percent_by_tag"], segments),
        row.terms["pack_percent"] if has_pack else None,
        row.referral_id if has_pack else None,
        tier,
        row.visit_count,
        row.tier_falls_on,
        row.tier_pin_until,
    )


def _is_pack_used(session: Session, referral_id: int) -> bool:
    """Asked once more now that the summary is held: who waited for it knows the referral from before.

    On SQLite nobody waits in the middle of a transaction.
    """
    if connection_of(session).dialect.name == "sqlite":
        return False
    return _PACK_USED.scalar(session, referral=referral_id) is not None
