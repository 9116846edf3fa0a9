"""Who helped how many friends in a month: one statement for the draft and for its publication (B1, B4)."""

from typing import Any

from sqlalchemy import BigInteger, Select, bindparam, cast, exists, func, or_, select

from loyalty.clinic.models import Staff
from loyalty.clinic.queries import Programme
from loyalty.kernel.clock import Month
from loyalty.kernel.database import table_of
from loyalty.leaderboard import rules
from loyalty.patients.models import Patient
from loyalty.referrals.models import Referral

_patients, _referrals, _staff = table_of(Patient), table_of(Referral), table_of(Staff)

# F16: staff are not ranked; they are known by the phone or e-mail address they work with.
_IS_STAFF = exists().where(
    _staff.c.disabled_at.is_(None),
    or_(_staff.c.phone == _patients.c.phone, _staff.c.email == _patients.c.email),
)
#: The referrals that a month counts (B1); takes ``start`` and ``end``, half-open.
IN_MONTH = (
    _referrals.c.stage == "qualified",
    _referrals.c.qualified_at >= bindparam("start"),
    _referrals.c.qualified_at < bindparam("end"),
)


def _scores() -> Select[Any]:
    # The month's own mixing of the record number, rules.tie_key in SQL; 64 bits hold the product.
    mixed = cast(_referrals.c.referrer_id, BigInteger) * cast(bindparam("multiplier"), BigInteger)
    scored = (
        select(
            _referrals.c.referrer_id.label("patient_id"),
            func.count().label("score"),
            func.max(_referrals.c.qualified_at).label("reached_at"),
            ((mixed + bindparam("shift")) % rules.TIE_PRIME).label("tie_key"),
        )
        .join(_patients, _patients.c.id == _referrals.c.referrer_id)
        .where(*IN_MONTH, _patients.c.merged_into_id.is_(None), _patients.c.blocked_at.is_(None), ~_IS_STAFF)
        .group_by(_referrals.c.referrer_id)
        .subquery("scored")
    )
    by_score = scored.c.score.desc()
    return select(
        scored.c.patient_id,
        func.row_number().over(order_by=(by_score, scored.c.reached_at, scored.c.tie_key)).label("position"),
        func.rank().over(order_by=by_score).label("rank"),
        scored.c.score,
        scored.c.reached_at,
        scored.c.tie_key,
    )


#: The month's standings, ranked (B1, B4); takes ``start``, ``end``, ``multiplier`` and ``shift``.
STANDINGS = _scores()


def standing_parameters(month: Month, programme: Programme) -> dict[str, Any]:
    """What :data:`STANDINGS` and :data:`IN_MONTH` need to know of a month."""
    start, end = programme.calendar.month_bounds(month)
    multiplier, shift = rules.tie_factors(month)
    return {"start": start, "end": end, "multiplier": multiplier, "shift": shift}
