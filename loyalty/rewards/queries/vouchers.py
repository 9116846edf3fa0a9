"""Vouchers as bills and lists need them."""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.kernel.refusal import Refusal
from loyalty.rewards.models import Voucher, VoucherUse
from loyalty.rewards.rules.codes import clean
from loyalty.rewards.rules.values import has_begun, has_ended
from loyalty.rewards.rules.vouchers import VoucherOnBill


def find_voucher(session: Session, code: str) -> Voucher | None:
    """The voucher or promo code of that code, however it was typed."""
    return session.scalar(select(Voucher).where(Voucher.code == clean(code)))


def on_bill(voucher: Voucher) -> VoucherOnBill:
    """What the bill needs of a voucher."""
    return VoucherOnBill(
        id=voucher.id,
        code=voucher.code,
        name=voucher.name,
        kind=voucher.kind,
        percent_hundredths=voucher.percent_hundredths,
        amount_minor=voucher.amount_minor,
        max_discount_minor=voucher.max_discount_minor,
        min_bill_minor=voucher.min_bill_minor,
        service_ids=tuple(voucher.service_ids) if voucher.service_ids else None,
        first_visit_only=voucher.first_visit_only,
        combines=voucher.combines,
    )


def vouchers_for_bill(
    session: Session, *, codes: Iterable[str], patient_id: int, visit_id: int | None, today: date
) -> list[VoucherOnBill]:
    """The vouchers of these codes for a patient's bill on a local day; a repeated code counts once.

    What the visit itself has reserved does not stand in its own way. Refusals: ``voucher_unknown`` for a
    code nobody has and for another patient's alike (V5), voucher_cancelled, voucher_not_yet,
    voucher_expired, voucher_used, voucher_patient_limit.
    """
    wanted = list(dict.fromkeys(clean(code) for code in codes))
    rows = session.scalars(
        select(Voucher).where(Voucher.code.in_(wanted)).execution_options(populate_existing=True)
    )
    known = {voucher.code: voucher for voucher in rows}
    chosen = []
    for code in wanted:
        voucher = known.get(code)
        if voucher is None or voucher.patient_id not in (None, patient_id):
            raise Refusal("voucher_unknown", code=code)
        _check_usable(session, voucher, patient_id, visit_id, today)
        chosen.append(on_bill(voucher))
    return chosen


def _check_usable(
    session: Session, voucher: Voucher, patient_id: int, visit_id: int | None, today: date
) -> None:
    if voucher.state != "active":
        raise Refusal("voucher_cancelled", code=voucher.code)
    if not has_begun(voucher.valid_from, today):
        raise Refusal("voucher_not_yet", code=voucher.code, from_day=voucher.valid_from)
    if has_ended(voucher.valid_to, today):
        raise Refusal("voucher_expired", code=voucher.code, last_day=voucher.valid_to)
    own = visit_id is not None and use_of(session, voucher.id, visit_id) in ("reserved", "used")
    if own:
        return
    if voucher.total_limit is not None and voucher.used_count >= voucher.total_limit:
        raise Refusal("voucher_used", code=voucher.code)
    if reached_patient_limit(session, voucher, patient_id):
        raise Refusal("voucher_patient_limit", code=voucher.code)


def use_of(session: Session, voucher_id: int, visit_id: int) -> str | None:
    """How a voucher stands on a visit: reserved, used, freed, or None."""
    return session.scalar(
        select(VoucherUse.state).where(VoucherUse.voucher_id == voucher_id, VoucherUse.visit_id == visit_id)
    )


def reached_patient_limit(session: Session, voucher: Voucher, patient_id: int) -> bool:
    """Whether a patient has used a voucher as often as she may (V2)."""
    if voucher.patient_limit is None:
        return False
    uses = session.scalar(
        select(func.count())
        .select_from(VoucherUse)
        .where(
            VoucherUse.voucher_id == voucher.id,
            VoucherUse.patient_id == patient_id,
            VoucherUse.state != "freed",
        )
    )
    return (uses or 0) >= voucher.patient_limit


def voucher_uses(
    session: Session, voucher_id: int, *, after: int = 0, limit: int = 50
) -> Sequence[VoucherUse]:
    """On which visits a voucher was put, oldest first; keyset by id."""
    return session.scalars(
        select(VoucherUse)
        .where(VoucherUse.voucher_id == voucher_id, VoucherUse.id > after)
        .order_by(VoucherUse.id)
        .limit(limit)
    ).all()
