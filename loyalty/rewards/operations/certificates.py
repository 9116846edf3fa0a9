"""Gift certificates: sold, given away, refunded (V4)."""

from datetime import date, datetime
from typing import Literal

from sqlalchemy.orm import Session

from loyalty.activity.operations import record
from loyalty.clinic.queries import programme
from loyalty.kernel.actor import Actor
from loyalty.kernel.clock import add_months
from loyalty.kernel.contacts import clean_name
from loyalty.kernel.refusal import Refusal
from loyalty.rewards.models import Certificate, CertificateEntry
from loyalty.rewards.operations.balances import enter, locked_certificate, move
from loyalty.rewards.operations.issuing import check_holder, fresh_code, issued_before, local_day
from loyalty.rewards.queries.certificates import check_payable
from loyalty.rewards.rules.values import DEFAULT_LIFE, Life, check_money, check_validity

NAME_LONGEST, GREETING_LONGEST = 120, 300


def sell_certificate(
    session: Session,
    *,
    amount_minor: int,
    actor: Actor,
    now: datetime,
    patient_id: int | None = None,
    buyer_id: int | None = None,
    valid_to: date | Literal[Life.DEFAULT] | None = DEFAULT_LIFE,
    giver: str = "",
    recipient: str = "",
    greeting: str = "",
    external_id: str | None = None,
    origin: str = "sale",
) -> Certificate:
    """Sell a certificate; selling earns no points, spending it does (P3).

    Its last day comes from the settings unless given; None is for ever. The same ``external_id`` again
    gives the first one back. Refusals: amount_not_positive, amount_too_large, validity_reversed,
    patient_unknown, patient_merged, key_reused.
    """
    check_money(amount_minor)
    today = local_day(session, now)
    last_day = _default_last_day(session, today) if valid_to is DEFAULT_LIFE else valid_to
    check_validity(today, last_day)
    same = {"amount_minor": amount_minor, "patient_id": patient_id, "buyer_id": buyer_id}
    first = issued_before(session, Certificate, external_id, same)
    if first is not None:
        return first
    check_holder(session, patient_id)
    check_holder(session, buyer_id)
    certificate = Certificate(
        **same,
        external_id=external_id,
        code=fresh_code(session),
        balance_minor=amount_minor,
        valid_to=last_day,
        giver=clean_name(giver)[:NAME_LONGEST],
        recipient=clean_name(recipient)[:NAME_LONGEST],
        greeting=greeting.strip()[:GREETING_LONGEST],
        origin=origin,
        created_at=now,
    )
    session.add(certificate)
    session.flush()
    enter(session, certificate.id, "issue", amount_minor, f"certificate:{certificate.id}:issue", actor, now)
    _keep(session, certificate, "certificate.sold", actor, now, amount_minor)
    return certificate


def _default_last_day(session: Session, today: date) -> date | None:
    months: int = programme(session).settings["certificates.life_months"]
    return add_months(today, months) if months else None


def refund_certificate(
    session: Session, *, certificate_id: int, actor: Actor, now: datetime, reason: str | None = None
) -> int:
    """Refund a purchase: how much is paid back, the unused part (V4). The certificate pays no more.

    What visits give back to it later can be refunded once more. Refusals: certificate_unknown,
    certificate_refunded, certificate_held, certificate_not_sold (it was got for points).
    """
    certificate = locked_certificate(session, certificate_id)
    if certificate.origin != "sale":
        raise Refusal("certificate_not_sold")
    return close_certificate(session, certificate, "certificate.refunded", actor, now, reason)


def close_certificate(
    session: Session, certificate: Certificate, action: str, actor: Actor, now: datetime, reason: str | None
) -> int:
    """End a locked certificate and take what is left out of it; how much that was."""
    if certificate.held_minor:
        raise Refusal("certificate_held", code=certificate.code)
    left = certificate.balance_minor
    if certificate.state != "active" and left == 0:
        raise Refusal("certificate_refunded", code=certificate.code)
    certificate.state = "refunded"
    session.flush()
    if left:
        move(session, certificate, -left)
        number = _refunds(session, certificate.id) + 1
        enter(
            session,
            certificate.id,
            "refund",
            -left,
            f"certificate:{certificate.id}:refund:{number}",
            actor,
            now,
        )
    _keep(session, certificate, action, actor, now, left, reason)
    return left


def _refunds(session: Session, certificate_id: int) -> int:
    return session.query(CertificateEntry).filter_by(certificate_id=certificate_id, kind="refund").count()


def give_certificate(
    session: Session,
    *,
    certificate_id: int,
    to_patient_id: int | None,
    actor: Actor,
    now: datetime,
    recipient: str = "",
    greeting: str = "",
    giver: str | None = None,
) -> Certificate:
    """Give a certificate to another person: a patient, or, with None, whoever brings the card (V4).

    A patient gives only what she holds, or has bought and nobody with a record holds. ``giver`` None keeps
    the name on the card. Refusals: certificate_unknown (also another patient's), certificate_refunded,
    certificate_expired, certificate_held, patient_unknown, patient_merged.
    """
    # People before what they hold, as everywhere.
    check_holder(session, to_patient_id)
    certificate = locked_certificate(session, certificate_id)
    if actor.kind == "patient" and actor.id != (certificate.patient_id or certificate.buyer_id):
        raise Refusal("certificate_unknown", code="")
    check_payable(certificate, local_day(session, now))
    if certificate.held_minor:
        raise Refusal("certificate_held", code=certificate.code)
    before = certificate.patient_id
    certificate.patient_id = to_patient_id
    certificate.recipient = clean_name(recipient)[:NAME_LONGEST]
    certificate.greeting = greeting.strip()[:GREETING_LONGEST]
    if giver is not None:
        certificate.giver = clean_name(giver)[:NAME_LONGEST]
    session.flush()
    record(
        session,
        actor=actor,
        action="certificate.given",
        object_kind="certificate",
        object_id=certificate.id,
        patient_id=before,
        before={"patient_id": before},
        after={"patient_id": to_patient_id},
        now=now,
    )
    return certificate


def _keep(
    session: Session,
    certificate: Certificate,
    action: str,
    actor: Actor,
    now: datetime,
    amount_minor: int,
    reason: str | None = None,
) -> None:
    record(
        session,
        actor=actor,
        action=action,
        object_kind="certificate",
        object_id=certificate.id,
        patient_id=certificate.patient_id,
        after={"amount_minor": amount_minor},
        reason=reason,
        now=now,
    )
