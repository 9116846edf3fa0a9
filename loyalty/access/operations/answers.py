"""A caller's own ids and the first answer each of them got (API contract)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from loyalty.access.models import ApiRequest
from loyalty.kernel.refusal import Refusal

UNDER_WAY = 0


def taken(session: Session, *, scopes: Sequence[str], body_digest: str, now: datetime) -> str | None:
    """Take ids; None when they are new, or were taken and never answered, else the first answer.

    Refuses ``key_reused`` when an id was used with another body.
    """
    known = list(session.scalars(select(ApiRequest).where(ApiRequest.scope.in_(scopes))))
    if any(request.body_digest != body_digest for request in known):
        raise Refusal("key_reused")
    for scope in set(scopes) - {request.scope for request in known}:
        session.add(ApiRequest(scope=scope, body_digest=body_digest, status=UNDER_WAY, answer="", at=now))
    session.flush()
    return next((request.answer for request in known if request.status != UNDER_WAY), None)


def keep(session: Session, *, scopes: Sequence[str], status: int, answer: str) -> None:
    """Keep the answer for the ids that have none yet; the first one stays."""
    session.execute(
        update(ApiRequest)
        .where(ApiRequest.scope.in_(scopes), ApiRequest.status == UNDER_WAY)
        .values(status=status, answer=answer)
    )
