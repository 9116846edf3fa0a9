"""Points and offers put on a visit to come: kept for it, taken when it is completed, freed when it is not."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.activity.operations import record
from loyalty.clinic.queries import Programme, programme
from loyalty.kernel.actor import Actor
from loyalty.kernel.refusal import Refusal
from loyalty.patients.queries import hold_summary
from loyalty.points import operations as points
from loyalty.rewards import operations as rewards
from loyalty.rewards.rules.codes import clean
from loyalty.settlement.models import Reservation
from loyalty.settlement.operations.taking import let_go
from loyalty.settlement.queries import Chosen, Reserved, offers_on_bill, payer, reserved
from loyalty.settlement.rules import CertificateOffered, CertificateUse, OffersOnBill
from loyalty.visits.models import Visit

_OPEN = ("booked", "arrived")


def reserve_offers(
    session: Session,
    *,
    visit_id: int,
    actor: Actor,
    now: datetime,
    points: int = 0,
    vouchers: Sequence[str] = (),
    certificates: Sequence[CertificateUse] = (),
    packages: Sequence[str] = (),
) -> bool:
    """Replace what a booked or arrived visit has reserved; False when it is the same already.

    A certificate without an amount is kept wholly. Refuses visit_unknown, visit_closed, not_enough_points,
    points_not_positive and whatever the offers' owners refuse; the bill's own rules are asked at completion.
    """
    visit = _open_visit(session, visit_id)
    if points < 0:
        raise Refusal("points_not_positive")
    kept = reserved(session, visit_id)
    chosen = Chosen(vouchers, certificates, packages)
    if _said(points, chosen) == _kept(kept):
        return False
    setup = programme(session)
    who = payer(session, visit.patient_id, setup, now)
    day = setup.calendar.day_of(now)
    offers = offers_on_bill(session, chosen, who=who, visit_id=visit_id, held=kept.held_minor, day=day)
    if kept:
        let_go(session, visit_id, visit.patient_id, kept, now=now)
    _hold(session, visit, points, offers, setup, actor, now)
    record(
        session,
        actor=actor,
        action="visit.reserved",
        object_kind="visit",
        object_id=visit_id,
        patient_id=visit.patient_id,
        before=_kept(kept),
        after=_said(points, chosen),
        now=now,
    )
    return True


def release_offers(session: Session, *, visit_id: int, now: datetime) -> bool:
    """Free what a visit that will not take place has reserved, once (V3); False when it had nothing.

    A missed visit takes its sessions where the setting ``packages.no_show_takes_session`` says so (V6).
    """
    visit = session.get_one(Visit, visit_id, populate_existing=True)
    hold_summary(session, visit.patient_id)
    kept = reserved(session, visit_id)
    if not kept:
        return False
    missed = visit.status == "no_show"
    let_go(
        session,
        visit_id,
        visit.patient_id,
        kept,
        spend_sessions=missed and programme(session).settings["packages.no_show_takes_session"],
        now=now,
    )
    return True


def _open_visit(session: Session, visit_id: int) -> Visit:
    """The visit, kept until the transaction ends, her summary first."""
    patient_id = session.scalar(select(Visit.patient_id).where(Visit.id == visit_id))
    if patient_id is None:
        raise Refusal("visit_unknown")
    hold_summary(session, patient_id)
    visit = session.get_one(Visit, visit_id, with_for_update=True, populate_existing=True)
    if visit.status not in _OPEN:
        raise Refusal("visit_closed")
    return visit


def _hold(
    session: Session,
    visit: Visit,
    wanted: int,
    offers: OffersOnBill,
    setup: Programme,
    actor: Actor,
    now: datetime,
) -> None:
    today = setup.calendar.day_of(now)
    if wanted:
        points.hold(session, patient_id=visit.patient_id, points=wanted, today=today, actor=actor, now=now)
        _keep(session, visit, "points", amount=wanted, held=wanted)
    for voucher in sorted(offers.vouchers, key=lambda voucher: voucher.id):
        rewards.reserve_voucher(
            session,
            voucher_id=voucher.id,
            visit_id=visit.id,
            patient_id=visit.patient_id,
            discount_minor=0,
            now=now,
        )
        _keep(session, visit, "voucher", voucher_id=voucher.id)
    for certificate in sorted(offers.certificates, key=lambda certificate: certificate.id):
        held = _share(certificate)
        rewards.hold_certificate(session, certificate_id=certificate.id, amount_minor=held, now=now)
        _keep(
            session,
            visit,
            "certificate",
            amount=certificate.wanted_minor,
            held=held,
            certificate_id=certificate.id,
        )
    for package in sorted(offers.packages, key=lambda package: package.id):
        rewards.reserve_session(session, package_id=package.id, visit_id=visit.id, covered_minor=0, now=now)
        _keep(session, visit, "package", package_id=package.id)


def _share(certificate: CertificateOffered) -> int:
    """What is kept of a certificate: what was said, or all of it, as far as it goes."""
    if certificate.left_minor <= 0:
        raise Refusal("certificate_too_little", left_minor=0, code=certificate.code)
    wanted = certificate.wanted_minor
    return certificate.left_minor if wanted is None else min(wanted, certificate.left_minor)


def _keep(session: Session, visit: Visit, kind: str, amount: int | None = None, **more: Any) -> None:
    session.add(Reservation(visit_id=visit.id, kind=kind, amount=amount, **more))
    session.flush()


def _said(wanted: int, chosen: Chosen) -> dict[str, Any]:
    return {
        "points": wanted,
        "vouchers": sorted(clean(code) for code in chosen.vouchers),
        "certificates": sorted([clean(use.code), use.amount_minor or 0] for use in chosen.certificates),
        "packages": sorted(clean(code) for code in chosen.packages),
    }


def _kept(kept: Reserved) -> dict[str, Any]:
    return {
        "points": kept.points,
        "vouchers": sorted(kept.voucher_codes),
        "certificates": sorted([use.code, use.amount_minor or 0] for use in kept.certificates),
        "packages": sorted(kept.package_codes),
    }
