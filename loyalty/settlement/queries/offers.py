"""From the codes that somebody puts on a bill to what they may do there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from loyalty.rewards import queries as rewards
from loyalty.rewards.rules.codes import clean
from loyalty.rewards.rules.vouchers import VoucherOnBill
from loyalty.settlement.queries.payers import Payer
from loyalty.settlement.rules import (
    CertificateOffered,
    CertificateUse,
    OffersOnBill,
    check_once,
    check_wanted,
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What somebody puts on a bill beside points and money, by code as typed."""

    vouchers: Sequence[str] = ()
    certificates: Sequence[CertificateUse] = ()
    packages: Sequence[str] = ()


def offers_on_bill(
    session: Session, chosen: Chosen, *, who: Payer, visit_id: int | None, held: Mapping[int, int], day: date
) -> OffersOnBill:
    """The offers of these codes for this patient on a local day; no statement where nothing was chosen.

    What the visit itself has reserved (``held`` by certificate) does not stand in its own way. Refuses what
    the offers' owners refuse, ``offer_twice`` and ``amount_not_positive``.
    """
    return OffersOnBill(
        who.pack_percent,
        who.visit_count,
        _vouchers(session, chosen, who, visit_id, day) if chosen.vouchers else (),
        _certificates(session, chosen, held, day) if chosen.certificates else (),
        _packages(session, chosen, who, visit_id, day) if chosen.packages else (),
    )


def _vouchers(
    session: Session, chosen: Chosen, who: Payer, visit_id: int | None, day: date
) -> Sequence[VoucherOnBill]:
    check_once(clean(code) for code in chosen.vouchers)
    return rewards.vouchers_for_bill(
        session, codes=chosen.vouchers, patient_id=who.patient_id, visit_id=visit_id, today=day
    )


def _certificates(
    session: Session, chosen: Chosen, held: Mapping[int, int], day: date
) -> tuple[CertificateOffered, ...]:
    check_wanted(chosen.certificates)
    wanted = {clean(use.code): use.amount_minor for use in chosen.certificates}
    check_once(clean(use.code) for use in chosen.certificates)
    found = rewards.certificates_for_bill(session, codes=list(wanted), today=day)
    return tuple(
        CertificateOffered(
            one.id, one.code, one.left_minor + held.get(one.id, 0), wanted[one.code], one.valid_to
        )
        for one in found
    )


def _packages(
    session: Session, chosen: Chosen, who: Payer, visit_id: int | None, day: date
) -> Sequence[rewards.PackageOnBill]:
    check_once(clean(code) for code in chosen.packages)
    return rewards.packages_for_bill(
        session, codes=chosen.packages, patient_id=who.patient_id, visit_id=visit_id, today=day
    )
