"""The first steps of a bill: lines that a package covers, the newcomer pack, vouchers (V1, V2, V6, F13)."""

from collections.abc import Sequence

from loyalty.kernel.money import percent_of
from loyalty.kernel.refusal import Refusal
from loyalty.rewards.rules.vouchers import LineOnBill, VoucherOnBill, discount
from loyalty.settlement.rules.lines import Line
from loyalty.settlement.rules.offers import PackageOffered


def package_parts(
    lines: Sequence[Line], packages: Sequence[PackageOffered]
) -> tuple[list[int], dict[int, int]]:
    """Which lines the sessions cover, and what each package covers: of its service the dearest line left.

    A line counts as one session whatever its quantity. Refuses ``package_no_line`` (V6).
    """
    covered = [0] * len(lines)
    uses: dict[int, int] = {}
    taken: set[int] = set()
    for package in sorted(packages, key=lambda package: package.code):
        fitting = [
            position
            for position, line in enumerate(lines)
            if line.service_id == package.service_id and position not in taken
        ]
        if not fitting:
            raise Refusal("package_no_line", code=package.code)
        dearest = max(fitting, key=lambda position: lines[position].amount_minor)
        taken.add(dearest)
        covered[dearest] = uses[package.id] = lines[dearest].amount_minor
    return covered, uses


def pack_discounts(
    lines: Sequence[Line], pack_percent: int | None, covered: Sequence[int] = ()
) -> tuple[int, ...]:
    """What the newcomer pack takes off each line: registration is free, the first examination cheaper (F13).

    Only one examination is reduced, the dearest, so that the order of lines does not matter. A line that a
    package has covered is left out.
    """
    left = [line.amount_minor - part for line, part in zip(lines, covered or [0] * len(lines), strict=True)]
    discounts = [0] * len(lines)
    if pack_percent is None:
        return tuple(discounts)
    for position, line in enumerate(lines):
        if line.kind == "registration":
            discounts[position] = left[position]
    examinations = [position for position, line in enumerate(lines) if line.kind == "examination"]
    if examinations:
        dearest = max(examinations, key=lambda position: left[position])
        discounts[dearest] = percent_of(left[dearest], pack_percent)
    return tuple(discounts)


def voucher_discounts(
    lines: Sequence[Line],
    vouchers: Sequence[VoucherOnBill],
    *,
    covered: Sequence[int],
    pack: Sequence[int],
    visit_count: int,
) -> tuple[list[int], tuple[tuple[int, int], ...]]:
    """What vouchers take off each line, and off the bill by voucher; no line falls below zero (V1, V2).

    Refuses what the vouchers' own terms forbid, and a voucher that would be spent for nothing.
    """
    off = [0] * len(lines)
    if not vouchers:
        return off, ()
    left = [
        LineOnBill(line.service_id, line.amount_minor, line.quantity, reduced, package=part > 0)
        for line, reduced, part in zip(lines, pack, covered, strict=True)
    ]
    found = discount(left, vouchers, visit_count=visit_count)
    codes = {voucher.id: voucher.code for voucher in vouchers}
    for taken in found:
        if taken.discount_minor == 0:
            raise Refusal("voucher_no_line", code=codes[taken.voucher_id])
        off = [before + part for before, part in zip(off, taken.by_line, strict=True)]
    return off, tuple((taken.voucher_id, taken.discount_minor) for taken in found)
