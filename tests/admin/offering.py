"""What patients bring along to the desk: vouchers, certificates, packages."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.kernel.actor import SYSTEM
from loyalty.kernel.clock import now as clock_now
from loyalty.kernel.localized import LocalizedText
from loyalty.rewards.models import Certificate, Package, Voucher
from loyalty.rewards.operations import issue_voucher, open_package, sell_certificate
from tests.admin.scenes import service_id
from tests.support.acting import commit
from tests.support.visitor import seen


def voucher(house: Session, percent: int = 10, name: str = "Ten off", **more: Any) -> str:
    """A percentage voucher, a promo code unless ``patient_id`` is given; its code."""
    made = issue_voucher(
        house,
        kind="percent",
        percent_hundredths=percent * 100,
        name=LocalizedText.of(name),
        actor=SYSTEM,
        now=clock_now(),
        **more,
    )
    code = made.code
    commit(house)
    return code


def certificate(house: Session, amount: int = 500_000, **more: Any) -> str:
    """A gift certificate's code."""
    code = sell_certificate(house, amount_minor=amount, actor=SYSTEM, now=clock_now(), **more).code
    commit(house)
    return code


def package(house: Session, patient_id: int, sessions: int = 3) -> str:
    """Sessions of cleaning; the package's code."""
    cleaning = service_id(house)
    made = open_package(
        house,
        patient_id=patient_id,
        service_id=cleaning,
        sessions=sessions,
        actor=SYSTEM,
        now=clock_now(),
    )
    code = made.code
    commit(house)
    return code


def left_on(house: Session, code: str) -> int:
    found: int = seen(house, select(Certificate.balance_minor).where(Certificate.code == code))[0]
    return found


def uses_of(house: Session, code: str) -> int:
    """How often a voucher or package was used."""
    for table, column in ((Voucher, Voucher.used_count), (Package, Package.used)):
        found = seen(house, select(column).where(table.code == code))
        if found:
            return int(found[0])
    raise LookupError(code)
