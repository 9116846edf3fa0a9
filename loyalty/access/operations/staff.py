"""The staff's way in: password, then a second factor; each step counted before it is checked."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from loyalty.access.operations import throttle
from loyalty.access.operations.sessions import end_sessions_of
from loyalty.access.queries import attempt_times, staff_of_link
from loyalty.access.rules import passwords, second_factor
from loyalty.access.rules.codes import same
from loyalty.access.rules.limits import FAILURES_REMEMBERED, address_block, wait_after_failures
from loyalty.access.rules.sessions import STAFF
from loyalty.activity.operations import record
from loyalty.clinic.models import PasswordLink, RecoveryCode, Staff
from loyalty.kernel.actor import Actor
from loyalty.kernel.codes import clean_code, digest
from loyalty.kernel.contacts import clean_name
from loyalty.kernel.refusal import Refusal

PASSWORD, SECOND = "password", "second"


@dataclass(frozen=True, slots=True)
class PasswordTry:
    """A counted try; unknown and disabled accounts look like any other, with no digest to match."""

    staff_id: int | None
    password_hash: str | None
    subject: str


def count_password_try(session: Session, *, email: str, address: str, now: datetime) -> PasswordTry:
    """Count a try at a password; commit it before the costly comparison.

    Refuses "too_many_tries" while the growing pause of this account at this address lasts (5 s from the third
    failure, doubling, 15 minutes at most); from elsewhere the account stays open.
    """
    email = clean_name(email).lower()
    subject = digest(f"{email}\0{address_block(address)}")
    _count_after_pause(session, PASSWORD, subject, now)
    row = session.execute(
        select(Staff.id, Staff.password_hash).where(Staff.email == email, Staff.disabled_at.is_(None))
    ).one_or_none()
    staff_id, password_hash = row if row is not None else (None, None)
    return PasswordTry(staff_id, password_hash, subject)


def _count_after_pause(session: Session, scope: str, subject: str, now: datetime) -> None:
    throttle.in_turn(session, scope, subject)
    times = attempt_times(session, scope, subject, after=now - FAILURES_REMEMBERED)
    throttle.refuse_early(wait_after_failures(len(times), times[0] if times else None, now))
    throttle.count(session, scope, subject, now=now)


def accept_password(session: Session, *, attempt: PasswordTry, fresh_hash: str | None) -> None:
    """A right password ends the pause of its account at this address.

    ``fresh_hash`` replaces a digest made with earlier costs. An account without a second factor gets the
    secret that the set-up page shows.
    """
    throttle.forget(session, (PASSWORD,), attempt.subject)
    if fresh_hash is not None:
        session.execute(update(Staff).where(Staff.id == attempt.staff_id).values(password_hash=fresh_hash))
    session.execute(
        update(Staff)
        .where(Staff.id == attempt.staff_id, Staff.totp_secret.is_(None))
        .values(totp_secret=second_factor.new_totp_secret())
    )


def set_password(session: Session, staff: Staff, password: str, now: datetime) -> None:
    """Give a staff member a new password and log her out everywhere.

    Refuses "password_short", "password_long" and "password_common".
    """
    passwords.check_new(password, (staff.email, staff.name))
    staff.password_hash = passwords.hash_password(password)
    end_sessions_of(session, kind=STAFF, person_id=staff.id, now=now)
    _note(session, staff, "staff.password_set", now)
    session.flush()


def use_password_link(session: Session, *, token: str, password: str, now: datetime) -> Staff:
    """Set the password a one-time link is for; refuses "link_dead" once it was used or is too old."""
    staff = staff_of_link(session, token, now=now)
    used = session.execute(
        update(PasswordLink)
        .where(PasswordLink.token_digest == digest(token), PasswordLink.used_at.is_(None))
        .values(used_at=now)
        .returning(PasswordLink.id)
    ).one_or_none()
    if staff is None or used is None:
        raise Refusal("link_dead")
    set_password(session, staff, password, now)
    return staff


def confirm_totp(session: Session, staff: Staff, secret: str, now: datetime) -> list[str]:
    """Make a secret the second factor; gives the recovery codes, of which only digests are kept."""
    staff.totp_secret = secret
    staff.totp_confirmed_at = now
    session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff.id))
    shown = second_factor.new_recovery_codes()
    session.add_all(
        RecoveryCode(staff_id=staff.id, code_digest=_recovery_digest(staff, code)) for code in shown
    )
    _note(session, staff, "staff.totp_confirmed", now)
    session.flush()
    return shown


def count_second_try(session: Session, *, staff_id: int, address: str, now: datetime) -> None:
    """Count a try at a second factor; commit it before comparing. Refuses "too_many_tries"."""
    throttle.take(session, "second.account", str(staff_id), now=now)
    _count_after_pause(session, SECOND, _second_subject(staff_id, address), now)


def forget_second_failures(session: Session, *, staff_id: int, address: str) -> None:
    throttle.forget(session, (SECOND,), _second_subject(staff_id, address))


def _second_subject(staff_id: int, address: str) -> str:
    return digest(f"{staff_id}\0{address_block(address)}")


def use_totp(session: Session, *, staff: Staff, code: str, now: datetime) -> None:
    """Accept a code of the authenticator app once; refuses "second_wrong", also for a code used before."""
    step = None
    if staff.totp_secret is not None:
        step = second_factor.matching_step(staff.totp_secret, code, now, staff.totp_last_step)
    if step is None or not _advance(session, staff, step):
        raise Refusal("second_wrong")


def _advance(session: Session, staff: Staff, step: int) -> bool:
    """Remember the step in one statement: of two requests with the same code one gets in."""
    unused = (Staff.totp_last_step.is_(None)) | (Staff.totp_last_step < step)
    taken = session.execute(
        update(Staff).where(Staff.id == staff.id, unused).values(totp_last_step=step).returning(Staff.id)
    ).one_or_none()
    return taken is not None


def use_recovery_code(session: Session, *, staff: Staff, code: str, now: datetime) -> int:
    """Accept a recovery code once; gives how many are left. Refuses "second_wrong"."""
    wanted = _recovery_digest(staff, code)
    unused = session.scalars(
        select(RecoveryCode).where(RecoveryCode.staff_id == staff.id, RecoveryCode.used_at.is_(None))
    ).all()
    found = next((row for row in unused if same(row.code_digest, wanted)), None)
    if found is None or not _use_up(session, found.id, now):
        raise Refusal("second_wrong")
    _note(session, staff, "staff.recovery_code_used", now)
    return len(unused) - 1


def _use_up(session: Session, recovery_code_id: int, now: datetime) -> bool:
    taken = session.execute(
        update(RecoveryCode)
        .where(RecoveryCode.id == recovery_code_id, RecoveryCode.used_at.is_(None))
        .values(used_at=now)
        .returning(RecoveryCode.id)
    ).one_or_none()
    return taken is not None


def _recovery_digest(staff: Staff, code: str) -> str:
    return digest(f"{staff.id}:{clean_code(code)}")


def _note(session: Session, staff: Staff, action: str, now: datetime) -> None:
    record(
        session,
        actor=Actor(STAFF, staff.id),
        action=action,
        object_kind="staff",
        object_id=staff.id,
        now=now,
    )
