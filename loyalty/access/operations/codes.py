"""A patient's way in: a one-time code sent to her phone, good in the browser that asked for it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from loyalty.access.models import LoginCode
from loyalty.access.operations import throttle
from loyalty.access.queries import Person, attempt_count, people_with_phone
from loyalty.access.rules import codes
from loyalty.access.rules.limits import DAY, address_block
from loyalty.clinic.queries import programme
from loyalty.kernel.codes import digest, new_token
from loyalty.kernel.contacts import normalise_phone
from loyalty.kernel.database import connection_of, table_of
from loyalty.kernel.refusal import Refusal

_CODES = table_of(LoginCode)
_INSERT = insert(_CODES).returning(_CODES.c.id)
SENT = "code.sent"


@dataclass(frozen=True, slots=True)
class Asked:
    """A code that was asked for. ``people`` is empty for an unknown phone: nobody gets a message then."""

    login_code_id: int
    phone: str
    expires_at: datetime
    people: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class Try:
    """A counted try at a code, ready to be compared."""

    login_code_id: int
    phone: str
    nonce: str
    code_digest: str
    tries: int
    expires_at: datetime
    used_at: datetime | None


def request_code(
    session: Session, *, phone_text: str, browser_token: str, address: str, now: datetime, secret: str
) -> Asked:
    """Make a one-time code for a phone, known or not: the work and the answer are the same.

    Refuses "phone_unreadable", "too_many_tries" (1 a minute, 5 an hour, 10 a day for a phone; more for an
    address) and "codes_exhausted" when the clinic's daily budget of codes is spent.
    """
    clinic = programme(session)
    phone = normalise_phone(phone_text, clinic.preset.region)
    throttle.take(session, "code.phone", digest(phone), now=now)
    throttle.take(session, "code.address", digest(address_block(address)), now=now)
    _keep_to_budget(session, clinic.settings["access.codes_per_day"], now)
    people = tuple(people_with_phone(session, phone))
    # Only codes that cost a message spend the budget: made-up numbers must not lock the patients out.
    throttle.count(session, SENT if people else "code.unsent", digest(phone), now=now)
    nonce = new_token()
    code = codes.code_of(secret, nonce)
    row = {
        "phone": phone,
        "browser_digest": digest(browser_token),
        "nonce": nonce,
        "code_digest": codes.code_digest(secret, nonce, code),
        "tries": 0,
        "created_at": now,
        "expires_at": now + codes.CODE_LIFE,
    }
    login_code_id = connection_of(session).execute(_INSERT, row).scalar_one()
    return Asked(login_code_id, phone, now + codes.CODE_LIFE, people)


def _keep_to_budget(session: Session, budget: int, now: datetime) -> None:
    throttle.in_turn(session, SENT, "")
    if attempt_count(session, SENT, after=now - DAY) >= budget:
        raise Refusal("codes_exhausted")


def count_try(session: Session, *, browser_token: str, address: str, now: datetime) -> Try:
    """Count a try at the latest code of this browser; commit it before comparing.

    Refuses "too_many_tries" for an address that guesses around, "code_foreign" when this browser has asked
    for no code.
    """
    throttle.take(session, "code.try", digest(address_block(address)), now=now)
    latest = (
        select(_CODES.c.id)
        .where(_CODES.c.browser_digest == digest(browser_token))
        .order_by(_CODES.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    statement = (
        update(_CODES)
        .where(_CODES.c.id == latest)
        .values(tries=_CODES.c.tries + 1)
        .returning(
            _CODES.c.id,
            _CODES.c.phone,
            _CODES.c.nonce,
            _CODES.c.code_digest,
            _CODES.c.tries,
            _CODES.c.expires_at,
            _CODES.c.used_at,
        )
    )
    row = connection_of(session).execute(statement).one_or_none()
    if row is None:
        raise Refusal("code_foreign")
    return Try(*row)


def verify_code(session: Session, *, attempt: Try, code: str, now: datetime, secret: str) -> str:
    """Use a code up and give its phone.

    Refuses "code_dead" (used, or tried five times), "code_expired" (ten minutes) and "code_wrong" with the
    tries left. A phone nobody has is refused like a wrong code.
    """
    if attempt.used_at is not None or attempt.tries > codes.CODE_TRIES:
        raise Refusal("code_dead")
    if now >= attempt.expires_at:
        raise Refusal("code_expired")
    typed = codes.code_digest(secret, attempt.nonce, codes.clean_digits(code))
    right = codes.same(typed, attempt.code_digest)
    if not right or not people_with_phone(session, attempt.phone):
        left = codes.CODE_TRIES - attempt.tries
        raise Refusal("code_wrong", tries_left=left) if left else Refusal("code_dead")
    _use_up(session, attempt.login_code_id, now)
    return attempt.phone


def _use_up(session: Session, login_code_id: int, now: datetime) -> None:
    used = session.execute(
        update(LoginCode)
        .where(LoginCode.id == login_code_id, LoginCode.used_at.is_(None))
        .values(used_at=now)
        .returning(LoginCode.id)
    ).one_or_none()
    if used is None:
        raise Refusal("code_dead")


def code_text(login_code: LoginCode, secret: str) -> str:
    """The six digits for the message; worked out anew, since no table holds them."""
    return codes.code_of(secret, login_code.nonce)
