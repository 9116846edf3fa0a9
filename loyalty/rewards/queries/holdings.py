"""What one patient holds, by number: another's is answered as if it were not there."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from loyalty.kernel.localized import LocalizedText
from loyalty.rewards.models import Certificate, Package, Picture, Redemption, Reward, Voucher, VoucherUse
from loyalty.rewards.rules.redemptions import OPEN


def voucher_of(session: Session, voucher_id: int, patient_id: int) -> Voucher | None:
    """A patient's own voucher; promo codes are nobody's own."""
    return session.scalar(select(Voucher).where(Voucher.id == voucher_id, Voucher.patient_id == patient_id))


def certificate_of(session: Session, certificate_id: int, patient_id: int) -> Certificate | None:
    """A certificate that the patient holds, or has bought and given to nobody with a record here."""
    return session.scalar(
        select(Certificate).where(Certificate.id == certificate_id, _is_held_by(patient_id))
    )


def _is_held_by(patient_id: int) -> ColumnElement[bool]:
    return or_(
        Certificate.patient_id == patient_id,
        and_(Certificate.patient_id.is_(None), Certificate.buyer_id == patient_id),
    )


def redemption_of(session: Session, redemption_id: int, patient_id: int) -> tuple[Redemption, Reward] | None:
    """A patient's own redemption with its reward."""
    row = session.execute(
        select(Redemption, Reward)
        .join(Reward, Reward.id == Redemption.reward_id)
        .where(Redemption.id == redemption_id, Redemption.patient_id == patient_id)
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def redemption_behind(
    session: Session, patient_id: int, *, voucher_id: int | None = None, certificate_id: int | None = None
) -> tuple[Redemption, Reward] | None:
    """The patient's redemption out of which a voucher or certificate came, with its reward."""
    came = (
        Redemption.voucher_id == voucher_id
        if voucher_id is not None
        else Redemption.certificate_id == certificate_id
    )
    row = session.execute(
        select(Redemption, Reward)
        .join(Reward, Reward.id == Redemption.reward_id)
        .where(Redemption.patient_id == patient_id, came)
        .limit(1)
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def names_of_redeemed(session: Session, redemption_ids: Iterable[int]) -> dict[int, LocalizedText]:
    """The rewards' names by redemption."""
    rows = session.execute(
        select(Redemption.id, Reward.name)
        .join(Reward, Reward.id == Redemption.reward_id)
        .where(Redemption.id.in_(list(redemption_ids)))
    )
    return {row[0]: row[1] for row in rows}


def count_of_ready(session: Session, patient_id: int, today: date) -> int:
    """How many things the patient can use or fetch on a local day; one statement."""
    lasts = [
        or_(table.valid_to.is_(None), table.valid_to >= today)
        for table in (Voucher, Certificate, Package, Redemption)
    ]
    counts = (
        select(func.count()).where(
            Voucher.patient_id == patient_id,
            Voucher.state == "active",
            or_(Voucher.total_limit.is_(None), Voucher.used_count < Voucher.total_limit),
            lasts[0],
        ),
        select(func.count()).where(
            _is_held_by(patient_id),
            Certificate.state == "active",
            Certificate.balance_minor > 0,
            lasts[1],
        ),
        select(func.count()).where(
            Package.patient_id == patient_id,
            Package.state == "active",
            Package.used < Package.sessions,
            lasts[2],
        ),
        select(func.count()).where(Redemption.patient_id == patient_id, Redemption.state.in_(OPEN), lasts[3]),
    )
    found = session.execute(select(*(count.scalar_subquery() for count in counts))).one()
    return sum(found)


def reserved_vouchers(session: Session, patient_id: int) -> set[int]:
    """Which vouchers are set aside for the patient's visits to come (V3)."""
    return set(
        session.scalars(
            select(VoucherUse.voucher_id).where(
                VoucherUse.patient_id == patient_id, VoucherUse.state == "reserved"
            )
        )
    )


def picture_by_digest(session: Session, digest: str) -> Picture | None:
    return session.scalar(select(Picture).where(Picture.digest == digest))
