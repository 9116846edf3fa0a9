"""The demo's staff. Password and second factors are known to everybody: they are for this clinic only."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from loyalty.access.operations import confirm_totp, set_password
from loyalty.clinic.models import Staff
from loyalty.clinic.operations import create_staff
from loyalty.clinic.queries import staff_by_email
from loyalty.kernel.actor import SYSTEM

PASSWORD = "sen-no-buoi-sang"  # noqa: S105 - known on purpose, printed by `flask demo logins`


@dataclass(frozen=True, slots=True)
class Member:
    """A staff member; ``secret`` is what her authenticator app would hold."""

    email: str
    name: str
    role: str
    secret: str


RECEPTION, DIRECTOR = "lan@annhien.example", "giam-doc@annhien.example"
STAFF = (
    Member(RECEPTION, "Nguyễn Ngọc Lan", "reception", "LANLANLAN2SENNO3BUOISANG4ANNHIEN"),
    Member("thu@annhien.example", "Lê Minh Thu", "care", "THUTHUTHU2SENNO3BUOISANG4ANNHIEN"),
    Member("minh@annhien.example", "Phạm Quang Minh", "marketing", "MINHMINH22SENNO3BUOISANG4ANNHIEN"),
    Member(DIRECTOR, "Trần Thanh Loan", "manager", "LOANLOAN22SENNO3BUOISANG4ANNHIEN"),
    Member("quan-tri@annhien.example", "Hoàng Anh Tuấn", "administrator", "TUANTUAN22SENNO3BUOISANG4ANNHIEN"),
)


def hire(session: Session, now: datetime) -> dict[str, Staff]:
    """Everybody with password and confirmed second factor, by e-mail."""
    return {member.email: _hired(session, member, now) for member in STAFF}


def _hired(session: Session, member: Member, now: datetime) -> Staff:
    person, _ = create_staff(
        session, email=member.email, name=member.name, role=member.role, actor=SYSTEM, now=now
    )
    person.language = "vi"
    set_password(session, person, PASSWORD, now)
    confirm_totp(session, person, member.secret, now)
    return person


def is_demo(session: Session) -> bool:
    """Whether the clinic of this database is the demo: nobody real has an address under .example."""
    return staff_by_email(session, DIRECTOR) is not None
