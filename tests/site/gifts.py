"""One of everything that can be given to a patient, for the laws' clinics."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.clinic.models import Service
from loyalty.kernel.actor import SYSTEM
from loyalty.kernel.localized import LocalizedText
from loyalty.rewards.models import Picture
from loyalty.rewards.operations import (
    issue_voucher,
    open_package,
    redeem_reward,
    save_reward,
    sell_certificate,
)
from tests.support.acting import commit


def give(session: Session, patient_id: int, now: Any, number: int = 0) -> tuple[dict[str, Any], int]:
    """A gift she has chosen, a voucher, a certificate, a package, a photo: their names; and a promo code."""
    acting: dict[str, Any] = {"actor": SYSTEM, "now": now}
    service_id = session.scalars(select(Service.id).order_by(Service.id)).first()
    assert service_id is not None
    reward = save_reward(
        session, code=f"house-tea-{number}", name=LocalizedText.of("Tea"), kind="gift", points=1, **acting
    )
    commit(session, now)
    taken = redeem_reward(session, patient_id=patient_id, reward_id=reward.id, **acting)
    voucher = issue_voucher(session, kind="amount", amount_minor=50_000, patient_id=patient_id, **acting)
    promo = issue_voucher(session, kind="percent", percent_hundredths=1000, code=f"HOUSE{number}", **acting)
    certificate = sell_certificate(session, amount_minor=500_000, patient_id=patient_id, **acting)
    package = open_package(session, patient_id=patient_id, service_id=service_id, sessions=3, **acting)
    picture = Picture(digest=f"{number:064x}", content_type="image/webp", content=b"RIFF", created_at=now)
    session.add(picture)
    found = {
        "reward_id": reward.id,
        "redemption_id": taken.id,
        "voucher_id": voucher.id,
        "certificate_id": certificate.id,
        "package_id": package.id,
        "digest": picture.digest,
    }
    promo_id = promo.id
    commit(session, now)
    return found, promo_id
