"""A bill worked out without writing anything."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from loyalty.clinic.queries import programme
from loyalty.kernel.refusal import Refusal
from loyalty.points import queries as points
from loyalty.settlement.queries.offers import Chosen, offers_on_bill
from loyalty.settlement.queries.payers import payer
from loyalty.settlement.queries.reserved import NONE_RESERVED, reserved
from loyalty.settlement.rules import Bill, CertificateUse, Line, OffersOnBill, largest_points, settle


@dataclass(frozen=True, slots=True)
class Quote:
    """The bill as it would be; ``points_most`` is what the cap allows (P8), whatever the balance.

    ``offers`` names the vouchers, certificates and packages whose amounts stand in the bill by id.
    """

    bill: Bill
    pack_percent: int | None
    points_available: int
    points_most: int
    points_to_earn: int
    offers: OffersOnBill


def quote(
    session: Session,
    *,
    patient_id: int,
    lines: Sequence[Line],
    now: datetime,
    points_used: int | str = 0,
    vouchers: Sequence[str] = (),
    certificates: Sequence[CertificateUse] = (),
    packages: Sequence[str] = (),
    visit_id: int | None = None,
) -> Quote:
    """The bill of these lines for this patient, writing nothing; ``points_used`` may be ``"max"``.

    ``visit_id`` names the booked visit it is for: what that has reserved can be used. Refuses what
    ``register_visit`` would refuse.
    """
    setup = programme(session)
    who = payer(session, patient_id, setup, now)
    kept = NONE_RESERVED if visit_id is None else reserved(session, visit_id)
    day = setup.calendar.day_of(now)
    chosen = Chosen(vouchers, certificates, packages)
    offers = offers_on_bill(session, chosen, who=who, visit_id=visit_id, held=kept.held_minor, day=day)
    point_minor = setup.minor(setup.settings["points.value"])
    settled = partial(settle, lines, offers=offers, cap_percent=who.cap_percent, point_minor=point_minor)
    left = settled(points_used=0).left_for_points_minor
    most = largest_points(left, cap_percent=who.cap_percent, point_minor=point_minor)
    available = points.available(session, patient_id, day) + kept.points
    used = min(most, max(0, available)) if points_used == "max" else int(points_used)
    bill = settled(points_used=used)
    if used > max(0, available):
        raise Refusal("not_enough_points", available=max(0, available))
    to_earn = points.points_to_earn(
        session,
        programme=setup,
        visit=points.ToCome(visit_id or 0, patient_id, who.tier, now),
        net_by_line=_net(lines, bill),
        eligible_minor=bill.due_minor + bill.certificate_minor,
    )
    return Quote(bill, who.pack_percent, available, most, to_earn, offers)


def _net(lines: Sequence[Line], bill: Bill) -> list[tuple[int, int]]:
    """Each line's service with what is left of it after discounts and package sessions."""
    taken = [discount + package for discount, package in zip(bill.discounts, _packages(bill), strict=True)]
    return [(line.service_id, line.amount_minor - part) for line, part in zip(lines, taken, strict=True)]


def _packages(bill: Bill) -> tuple[int, ...]:
    return bill.packages or (0,) * len(bill.discounts)
