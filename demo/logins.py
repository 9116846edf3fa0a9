"""Who can log in to the demo, and with what: the table that ./run prints."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from demo.acts.people import REGION
from demo.people import MEMBERS
from demo.staff import PASSWORD, STAFF
from loyalty.access.rules.second_factor import totp_now
from loyalty.kernel.contacts import normalise_phone
from loyalty.patients.queries import patients_with_phone, stats
from loyalty.referrals.queries import code_of

#: Whom to log in as, and why.
PATIENTS = {
    "mai": "an appointment to confirm, friends on their way",
    "li-min": "comes today",
    "anna": "close to gold",
    "emma": "the highest tier, a friend of hers is here",
    "thu-ha": "shares her phone with her son: choose who you are",
    "quoc-bao": "owes points after a refund",
    "tu": "pensioner, may pay a whole visit by points",
    "vy": "joined today, nothing yet",
}


def table(session: Session, *, address: str, now: datetime, has_outbox: bool) -> str:
    """The log-ins as lines of text; ``address`` is where the product is reached, without a slash."""
    lines = [
        f"Staff, {address}/admin/ with the password {PASSWORD}",
        *_aligned([("Role", "Name", "E-mail", "Code now", "TOTP secret"), *_staff(now)]),
        "",
        f"Patients, {address}/ with a code sent to the phone",
        *_aligned([("Name", "Phone", "Membership", "Why"), *_patients(session)]),
        "",
    ]
    if has_outbox:
        lines.append(f"All phones and the staff’s codes: {address}/demo/outbox")
    link = _mais_link(session)
    if link:
        lines.append(f"Mai’s invitation, as a friend opens it: {address}/i/{link}")
    return "\n".join(lines)


def _staff(now: datetime) -> Iterator[tuple[str, ...]]:
    for member in STAFF:
        yield member.role, member.name, member.email, totp_now(member.secret, now), member.secret


def _patients(session: Session) -> Iterator[tuple[str, ...]]:
    by_key = {person.key: person for person in MEMBERS}
    for key, why in PATIENTS.items():
        person = by_key[key]
        yield person.name, person.phone, _standing(session, person.name, person.phone), why


def _standing(session: Session, name: str, phone: str) -> str:
    for patient in patients_with_phone(session, normalise_phone(phone, REGION)):
        row = stats(session, patient.id)
        if patient.name == name and row is not None:
            helped = row.referral_count
            return f"{row.tier or 'newcomer'}, {helped} friend{'' if helped == 1 else 's'} helped"
    return "has another name or phone by now"


def _mais_link(session: Session) -> str | None:
    mai = next(person for person in MEMBERS if person.key == "mai")
    known = patients_with_phone(session, normalise_phone(mai.phone, REGION))
    code = code_of(session, known[0].id) if known else None
    return code.code if code else None


def _aligned(rows: Iterable[Sequence[str]]) -> list[str]:
    table = list(rows)
    widths = [max(_width(cell) for cell in column) for column in zip(*table, strict=True)]
    return [
        "  " + "  ".join(_padded(*cell) for cell in zip(row, widths, strict=True)).rstrip() for row in table
    ]


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def _width(text: str) -> int:
    """Columns of a terminal: Chinese signs take two, combining marks none."""
    return sum(
        0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in "WF" else 1
        for sign in text
    )
