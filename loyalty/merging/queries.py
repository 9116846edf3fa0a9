"""What a merge would do, before anybody confirms it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from loyalty.badges.models import BadgeAward
from loyalty.kernel.refusal import Refusal
from loyalty.leaderboard.models import BoardRow, Nickname
from loyalty.merging.rules import words_to_repeat
from loyalty.messaging.models import Message
from loyalty.patients.models import Consent, Patient, PatientStats
from loyalty.points.models import LedgerEntry, Lot, ManualEntry
from loyalty.referrals.models import InviteCode, Referral
from loyalty.rewards.models import Certificate, Package, Redemption, Voucher
from loyalty.visits.models import AppointmentRequest, Visit

#: What is counted on both sides, by a name that pages know.
_COUNTED: tuple[tuple[str, Any], ...] = (
    ("visits", Visit.patient_id),
    ("requests", AppointmentRequest.patient_id),
    ("entries", LedgerEntry.patient_id),
    ("manual_entries", ManualEntry.patient_id),
    ("friends", Referral.referrer_id),
    ("vouchers", Voucher.patient_id),
    ("certificates", Certificate.patient_id),
    ("packages", Package.patient_id),
    ("redemptions", Redemption.patient_id),
    ("messages", Message.patient_id),
    ("consents", Consent.patient_id),
    ("badges", BadgeAward.patient_id),
    ("dependants", Patient.guardian_id),
)


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two records: who it is, what it counts, and its sums."""

    patient: Patient
    stats: PatientStats
    counts: dict[str, int]
    lots_points: int
    certificates_minor: int


@dataclass(frozen=True, slots=True)
class Preview:
    """Both records side by side; ``conflicts`` are codes of what both have and only one can keep."""

    merged: Side
    kept: Side
    conflicts: tuple[str, ...]

    @property
    def balance(self) -> int:
        """The balance afterwards: the sum of both (P17)."""
        return self.merged.stats.points_balance + self.kept.stats.points_balance

    @property
    def certificates_minor(self) -> int:
        return self.merged.certificates_minor + self.kept.certificates_minor


def pair_to_merge(
    session: Session, merged: Patient | None, kept: Patient | None
) -> tuple[Patient, Patient] | None:
    """The two records when they may be merged, None when they have been; refuses as ``merge_patients``."""
    if merged is None or kept is None:
        raise Refusal("patient_unknown")
    if merged.id == kept.id:
        raise Refusal("merge_same")
    if merged.merged_into_id == kept.id:
        return None
    if merged.merged_into_id is not None or kept.merged_into_id is not None:
        raise Refusal("merge_merged")
    others = select(Patient.id).where(Patient.merged_into_id == merged.id).limit(1)
    if session.scalar(others) is not None:
        raise Refusal("merge_chain")
    return merged, kept


def preview(session: Session, from_id: int, into_id: int) -> Preview:
    """What would move and what clashes, writing nothing; refuses what ``merge_patients`` refuses."""
    pair = pair_to_merge(session, session.get(Patient, from_id), session.get(Patient, into_id))
    if pair is None:
        raise Refusal("merge_merged")
    found = tuple(code for code, clashes in _CONFLICTS.items() if clashes(session, from_id, into_id))
    return Preview(_side(session, pair[0]), _side(session, pair[1]), found)


def kept_of(session: Session, patient_id: int) -> Patient | None:
    """The record that a merged one became; None for one that was not merged."""
    found = session.get(Patient, patient_id)
    if found is None or found.merged_into_id is None:
        return None
    return session.get(Patient, found.merged_into_id)


def words_of(session: Session, patient_id: int) -> dict[str, list[Consent]]:
    """A patient's acts of consent by purpose, oldest first."""
    found: dict[str, list[Consent]] = defaultdict(list)
    acts = select(Consent).where(Consent.patient_id == patient_id).order_by(Consent.id)
    for act in session.scalars(acts):
        found[act.purpose].append(act)
    return found


def _side(session: Session, patient: Patient) -> Side:
    counts = {
        name: session.scalar(select(func.count()).where(column == patient.id)) or 0
        for name, column in _COUNTED
    }
    lots = select(func.coalesce(func.sum(Lot.remaining), 0)).where(Lot.patient_id == patient.id)
    certificates = select(func.coalesce(func.sum(Certificate.balance_minor), 0)).where(
        Certificate.patient_id == patient.id
    )
    return Side(
        patient,
        session.get_one(PatientStats, patient.id),
        counts,
        session.scalar(lots) or 0,
        session.scalar(certificates) or 0,
    )


def _own_introduction(session: Session, one: int, other: int) -> bool:
    ends = (Referral.referrer_id, Referral.friend_id)
    pairs = [and_(ends[0] == left, ends[1] == right) for left, right in ((one, other), (other, one))]
    return session.scalar(select(Referral.id).where(or_(*pairs)).limit(1)) is not None


def _both_introduced(session: Session, one: int, other: int) -> bool:
    return _both(session, Referral.friend_id, one, other)


def _both(session: Session, column: Any, one: int, other: int) -> bool:
    held = select(func.count(column.distinct())).where(column.in_((one, other)))
    return session.scalar(held) == len({one, other})


def _shared(session: Session, subject: Any, owner: Any, one: int, other: int) -> bool:
    first, second = (select(subject).where(owner == patient_id) for patient_id in (one, other))
    return session.execute(first.intersect(second).limit(1)).first() is not None


def _consents_differ(session: Session, one: int, other: int) -> bool:
    merged, kept = words_of(session, one), words_of(session, other)
    return any(_differ(kept[purpose], words) for purpose, words in merged.items() if purpose in kept)


def _differ(kept: Sequence[Consent], merged: Sequence[Consent]) -> bool:
    return (
        bool(words_to_repeat(kept, merged))
        or bool(words_to_repeat(merged, kept))
        or (kept[-1].granted != merged[-1].granted)
    )


_CONFLICTS = {
    "own_introduction": _own_introduction,
    "both_introduced": _both_introduced,
    "same_badges": lambda session, one, other: _shared(
        session, BadgeAward.badge, BadgeAward.patient_id, one, other
    ),
    "both_codes": lambda session, one, other: _both(session, InviteCode.patient_id, one, other),
    "both_nicknames": lambda session, one, other: _both(session, Nickname.patient_id, one, other),
    "same_board": lambda session, one, other: _shared(
        session, BoardRow.board_id, BoardRow.patient_id, one, other
    ),
    "consents_differ": _consents_differ,
}
