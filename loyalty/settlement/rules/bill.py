from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from loyalty.kernel.refusal import Refusal
from loyalty.settlement.rules.discounts import pack_discounts, package_parts, voucher_discounts
from loyalty.settlement.rules.lines import Line, check_lines
from loyalty.settlement.rules.offers import CertificateOffered, OffersOnBill


@dataclass(frozen=True, slots=True)
class Bill:
    """What is asked for and what covers it; ``discounts`` and ``packages`` follow the lines one to one.

    ``voucher_discounts``, ``certificates`` and ``package_uses`` name what was used with its amount;
    ``pack_minor`` is the newcomer pack's part of the discounts. Gross is the sum of all parts
    and ``due_minor``.
    """

    gross_minor: int
    discounts: tuple[int, ...]
    points_used: int
    points_value_minor: int
    packages: tuple[int, ...] = ()
    pack_minor: int = 0
    voucher_discounts: tuple[tuple[int, int], ...] = ()
    certificates: tuple[tuple[int, int], ...] = ()
    package_uses: tuple[tuple[int, int], ...] = ()

    @property
    def discount_minor(self) -> int:
        return sum(self.discounts)

    @property
    def package_minor(self) -> int:
        return sum(self.packages)

    @property
    def certificate_minor(self) -> int:
        return sum(amount for _, amount in self.certificates)

    @property
    def left_for_points_minor(self) -> int:
        """What is left after packages and discounts, of which points may pay their share (P8)."""
        return self.gross_minor - self.package_minor - self.discount_minor

    @property
    def due_minor(self) -> int:
        return self.left_for_points_minor - self.points_value_minor - self.certificate_minor


def largest_points(after_discounts_minor: int, *, cap_percent: int, point_minor: int) -> int:
    """How many points a bill takes at the most (P8)."""
    return after_discounts_minor * cap_percent // 100 // point_minor


def settle(
    lines: Sequence[Line], *, offers: OffersOnBill, points_used: int, cap_percent: int, point_minor: int
) -> Bill:
    """The bill of these lines: package sessions set aside, then discounts, points, certificates, money (V1).

    Refuses lines no till would take, points over the cap (P8), and what the offers' own terms forbid; no step
    goes below zero, and the order in which things were entered changes nothing.
    """
    check_lines(lines)
    covered, uses = package_parts(lines, offers.packages)
    pack = pack_discounts(lines, offers.pack_percent, covered)
    off, by_voucher = voucher_discounts(
        lines, offers.vouchers, covered=covered, pack=pack, visit_count=offers.visit_count
    )
    gross = sum(line.amount_minor for line in lines)
    discounts = tuple(a + b for a, b in zip(pack, off, strict=True))
    left = gross - sum(covered) - sum(discounts)
    most = largest_points(left, cap_percent=cap_percent, point_minor=point_minor)
    if points_used < 0:
        raise Refusal("points_not_positive")
    if points_used > most:
        raise Refusal("points_over_cap", most=most)
    value = points_used * point_minor
    certificates = certificate_parts(left - value, offers.certificates)
    return Bill(
        gross,
        discounts,
        points_used,
        value,
        tuple(covered),
        sum(pack),
        by_voucher,
        certificates,
        tuple(uses.items()),
    )


def certificate_parts(
    due_minor: int, certificates: Sequence[CertificateOffered]
) -> tuple[tuple[int, int], ...]:
    """What each certificate pays, the earliest ending first; those with nothing left to pay are left out.

    Refuses ``certificate_too_little`` for one that is used up.
    """
    parts = []
    for found in sorted(certificates, key=_ends):
        if found.left_minor <= 0:
            raise Refusal("certificate_too_little", left_minor=0, code=found.code)
        wanted = due_minor if found.wanted_minor is None else found.wanted_minor
        part = min(wanted, found.left_minor, due_minor)
        if part:
            parts.append((found.id, part))
            due_minor -= part
    return tuple(parts)


def _ends(found: CertificateOffered) -> tuple[bool, date, str]:
    return found.valid_to is None, found.valid_to or date.max, found.code
