"""Reactions that give back what a visit had taken or kept: after a refund, a cancellation, an undoing."""

from datetime import datetime

from sqlalchemy.orm import Session

from loyalty.clinic.queries import programme
from loyalty.kernel.actor import SYSTEM
from loyalty.points import operations as points
from loyalty.points.rules import visit_key
from loyalty.settlement import operations as settlement
from loyalty.visits.events import CompletionUndone, VisitCancelled, VisitRefunded
from loyalty.visits.models import Visit


def release_offers(session: Session, happened: VisitCancelled, now: datetime) -> None:
    settlement.release_offers(session, visit_id=happened.visit_id, now=now)


def give_parts_back(session: Session, happened: VisitRefunded, now: datetime) -> None:
    settlement.give_back(session, refund_id=happened.refund_id, quiet=happened.quiet, now=now)


def take_visit_back(session: Session, happened: CompletionUndone, now: datetime) -> None:
    points.take_back_visit(
        session,
        visit=session.get_one(Visit, happened.visit_id),
        cause_key=visit_key(happened.visit_id, happened.completion, "undo"),
        today=programme(session).calendar.day_of(now),
        actor=SYSTEM,
        quiet=happened.quiet,
        now=now,
    )
