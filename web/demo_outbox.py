"""The demo's phones: what the scripted gateway delivered, and what the demo staff's authenticators show."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.access.rules.second_factor import totp_now
from loyalty.clinic.models import Staff
from loyalty.messaging.models import Delivery

SHOWN = 200
#: Addresses under .example belong to nobody (RFC 2606): only such staff are shown with their codes.
DEMO_DOMAIN = ".example"


@dataclass(frozen=True, slots=True)
class Received:
    """One message as it lay on the phone."""

    text: str
    channel: str
    outcome: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone or mailbox with its messages, latest first."""

    recipient: str
    messages: list[Received]


@dataclass(frozen=True, slots=True)
class DemoLogin:
    """A demo staff member and the code her authenticator app shows now; None before its set-up."""

    email: str
    name: str
    code: str | None


def phones(session: Session) -> list[Phone]:
    """The last messages, by phone; the phone that received last stands first."""
    rows = session.scalars(select(Delivery).order_by(Delivery.id.desc()).limit(SHOWN))
    found: dict[str, Phone] = {}
    for row in rows:
        phone = found.setdefault(row.recipient, Phone(row.recipient, []))
        phone.messages.append(Received(row.text, row.channel, row.outcome, row.at))
    return list(found.values())


def demo_codes(session: Session, now: datetime) -> list[DemoLogin]:
    """The demo staff with their present second factor, so that a visitor can log in for real."""
    rows = session.scalars(
        select(Staff).where(Staff.email.endswith(DEMO_DOMAIN), Staff.disabled_at.is_(None)).order_by(Staff.id)
    )
    return [DemoLogin(staff.email, staff.name, _code(staff, now)) for staff in rows]


def _code(staff: Staff, now: datetime) -> str | None:
    confirmed = staff.totp_secret is not None and staff.totp_confirmed_at is not None
    return totp_now(staff.totp_secret, now) if confirmed and staff.totp_secret else None
