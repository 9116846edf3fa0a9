"""Closing and opening staff accounts; a closed one is out of every browser at once."""

from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from loyalty.access.operations.sessions import end_sessions_of
from loyalty.access.rules.sessions import STAFF
from loyalty.activity.operations import record
from loyalty.clinic.models import PasswordLink, RecoveryCode, Staff
from loyalty.clinic.operations import issue_password_link
from loyalty.clinic.rules.roles import GRANTS, Permission
from loyalty.kernel.actor import Actor
from loyalty.kernel.refusal import Refusal


def disable_staff(session: Session, *, staff_id: int, actor: Actor, now: datetime) -> bool:
    """Close an account and log it out everywhere; False when it is closed already.

    Refuses ``own_account``, ``last_administrator`` and ``staff_unknown``.
    """
    staff = _account(session, staff_id)
    if actor.kind == STAFF and actor.id == staff_id:
        raise Refusal("own_account")
    if staff.disabled_at is not None:
        return False
    if _manages(staff.role) and _managers_left(session, staff_id) == 0:
        raise Refusal("last_administrator")
    staff.disabled_at = now
    session.flush()
    end_sessions_of(session, kind=STAFF, person_id=staff_id, now=now)
    _end_links(session, staff_id, now)
    _note(session, staff, "staff.disabled", actor, now)
    return True


def enable_staff(session: Session, *, staff_id: int, actor: Actor, now: datetime) -> bool:
    """Open a closed account again; its password and second factor are the old ones. False when it is open."""
    staff = _account(session, staff_id)
    if staff.disabled_at is None:
        return False
    staff.disabled_at = None
    session.flush()
    _note(session, staff, "staff.enabled", actor, now)
    return True


def renew_password_link(session: Session, *, staff_id: int, actor: Actor, now: datetime) -> str:
    """A fresh link for setting a password; earlier ones end. Refuses ``account_closed``."""
    staff = _account(session, staff_id)
    if staff.disabled_at is not None:
        raise Refusal("account_closed")
    _end_links(session, staff_id, now)
    token = issue_password_link(session, staff=staff, now=now)
    _note(session, staff, "staff.link_issued", actor, now)
    return token


def reset_second_factor(session: Session, *, staff_id: int, reason: str, actor: Actor, now: datetime) -> bool:
    """Forget the second factor and recovery codes of who lost them, and log her out everywhere.

    Her next log-in leads from the password to the set-up. False when none is set up. Refuses
    ``own_second_factor``, ``account_closed``, ``reason_missing`` and ``staff_unknown``.
    """
    staff = _account(session, staff_id)
    if actor.kind == STAFF and actor.id == staff_id:
        raise Refusal("own_second_factor")
    if staff.disabled_at is not None:
        raise Refusal("account_closed")
    if not reason.strip():
        raise Refusal("reason_missing")
    if staff.totp_confirmed_at is None:
        return False
    staff.totp_secret = staff.totp_confirmed_at = staff.totp_last_step = None
    session.flush()
    session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff_id))
    end_sessions_of(session, kind=STAFF, person_id=staff_id, now=now)
    _note(session, staff, "staff.second_factor_reset", actor, now, reason.strip())
    return True


def _account(session: Session, staff_id: int) -> Staff:
    found = session.get(Staff, staff_id, with_for_update=True)
    if found is None:
        raise Refusal("staff_unknown")
    return found


def _manages(role: str) -> bool:
    return Permission.MANAGE_STAFF in GRANTS.get(role, frozenset())


def _managers_left(session: Session, without_id: int) -> int:
    roles = [role for role in GRANTS if _manages(role)]
    others = select(func.count()).where(
        Staff.role.in_(roles), Staff.disabled_at.is_(None), Staff.id != without_id
    )
    return session.scalar(others) or 0


def _end_links(session: Session, staff_id: int, now: datetime) -> None:
    session.execute(
        update(PasswordLink)
        .where(PasswordLink.staff_id == staff_id, PasswordLink.used_at.is_(None))
        .values(used_at=now)
    )


def _note(
    session: Session, staff: Staff, action: str, actor: Actor, now: datetime, reason: str | None = None
) -> None:
    record(
        session,
        actor=actor,
        action=action,
        object_kind="staff",
        object_id=staff.id,
        after={"role": staff.role},
        reason=reason,
        now=now,
    )
