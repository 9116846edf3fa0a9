"""Packages of prepaid sessions: opened, put on visits, returned (V6)."""

from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from loyalty.activity.operations import record
from loyalty.kernel.actor import Actor
from loyalty.kernel.refusal import Refusal
from loyalty.rewards.models import Package, PackageUse
from loyalty.rewards.operations.issuing import (
    check_holder,
    check_services,
    fresh_code,
    issued_before,
    local_day,
)
from loyalty.rewards.queries.packages import check_open
from loyalty.rewards.rules.values import check_sessions, check_validity


def open_package(
    session: Session,
    *,
    patient_id: int,
    service_id: int,
    sessions: int,
    actor: Actor,
    now: datetime,
    valid_to: date | None = None,
    external_id: str | None = None,
    origin: str = "sale",
) -> Package:
    """Open a package of sessions of one service; the same ``external_id`` again gives the first one back.

    Refusals: sessions_impossible, validity_reversed, service_unknown, patient_unknown, patient_merged,
    key_reused.
    """
    check_sessions(sessions)
    check_validity(local_day(session, now), valid_to)
    same = {"patient_id": patient_id, "service_id": service_id, "sessions": sessions}
    first = issued_before(session, Package, external_id, same)
    if first is not None:
        return first
    check_holder(session, patient_id)
    check_services(session, [service_id])
    package = Package(
        **same,
        external_id=external_id,
        code=fresh_code(session),
        valid_to=valid_to,
        origin=origin,
        created_at=now,
    )
    session.add(package)
    session.flush()
    _keep(session, package, "package.opened", actor, now)
    return package


def cancel_package(
    session: Session, *, package_id: int, actor: Actor, now: datetime, reason: str | None = None
) -> bool:
    """End a package: its sessions left are lost, those used stay used. False when it had ended."""
    package = _locked(session, package_id)
    if package.state == "cancelled":
        return False
    package.state = "cancelled"
    session.flush()
    _keep(session, package, "package.cancelled", actor, now, reason)
    return True


def reserve_session(
    session: Session,
    *,
    package_id: int,
    visit_id: int,
    covered_minor: int,
    now: datetime,
    today: date | None = None,
) -> bool:
    """Keep a session for a visit to come; False when this visit has one already (V6).

    ``today`` is the local day that must lie within its validity, the day of ``now`` unless given.
    Refusals: package_unknown, package_cancelled, package_expired, package_used_up.
    """
    return _put(session, "reserved", package_id, visit_id, covered_minor, now, today)


def use_session(
    session: Session,
    *,
    package_id: int,
    visit_id: int,
    covered_minor: int,
    now: datetime,
    today: date | None = None,
) -> bool:
    """Use a session on a completed visit, once (V6); what the visit had reserved becomes used.

    ``covered_minor`` is the part of the bill it pays. False for a repeat. Refusals as above.
    """
    return _put(session, "used", package_id, visit_id, covered_minor, now, today)


def _put(
    session: Session,
    state: str,
    package_id: int,
    visit_id: int,
    covered_minor: int,
    now: datetime,
    today: date | None,
) -> bool:
    package = _locked(session, package_id)
    use = session.scalar(
        select(PackageUse).where(PackageUse.package_id == package_id, PackageUse.visit_id == visit_id)
    )
    if use is None or use.state == "returned":
        check_open(package, today or local_day(session, now))
        _count_session(session, package)
    elif use.state in (state, "used"):
        return False
    if use is None:
        use = PackageUse(package_id=package_id, visit_id=visit_id)
        session.add(use)
    use.state, use.covered_minor, use.at = state, covered_minor, now
    session.flush()
    return True


def _count_session(session: Session, package: Package) -> None:
    counted = session.execute(
        update(Package)
        .where(Package.id == package.id, Package.state == "active", Package.used < Package.sessions)
        .values(used=Package.used + 1)
        .returning(Package.id)
    ).one_or_none()
    if counted is None:
        raise Refusal("package_used_up", code=package.code)


def return_session(session: Session, *, package_id: int, visit_id: int, now: datetime) -> bool:
    """Give a session back when its visit is cancelled or its completion undone: once (V6).

    False when this visit has none.
    """
    returned = session.execute(
        update(PackageUse)
        .where(
            PackageUse.package_id == package_id,
            PackageUse.visit_id == visit_id,
            PackageUse.state.in_(("reserved", "used")),
        )
        .values(state="returned", covered_minor=0, at=now)
        .returning(PackageUse.id)
    ).one_or_none()
    if returned is None:
        return False
    session.execute(update(Package).where(Package.id == package_id).values(used=Package.used - 1))
    return True


def _keep(
    session: Session, package: Package, action: str, actor: Actor, now: datetime, reason: str | None = None
) -> None:
    record(
        session,
        actor=actor,
        action=action,
        object_kind="package",
        object_id=package.id,
        patient_id=package.patient_id,
        after={"sessions": package.sessions, "used": package.used},
        reason=reason,
        now=now,
    )


def _locked(session: Session, package_id: int) -> Package:
    package = session.get(Package, package_id, with_for_update=True, populate_existing=True)
    if package is None:
        raise Refusal("package_unknown", code="")
    return package
