"""What comes out of a reward that is no gift: a voucher, a certificate, a package; and its way back."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from loyalty.kernel.actor import Actor
from loyalty.kernel.refusal import Refusal
from loyalty.rewards.models import Package, Redemption, Reward, Voucher
from loyalty.rewards.operations.balances import locked_certificate
from loyalty.rewards.operations.certificates import close_certificate, sell_certificate
from loyalty.rewards.operations.issuing import local_day
from loyalty.rewards.operations.packages import cancel_package, open_package
from loyalty.rewards.operations.vouchers import cancel_voucher, issue_voucher

ORIGIN = "reward"


def give_out(session: Session, redemption: Redemption, reward: Reward, actor: Actor, now: datetime) -> None:
    """Issue what the reward promises, in the patient's name, and note it on the redemption."""
    details = reward.details
    last_day = local_day(session, now) + timedelta(days=details["valid_days"])
    patient_id = redemption.patient_id
    if reward.kind == "certificate":
        redemption.certificate_id = sell_certificate(
            session,
            amount_minor=details["amount_minor"],
            patient_id=patient_id,
            valid_to=last_day,
            origin=ORIGIN,
            actor=actor,
            now=now,
        ).id
    elif reward.kind == "package":
        redemption.package_id = open_package(
            session,
            patient_id=patient_id,
            service_id=details["service_id"],
            sessions=details["sessions"],
            valid_to=last_day,
            origin=ORIGIN,
            actor=actor,
            now=now,
        ).id
    else:
        service = details.get("service_id")
        redemption.voucher_id = issue_voucher(
            session,
            kind=reward.kind,
            percent_hundredths=details.get("percent_hundredths"),
            amount_minor=details.get("amount_minor"),
            service_ids=details.get("service_ids") if service is None else [service],
            max_discount_minor=details.get("max_discount_minor"),
            min_bill_minor=details.get("min_bill_minor"),
            patient_id=patient_id,
            name=reward.name,
            valid_to=last_day,
            origin=ORIGIN,
            actor=actor,
            now=now,
        ).id


def take_in(
    session: Session, redemption: Redemption, actor: Actor, now: datetime, reason: str | None
) -> None:
    """Cancel what came out of a redemption; refuses ``redemption_used`` when any of it was used.

    What is put on a visit to come counts as used, and so does a certificate given away; a name written on
    its card binds the patient, for the card may be on its way, and leaves the desk free.
    """
    if redemption.voucher_id is not None:
        voucher = session.get_one(
            Voucher, redemption.voucher_id, with_for_update=True, populate_existing=True
        )
        _refuse_used(voucher.used_count > 0)
        cancel_voucher(session, voucher_id=voucher.id, actor=actor, now=now, reason=reason)
    if redemption.certificate_id is not None:
        certificate = locked_certificate(session, redemption.certificate_id)
        is_whole = certificate.balance_minor == certificate.amount_minor and not certificate.held_minor
        is_given = certificate.patient_id != redemption.patient_id
        is_promised = actor.kind == "patient" and certificate.recipient != ""
        _refuse_used(not is_whole or is_given or is_promised)
        close_certificate(session, certificate, "certificate.cancelled", actor, now, reason)
    if redemption.package_id is not None:
        package = session.get_one(
            Package, redemption.package_id, with_for_update=True, populate_existing=True
        )
        _refuse_used(package.used > 0)
        cancel_package(session, package_id=package.id, actor=actor, now=now, reason=reason)


def _refuse_used(used: bool) -> None:
    if used:
        raise Refusal("redemption_used")
