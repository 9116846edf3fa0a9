"""What a refund gives back beside money: to the certificates and to the points that had paid (P12)."""

from datetime import datetime

from sqlalchemy.orm import Session

from loyalty.clinic.queries import programme
from loyalty.kernel.actor import SYSTEM
from loyalty.points import operations as points
from loyalty.points.rules import visit_key
from loyalty.rewards import operations as rewards
from loyalty.settlement.queries import used_on_visit
from loyalty.visits.models import Refund, Visit


def give_back(session: Session, *, refund_id: int, now: datetime, quiet: bool = False) -> None:
    """Return a refund's parts to where they came from; repeating it changes nothing.

    Of several certificates the one that paid last is given back first. Points return to their lots with
    their old last day (P11).
    """
    refund = session.get_one(Refund, refund_id)
    if refund.certificate_minor:
        _to_certificates(session, refund, now)
    if refund.points:
        _to_points(session, refund, now, quiet)


def _to_certificates(session: Session, refund: Refund, now: datetime) -> None:
    left = refund.certificate_minor
    visit = session.get_one(Visit, refund.visit_id)
    for certificate in reversed(used_on_visit(session, visit).certificates):
        part = min(left, certificate.amount_minor - certificate.returned_minor)
        if part:
            rewards.return_to_certificate(
                session,
                certificate_id=certificate.id,
                amount_minor=part,
                key=f"refund:{refund.id}:certificate:{certificate.id}",
                visit_id=refund.visit_id,
                refund_id=refund.id,
                actor=SYSTEM,
                now=now,
            )
            left -= part


def _to_points(session: Session, refund: Refund, now: datetime, quiet: bool) -> None:
    visit = session.get_one(Visit, refund.visit_id)
    points.restore_redemption(
        session,
        patient_id=visit.patient_id,
        redeem_key=visit_key(visit.id, visit.completion, "redeem"),
        key=f"refund:{refund.id}:restore",
        today=programme(session).calendar.day_of(now),
        points=refund.points,
        visit_id=visit.id,
        refund_id=refund.id,
        actor=SYSTEM,
        quiet=quiet,
        now=now,
    )
