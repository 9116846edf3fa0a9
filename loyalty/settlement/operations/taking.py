"""What a completed visit takes from points and offers, and how what was put on it is let go."""

from datetime import date, datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from loyalty.clinic.queries import programme
from loyalty.kernel.actor import Actor
from loyalty.points import operations as points
from loyalty.points.rules import visit_key
from loyalty.referrals.operations import use_pack
from loyalty.rewards import operations as rewards
from loyalty.settlement.models import Reservation
from loyalty.settlement.queries import Payer, Reserved
from loyalty.settlement.rules import Bill


def take(
    session: Session,
    visit_id: int,
    completion: int,
    who: Payer,
    bill: Bill,
    *,
    day: date,
    actor: Actor,
    now: datetime,
) -> None:
    """Take what the bill uses; every part is checked once more under the lock of its own row (V3, V4, V6)."""
    if bill.points_used:
        points.redeem(
            session,
            patient_id=who.patient_id,
            points=bill.points_used,
            key=visit_key(visit_id, completion, "redeem"),
            today=programme(session).calendar.day_of(now),
            visit_id=visit_id,
            actor=actor,
            now=now,
            quiet=True,
        )
    if who.referral_id is not None and bill.pack_minor:
        use_pack(session, referral_id=who.referral_id, visit_id=visit_id)
    # Rows of one kind by id, kinds in one order: two bills that share offers never wait in a circle.
    for voucher_id, discount_minor in sorted(bill.voucher_discounts):
        rewards.use_voucher(
            session,
            voucher_id=voucher_id,
            visit_id=visit_id,
            patient_id=who.patient_id,
            discount_minor=discount_minor,
            now=now,
        )
    for certificate_id, amount_minor in sorted(bill.certificates):
        rewards.use_certificate(
            session,
            certificate_id=certificate_id,
            amount_minor=amount_minor,
            key=visit_key(visit_id, completion, f"certificate:{certificate_id}"),
            visit_id=visit_id,
            today=day,
            actor=actor,
            now=now,
        )
    for package_id, covered_minor in sorted(bill.package_uses):
        rewards.use_session(
            session, package_id=package_id, visit_id=visit_id, covered_minor=covered_minor, today=day, now=now
        )


def let_go(
    session: Session,
    visit_id: int,
    patient_id: int,
    kept: Reserved,
    *,
    now: datetime,
    taking: Bill | None = None,
    spend_sessions: bool = False,
) -> None:
    """End a visit's reservations; what the bill ``taking`` uses stays counted and becomes used.

    ``spend_sessions`` takes reserved sessions instead of giving them back: the setting for missed visits.
    """
    points.release_hold(session, patient_id=patient_id, points=kept.points)
    used = dict(taking.voucher_discounts) if taking else {}
    for voucher_id in sorted(set(kept.vouchers) - set(used)):
        rewards.free_voucher(session, voucher_id=voucher_id, visit_id=visit_id, now=now)
    for certificate_id, held in sorted(kept.held_minor.items()):
        rewards.release_certificate(session, certificate_id=certificate_id, amount_minor=held)
    sessions = dict(taking.package_uses) if taking else {}
    for package_id in sorted(set(kept.packages) - set(sessions)):
        if spend_sessions:
            rewards.use_session(session, package_id=package_id, visit_id=visit_id, covered_minor=0, now=now)
        else:
            rewards.return_session(session, package_id=package_id, visit_id=visit_id, now=now)
    session.execute(delete(Reservation).where(Reservation.visit_id == visit_id))
