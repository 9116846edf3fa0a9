"""Every change of a certificate's balance, and what is held of it for visits to come (V4)."""

from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from loyalty.kernel.actor import Actor
from loyalty.kernel.refusal import Refusal
from loyalty.rewards.models import Certificate, CertificateEntry
from loyalty.rewards.operations.issuing import local_day
from loyalty.rewards.queries.certificates import check_payable, used_on_visit
from loyalty.rewards.rules.values import check_money


def use_certificate(
    session: Session,
    *,
    certificate_id: int,
    amount_minor: int,
    key: str,
    visit_id: int,
    actor: Actor,
    now: datetime,
    today: date | None = None,
) -> bool:
    """Pay a part of a visit's bill by a certificate; False when this key has paid before.

    ``today`` is the local day that must lie within its validity, the day of ``now`` unless given. What is
    held for visits to come cannot be used. Refusals: amount_not_positive, amount_too_large,
    certificate_unknown, certificate_refunded, certificate_expired, certificate_too_little.
    """
    check_money(amount_minor)
    certificate = locked_certificate(session, certificate_id)
    if _is_entered(session, key):
        return False
    check_payable(certificate, today or local_day(session, now))
    move(session, certificate, -amount_minor)
    enter(session, certificate.id, "use", -amount_minor, key, actor, now, visit_id=visit_id)
    return True


def return_to_certificate(
    session: Session,
    *,
    certificate_id: int,
    amount_minor: int,
    key: str,
    visit_id: int,
    refund_id: int | None,
    actor: Actor,
    now: datetime,
) -> bool:
    """Give back to a certificate, never more than the visit took from it; False for a repeated key (P12, V4).

    Its last day stays as it was, and what comes back after its purchase was refunded can be paid out by
    :func:`refund_certificate`. Refuses ``certificate_return_too_much``.
    """
    check_money(amount_minor)
    certificate = locked_certificate(session, certificate_id)
    if _is_entered(session, key):
        return False
    used = used_on_visit(session, certificate_id, visit_id)
    if amount_minor > used:
        raise Refusal("certificate_return_too_much", left_minor=used)
    move(session, certificate, amount_minor)
    enter(
        session,
        certificate.id,
        "return",
        amount_minor,
        key,
        actor,
        now,
        visit_id=visit_id,
        refund_id=refund_id,
    )
    return True


def hold_certificate(
    session: Session, *, certificate_id: int, amount_minor: int, now: datetime, today: date | None = None
) -> None:
    """Keep a part of a certificate for a visit to come. Refusals as in :func:`use_certificate`."""
    check_money(amount_minor)
    certificate = locked_certificate(session, certificate_id)
    check_payable(certificate, today or local_day(session, now))
    held = session.execute(
        update(Certificate)
        .where(
            Certificate.id == certificate_id,
            Certificate.held_minor + amount_minor <= Certificate.balance_minor,
        )
        .values(held_minor=Certificate.held_minor + amount_minor)
        .returning(Certificate.id)
    ).one_or_none()
    if held is None:
        _refuse_too_little(certificate)


def release_certificate(session: Session, *, certificate_id: int, amount_minor: int) -> None:
    """Let go of what was held for a visit; refuses ``certificate_return_too_much`` beyond what is held."""
    released = session.execute(
        update(Certificate)
        .where(Certificate.id == certificate_id, Certificate.held_minor >= amount_minor)
        .values(held_minor=Certificate.held_minor - amount_minor)
        .returning(Certificate.id)
    ).one_or_none()
    if released is None:
        held = locked_certificate(session, certificate_id).held_minor
        raise Refusal("certificate_return_too_much", left_minor=held)


def move(session: Session, certificate: Certificate, change: int) -> None:
    """The one conditional update behind every change of a balance; refuses ``certificate_too_little``."""
    moved = session.execute(
        update(Certificate)
        .where(
            Certificate.id == certificate.id,
            Certificate.balance_minor + change >= Certificate.held_minor,
            Certificate.balance_minor + change <= Certificate.amount_minor,
        )
        .values(balance_minor=Certificate.balance_minor + change)
        .returning(Certificate.id)
    ).one_or_none()
    if moved is None:
        _refuse_too_little(certificate)


def _refuse_too_little(certificate: Certificate) -> None:
    left = certificate.balance_minor - certificate.held_minor
    raise Refusal("certificate_too_little", code=certificate.code, left_minor=left)


def _is_entered(session: Session, key: str) -> bool:
    return session.scalar(select(CertificateEntry.id).where(CertificateEntry.key == key)) is not None


def enter(
    session: Session,
    certificate_id: int,
    kind: str,
    amount_minor: int,
    key: str,
    actor: Actor,
    now: datetime,
    visit_id: int | None = None,
    refund_id: int | None = None,
) -> None:
    """Write an entry of a balance that has just been changed; the key is unique in the database."""
    session.add(
        CertificateEntry(
            certificate_id=certificate_id,
            kind=kind,
            amount_minor=amount_minor,
            key=key,
            visit_id=visit_id,
            refund_id=refund_id,
            at=now,
            actor_kind=actor.kind,
            actor_id=actor.id,
        )
    )
    session.flush()


def locked_certificate(session: Session, certificate_id: int) -> Certificate:
    """The certificate, kept until the transaction ends."""
    certificate = session.get(Certificate, certificate_id, with_for_update=True, populate_existing=True)
    if certificate is None:
        raise Refusal("certificate_unknown", code="")
    return certificate
