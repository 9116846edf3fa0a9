"""The newcomer pack, given once, for the first visit (F13)."""

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from loyalty.kernel.database import table_of
from loyalty.kernel.prepared import Prepared
from loyalty.referrals.models import Referral

_REFERRALS = table_of(Referral)
_USE = Prepared(
    update(_REFERRALS)
    .where(_REFERRALS.c.id == bindparam("referral"), _REFERRALS.c.pack_visit_id.is_(None))
    .values(pack_visit_id=bindparam("visit"))
)


def use_pack(session: Session, *, referral_id: int, visit_id: int) -> bool:
    """Spend a friend's newcomer pack on a visit; False when it was spent before (F13)."""
    return _USE.run(session, referral=referral_id, visit=visit_id) == 1


def free_pack(session: Session, *, visit_id: int) -> bool:
    """Give the pack back that a visit had used: its completion was undone. False when it had used none."""
    freed = session.execute(
        update(Referral)
        .where(Referral.pack_visit_id == visit_id)
        .values(pack_visit_id=None)
        .returning(Referral.id)
    )
    return freed.one_or_none() is not None
