"""Redemptions as the desk, the wallet and the reminders need them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, not_, or_, select
from sqlalchemy.orm import Session

from loyalty.clinic.models import Staff
from loyalty.kernel.actor import Actor
from loyalty.patients.models import Patient
from loyalty.rewards.models import Certificate, Package, Redemption, Reward, Voucher

#: So many of each kind are read for a wallet, the latest first.
WALLET_LIMIT = 100
#: A gift is fetched; what became something else lives on in that.
_IS_FETCHED = and_(
    Redemption.voucher_id.is_(None), Redemption.certificate_id.is_(None), Redemption.package_id.is_(None)
)


@dataclass(frozen=True, slots=True)
class FulfilmentRow:
    """One line of the desk's lists."""

    redemption: Redemption
    reward: Reward
    patient_id: int
    patient_name: str


@dataclass(frozen=True, slots=True)
class Wallet:
    """What a patient holds and held, the latest first; ``redemptions`` are those to be fetched."""

    vouchers: list[Voucher]
    certificates: list[Certificate]
    packages: list[Package]
    redemptions: list[tuple[Redemption, Reward]]


@dataclass(frozen=True, slots=True)
class DueReminder:
    """A gift that has waited long enough for a reminder."""

    redemption_id: int
    patient_id: int
    valid_to: date | None


def redemption(session: Session, redemption_id: int) -> Redemption | None:
    return session.get(Redemption, redemption_id)


def redemption_by_external_id(session: Session, external_id: str) -> Redemption | None:
    return session.scalar(select(Redemption).where(Redemption.external_id == external_id))


def _is_overdue(today: date) -> ColumnElement[bool]:
    return and_(Redemption.state == "approved", Redemption.valid_to.is_not(None), Redemption.valid_to < today)


def _in_tab(tab: str, today: date) -> ColumnElement[bool]:
    if tab == "waiting":
        return and_(Redemption.state == "approved", not_(_is_overdue(today)))
    if tab == "requested":
        return Redemption.state == "requested"
    if tab == "handed_over":
        return and_(Redemption.state == "handed_over", _IS_FETCHED)
    return or_(Redemption.state.in_(("cancelled", "expired")), _is_overdue(today))


def fulfilment(
    session: Session, *, tab: str, today: date, after: int | None = None, limit: int = 50
) -> list[FulfilmentRow]:
    """A list of the desk, one of ``rules.redemptions.TABS``: open ones oldest first, past ones latest first.

    What was not fetched in time stands among the ended ones, whether or not the job has run (TM4). Keyset:
    ``after`` is the id of the last row seen.
    """
    oldest_first = tab in ("waiting", "requested")
    query = (
        select(Redemption, Reward, Patient.id, Patient.name)
        .join(Reward, Reward.id == Redemption.reward_id)
        .join(Patient, Patient.id == Redemption.patient_id)
        .where(_in_tab(tab, today))
        .order_by(Redemption.id.asc() if oldest_first else Redemption.id.desc())
        .limit(limit)
    )
    if after is not None:
        query = query.where(Redemption.id > after if oldest_first else Redemption.id < after)
    return [FulfilmentRow(*row) for row in session.execute(query)]


def fulfilment_counts(session: Session, today: date) -> dict[str, int]:
    """How many wait for the desk, by tab: ``waiting`` to be fetched, ``requested`` to be approved."""
    counts = (
        select(func.count()).select_from(Redemption).where(_in_tab(tab, today)).scalar_subquery().label(tab)
        for tab in ("waiting", "requested")
    )
    return dict(session.execute(select(*counts)).one()._mapping)


def wallet(session: Session, patient_id: int, today: date) -> Wallet:
    """What a patient holds and held; four statements whatever their number.

    Certificates that she bought and that nobody with a record here holds are hers to give. An unfetched
    gift whose last day is over shows as such by its own ``valid_to`` and ``today`` (TM4).
    """
    held = or_(
        Certificate.patient_id == patient_id,
        and_(Certificate.patient_id.is_(None), Certificate.buyer_id == patient_id),
    )
    vouchers = select(Voucher).where(Voucher.patient_id == patient_id).order_by(Voucher.id.desc())
    packages = select(Package).where(Package.patient_id == patient_id).order_by(Package.id.desc())
    certificates = select(Certificate).where(held).order_by(Certificate.id.desc())
    redemptions = (
        select(Redemption, Reward)
        .join(Reward, Reward.id == Redemption.reward_id)
        .where(Redemption.patient_id == patient_id, _IS_FETCHED)
        .order_by(Redemption.id.desc())
    )
    return Wallet(
        vouchers=list(session.scalars(vouchers.limit(WALLET_LIMIT))),
        certificates=list(session.scalars(certificates.limit(WALLET_LIMIT))),
        packages=list(session.scalars(packages.limit(WALLET_LIMIT))),
        redemptions=[(row[0], row[1]) for row in session.execute(redemptions.limit(WALLET_LIMIT))],
    )


def due_for_reminder(
    session: Session, *, today: date, now: datetime, days: int, after: int = 0, limit: int = 500
) -> list[DueReminder]:
    """Gifts that have waited ``days`` days, still can be fetched, and whose holder was not reminded yet."""
    rows = session.execute(
        select(Redemption.id, Redemption.patient_id, Redemption.valid_to)
        .where(
            Redemption.state == "approved",
            Redemption.reminded_at.is_(None),
            Redemption.approved_at <= now - timedelta(days=days),
            or_(Redemption.valid_to.is_(None), Redemption.valid_to >= today),
            Redemption.id > after,
        )
        .order_by(Redemption.id)
        .limit(limit)
    )
    return [DueReminder(*row) for row in rows]


def is_own_or_relatives(session: Session, actor: Actor, patient_id: int) -> bool:
    """Whether a staff member is the patient, her guardian or one of hers, by phone or e-mail (V7)."""
    if actor.kind != "staff" or actor.id is None:
        return False
    staff = session.get_one(Staff, actor.id)
    guardian = select(Patient.guardian_id).where(Patient.id == patient_id).scalar_subquery()
    people = session.execute(
        select(Patient.phone, Patient.email).where(
            or_(Patient.id == patient_id, Patient.id == guardian, Patient.guardian_id == patient_id)
        )
    )
    return any(
        (staff.phone is not None and phone == staff.phone) or (email is not None and email == staff.email)
        for phone, email in people
    )
