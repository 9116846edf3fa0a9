"""Vouchers and promo codes: issued, put on visits, freed, cancelled (V2, V3)."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import or_, update
from sqlalchemy.orm import Session

from loyalty.activity.operations import record
from loyalty.kernel.actor import Actor
from loyalty.kernel.localized import LocalizedText
from loyalty.kernel.refusal import Refusal
from loyalty.rewards.models import Voucher, VoucherUse
from loyalty.rewards.operations.issuing import check_holder, check_services, fresh_code, issued_before
from loyalty.rewards.queries.codes import find_code
from loyalty.rewards.queries.vouchers import reached_patient_limit
from loyalty.rewards.rules import codes
from loyalty.rewards.rules.values import check_limit, check_money, check_validity
from loyalty.rewards.rules.vouchers import check_value


def issue_voucher(
    session: Session,
    *,
    kind: str,
    actor: Actor,
    now: datetime,
    percent_hundredths: int | None = None,
    amount_minor: int | None = None,
    service_ids: Iterable[int] | None = None,
    patient_id: int | None = None,
    name: LocalizedText | None = None,
    max_discount_minor: int | None = None,
    min_bill_minor: int | None = None,
    first_visit_only: bool = False,
    combines: bool = False,
    valid_from: date | None = None,
    valid_to: date | None = None,
    total_limit: int | None = 1,
    patient_limit: int | None = None,
    code: str | None = None,
    external_id: str | None = None,
    origin: str = "staff",
) -> Voucher:
    """Issue a voucher to a patient, or, without one, a promo code, whose ``code`` the clinic may choose.

    The same ``external_id`` again gives the first one back. Refusals: unknown_choice, percent_impossible,
    amount_not_positive, amount_too_large, voucher_service_missing, service_unknown, validity_reversed,
    limit_impossible, voucher_code_bad, code_taken, patient_unknown, patient_merged, key_reused.
    """
    services = sorted(set(service_ids or ()))
    check_value(kind, percent_hundredths, amount_minor, services)
    check_validity(valid_from, valid_to)
    for limit in (total_limit, patient_limit):
        check_limit(limit)
    for bound_minor in (max_discount_minor, min_bill_minor):
        if bound_minor is not None:
            check_money(bound_minor)
    value = {
        "kind": kind,
        "patient_id": patient_id,
        "percent_hundredths": percent_hundredths if kind == "percent" else None,
        "amount_minor": amount_minor if kind == "amount" else None,
    }
    first = issued_before(session, Voucher, external_id, value)
    if first is not None:
        return first
    check_holder(session, patient_id)
    check_services(session, services)
    voucher = Voucher(
        **value,
        external_id=external_id,
        code=_code(session, code, patient_id),
        name=name or LocalizedText(),
        max_discount_minor=max_discount_minor,
        min_bill_minor=min_bill_minor,
        service_ids=services or None,
        first_visit_only=first_visit_only,
        combines=combines,
        valid_from=valid_from,
        valid_to=valid_to,
        total_limit=total_limit,
        patient_limit=patient_limit,
        origin=origin,
        created_at=now,
    )
    session.add(voucher)
    session.flush()
    _keep(session, voucher, "voucher.issued", actor, now)
    return voucher


def _code(session: Session, wanted: str | None, patient_id: int | None) -> str:
    if wanted is None:
        return fresh_code(session)
    if patient_id is not None:
        # A patient's own voucher is never a word that others can guess (V5).
        raise Refusal("voucher_code_bad", shortest=codes.SHORTEST, longest=codes.LONGEST)
    code = codes.chosen(wanted)
    if find_code(session, code) is not None:
        raise Refusal("code_taken", code=code)
    return code


def _keep(
    session: Session, voucher: Voucher, action: str, actor: Actor, now: datetime, reason: str | None = None
) -> None:
    record(
        session,
        actor=actor,
        action=action,
        object_kind="voucher",
        object_id=voucher.id,
        patient_id=voucher.patient_id,
        after={"kind": voucher.kind, "origin": voucher.origin},
        reason=reason,
        now=now,
    )


def cancel_voucher(
    session: Session, *, voucher_id: int, actor: Actor, now: datetime, reason: str | None = None
) -> bool:
    """End a voucher or promo code; what it gave to completed visits stays. False when it had ended."""
    voucher = _locked(session, voucher_id)
    if voucher.state == "cancelled":
        return False
    voucher.state, voucher.cancelled_at = "cancelled", now
    session.flush()
    _keep(session, voucher, "voucher.cancelled", actor, now, reason)
    return True


def reserve_voucher(
    session: Session,
    *,
    voucher_id: int,
    visit_id: int,
    patient_id: int,
    discount_minor: int,
    now: datetime,
) -> bool:
    """Keep a voucher for a visit to come, so that no other visit can have it (V3).

    False when this visit has it already. Refusals: voucher_unknown (also another patient's),
    voucher_cancelled, voucher_used, voucher_patient_limit. Days are the bill's business.
    """
    return _put(session, "reserved", voucher_id, visit_id, patient_id, discount_minor, now)


def use_voucher(
    session: Session,
    *,
    voucher_id: int,
    visit_id: int,
    patient_id: int,
    discount_minor: int,
    now: datetime,
) -> bool:
    """Use a voucher on a completed visit; what the visit had reserved becomes used (V3).

    False for a repeat. Refusals as in :func:`reserve_voucher`.
    """
    return _put(session, "used", voucher_id, visit_id, patient_id, discount_minor, now)


def _put(
    session: Session,
    state: str,
    voucher_id: int,
    visit_id: int,
    patient_id: int,
    discount_minor: int,
    now: datetime,
) -> bool:
    voucher = _locked(session, voucher_id)
    if voucher.patient_id not in (None, patient_id):
        raise Refusal("voucher_unknown", code=voucher.code)
    use = session.query(VoucherUse).filter_by(voucher_id=voucher_id, visit_id=visit_id).one_or_none()
    if use is None or use.state == "freed":
        _count_use(session, voucher, patient_id)
    elif use.state in (state, "used"):
        return False
    if use is None:
        use = VoucherUse(voucher_id=voucher_id, visit_id=visit_id)
        session.add(use)
    use.patient_id, use.state, use.discount_minor, use.at = patient_id, state, discount_minor, now
    session.flush()
    return True


def _count_use(session: Session, voucher: Voucher, patient_id: int) -> None:
    """One conditional update under the lock of the voucher's row (V3)."""
    if voucher.state != "active":
        raise Refusal("voucher_cancelled", code=voucher.code)
    if reached_patient_limit(session, voucher, patient_id):
        raise Refusal("voucher_patient_limit", code=voucher.code)
    counted = session.execute(
        update(Voucher)
        .where(
            Voucher.id == voucher.id,
            Voucher.state == "active",
            or_(Voucher.total_limit.is_(None), Voucher.used_count < Voucher.total_limit),
        )
        .values(used_count=Voucher.used_count + 1)
        .returning(Voucher.id)
    ).one_or_none()
    if counted is None:
        raise Refusal("voucher_used", code=voucher.code)


def free_voucher(session: Session, *, voucher_id: int, visit_id: int, now: datetime) -> bool:
    """Give a voucher back when its visit is cancelled or its completion undone: once (V3).

    False when this visit does not have it.
    """
    freed = session.execute(
        update(VoucherUse)
        .where(
            VoucherUse.voucher_id == voucher_id,
            VoucherUse.visit_id == visit_id,
            VoucherUse.state.in_(("reserved", "used")),
        )
        .values(state="freed", discount_minor=0, at=now)
        .returning(VoucherUse.id)
    ).one_or_none()
    if freed is None:
        return False
    session.execute(update(Voucher).where(Voucher.id == voucher_id).values(used_count=Voucher.used_count - 1))
    return True


def _locked(session: Session, voucher_id: int) -> Voucher:
    voucher = session.get(Voucher, voucher_id, with_for_update=True, populate_existing=True)
    if voucher is None:
        raise Refusal("voucher_unknown", code="")
    return voucher
