"""Gift certificates as bills, lists and the liability report need them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from loyalty.kernel.refusal import Refusal
from loyalty.rewards.models import Certificate, CertificateEntry
from loyalty.rewards.rules.codes import clean
from loyalty.rewards.rules.values import has_ended


@dataclass(frozen=True, slots=True)
class CertificateOnBill:
    """A certificate that may pay; ``left_minor`` leaves out what is held for visits to come."""

    id: int
    code: str
    left_minor: int
    held_minor: int
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class CertificatesOfMonth:
    """What certificates ending in a month still owe; ``month`` is its first day, None never ends."""

    month: date | None
    amount_minor: int
    certificates: int


def find_certificate(session: Session, code: str) -> Certificate | None:
    """The certificate of that code, however it was typed."""
    return session.scalar(select(Certificate).where(Certificate.code == clean(code)))


def certificates_for_bill(session: Session, *, codes: Iterable[str], today: date) -> list[CertificateOnBill]:
    """The certificates of these codes, for whoever brings them, in the order given, each once.

    Refusals: certificate_unknown, certificate_refunded, certificate_expired.
    """
    wanted = list(dict.fromkeys(clean(code) for code in codes))
    rows = session.scalars(
        select(Certificate).where(Certificate.code.in_(wanted)).execution_options(populate_existing=True)
    )
    known = {certificate.code: certificate for certificate in rows}
    chosen = []
    for code in wanted:
        found = known.get(code)
        if found is None:
            raise Refusal("certificate_unknown", code=code)
        check_payable(found, today)
        left = found.balance_minor - found.held_minor
        chosen.append(CertificateOnBill(found.id, code, left, found.held_minor, found.valid_to))
    return chosen


def check_payable(certificate: Certificate, today: date) -> None:
    """Refuse a certificate that may not pay on a local day."""
    if certificate.state != "active":
        raise Refusal("certificate_refunded", code=certificate.code)
    if has_ended(certificate.valid_to, today):
        raise Refusal("certificate_expired", code=certificate.code, last_day=certificate.valid_to)


def certificate_entries(
    session: Session, certificate_id: int, *, after: int = 0, limit: int = 100
) -> Sequence[CertificateEntry]:
    """What happened to a certificate's balance, oldest first; keyset by id."""
    return session.scalars(
        select(CertificateEntry)
        .where(CertificateEntry.certificate_id == certificate_id, CertificateEntry.id > after)
        .order_by(CertificateEntry.id)
        .limit(limit)
    ).all()


def used_on_visit(session: Session, certificate_id: int, visit_id: int) -> int:
    """What a visit took from a certificate and has not given back."""
    return -(
        session.scalar(
            select(func.coalesce(func.sum(CertificateEntry.amount_minor), 0)).where(
                CertificateEntry.certificate_id == certificate_id,
                CertificateEntry.visit_id == visit_id,
                CertificateEntry.kind.in_(("use", "return")),
            )
        )
        or 0
    )


def liability_of_certificates(session: Session, today: date) -> list[CertificatesOfMonth]:
    """What the clinic owes on certificates that may still pay, by the month of their last day.

    Those that never end come last.
    """
    rows = session.execute(
        select(Certificate.valid_to, func.sum(Certificate.balance_minor), func.count())
        .where(
            Certificate.state == "active",
            Certificate.balance_minor > 0,
            or_(Certificate.valid_to.is_(None), Certificate.valid_to >= today),
        )
        .group_by(Certificate.valid_to)
    )
    months: dict[date | None, tuple[int, int]] = {}
    for valid_to, amount, count in rows:
        month = None if valid_to is None else valid_to.replace(day=1)
        before = months.get(month, (0, 0))
        months[month] = (before[0] + amount, before[1] + count)
    ordered = sorted(months, key=lambda month: month or date.max)
    return [CertificatesOfMonth(month, *months[month]) for month in ordered]
