"""The fixed order of settlement (V1, V2, V6) over all bills, and its sharp corners one by one."""

from datetime import date
from random import Random
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from loyalty.kernel.refusal import Refusal
from loyalty.rewards.queries import PackageOnBill
from loyalty.settlement.rules import (
    Bill,
    CertificateOffered,
    Line,
    OffersOnBill,
    largest_points,
    settle,
)
from tests.settlement import bills
from tests.settlement.bills import amount, free, percent

PLAIN = {"cap_percent": 50, "point_minor": 1000}


def settled(lines: list[Line], points: int = 0, **offers: Any) -> Bill:
    return settle(lines, offers=OffersOnBill(**offers), points_used=points, **PLAIN)


def refused(code: str, lines: list[Line], points: int = 0, **offers: Any) -> Refusal:
    with pytest.raises(Refusal) as found:
        settled(lines, points, **offers)
    assert found.value.code == code
    return found.value


def possible(lines: list[Line], offers: OffersOnBill, points: int, cap: int, point: int) -> Bill:
    """The bill, where these offers fit these lines at all."""
    try:
        return settle(lines, offers=offers, points_used=points, cap_percent=cap, point_minor=point)
    except Refusal as refusal:
        assume(refusal.code not in ("voucher_no_line", "package_no_line", "vouchers_do_not_combine"))
        raise


@given(bills.lines, bills.offers, st.integers(0, 100), st.integers(1, 5000), st.randoms())
def test_v1_no_step_goes_below_zero_and_order_of_entry_changes_nothing(
    lines: list[Line], offers: OffersOnBill, cap: int, point: int, random: Random
) -> None:
    left = possible(lines, offers, 0, cap, point).left_for_points_minor
    most = largest_points(left, cap_percent=cap, point_minor=point)
    bill = possible(lines, offers, most, cap, point)
    for line, discount, package in zip(lines, bill.discounts, bill.packages, strict=True):
        assert 0 <= discount <= line.amount_minor - package
    assert bill.due_minor >= 0
    assert all(part > 0 for _, part in bill.certificates)
    parts = (bill.discount_minor, bill.package_minor, bill.points_value_minor, bill.certificate_minor)
    assert sum(parts) + bill.due_minor == bill.gross_minor == sum(line.amount_minor for line in lines)
    assert sum(part for _, part in bill.voucher_discounts) + bill.pack_minor == bill.discount_minor

    mixed = [list(part) for part in (lines, offers.vouchers, offers.certificates, offers.packages)]
    for part in mixed:
        random.shuffle(part)
    others = OffersOnBill(offers.pack_percent, 0, *mixed[1:])
    again = possible(mixed[0], others, most, cap, point)
    assert (again.due_minor, again.package_minor, sorted(again.certificates)) == (
        bill.due_minor, bill.package_minor, sorted(bill.certificates),
    )  # fmt: skip
    assert sorted(again.voucher_discounts) == sorted(bill.voucher_discounts)
    with pytest.raises(Refusal, match="points_over_cap"):
        settle(lines, offers=offers, points_used=most + 1, cap_percent=cap, point_minor=point)


@given(bills.lines, st.integers(1, 10_000))
def test_v1_a_percentage_is_rounded_half_up_to_the_unit_and_spread_exactly(
    lines: list[Line], hundredths: int
) -> None:
    gross = sum(line.amount_minor for line in lines)
    assume(2 * gross * hundredths >= 10_000)
    bill = settled(lines, vouchers=[percent(hundredths)])
    assert bill.discount_minor == (2 * gross * hundredths + 10_000) // 20_000
    exact = [(line.amount_minor * bill.discount_minor, gross) for line in lines]
    for part, (above, below) in zip(bill.discounts, exact, strict=True):
        assert above // below <= part <= -(-above // below)


@pytest.mark.parametrize(
    ("gross", "hundredths", "off"),
    [(5, 1000, 1), (14, 1000, 1), (15, 1000, 2), (1_250_050, 1250, 156_256), (999, 10_000, 999)],
)
def test_v1_halves_go_up(gross: int, hundredths: int, off: int) -> None:
    assert settled([Line(1, gross)], vouchers=[percent(hundredths)]).discount_minor == off


def test_v1_the_order_is_package_discount_points_certificate_money() -> None:
    lines = [Line(1, 1_000_000), Line(2, 400_000), Line(2, 600_000)]
    bill = settled(
        lines,
        points=400,
        vouchers=[percent(2000)],
        packages=[PackageOnBill(7, "K", 2, 1)],
        certificates=[CertificateOffered(9, "C", 500_000, 300_000)],
    )
    assert bill.packages == (0, 0, 600_000)
    assert bill.discounts == (200_000, 80_000, 0)
    assert (bill.points_value_minor, bill.certificates, bill.due_minor) == (400_000, ((9, 300_000),), 420_000)
    assert bill.package_uses == ((7, 600_000),)


def test_v2_one_percentage_voucher_a_visit() -> None:
    refused("second_percent_voucher", [Line(1, 100)], vouchers=[percent(1), percent(2)])


def test_v2_whether_vouchers_combine_is_said_by_each() -> None:
    lines = [Line(1, 1000, kind="registration"), Line(2, 1000)]
    alone = amount(100, combines=False)
    assert settled(lines, vouchers=[alone]).discount_minor == 100
    refused("vouchers_do_not_combine", lines, vouchers=[alone, percent(1000)])
    refused("vouchers_do_not_combine", lines, vouchers=[alone], pack_percent=20)
    assert settled(lines, vouchers=[amount(100), percent(1000)], pack_percent=20).discount_minor == 1200
    # A pack that takes nothing off this bill is not in the way.
    assert settled([Line(2, 1000)], vouchers=[alone], pack_percent=20).discount_minor == 100


def test_v2_minimum_bill_and_largest_discount() -> None:
    voucher = percent(1000, min_bill_minor=1000, max_discount_minor=70, service_ids=(1,))
    lines = [Line(1, 999), Line(2, 5000)]
    assert refused("voucher_min_bill", lines, vouchers=[voucher]).params["least_minor"] == 1000
    bill = settled([Line(1, 1000), Line(2, 5000)], vouchers=[voucher])
    assert bill.discounts == (70, 0)


def test_v2_only_the_vouchers_services_are_reduced_and_one_of_them_is_free() -> None:
    lines = [Line(1, 300), Line(2, 500), Line(2, 400)]
    assert settled(lines, vouchers=[free(2)]).discounts == (0, 500, 0)
    refused("voucher_no_line", lines, vouchers=[free(3)])
    refused("voucher_no_line", lines, vouchers=[percent(1000, service_ids=(3,))])
    refused("voucher_no_line", [Line(1, 300)], vouchers=[percent(10_000), amount(10)])


def test_v2_a_first_visit_voucher_is_for_the_first_visit() -> None:
    voucher = amount(10, first_visit_only=True)
    assert settled([Line(1, 100)], vouchers=[voucher]).discount_minor == 10
    refused("voucher_first_visit_only", [Line(1, 100)], vouchers=[voucher], visit_count=1)


def test_v4_the_certificate_that_ends_first_is_used_first_and_an_empty_one_refused() -> None:
    lines = [Line(1, 500)]
    late = CertificateOffered(1, "A", 400, None, date(2027, 1, 1))
    soon = CertificateOffered(2, "B", 300, None, date(2026, 12, 1))
    never = CertificateOffered(3, "C", 300)
    assert settled(lines, certificates=[never, late, soon]).certificates == ((2, 300), (1, 200))
    refused("certificate_too_little", lines, certificates=[CertificateOffered(4, "D", 0)])


def test_v6_two_sessions_cover_two_lines_and_a_third_finds_none() -> None:
    lines = [Line(1, 300, quantity=3), Line(1, 500), Line(2, 900)]
    both = [PackageOnBill(1, "K1", 1, 1), PackageOnBill(2, "K2", 1, 1)]
    bill = settled(lines, packages=both)
    assert (bill.packages, bill.due_minor) == ((300, 500, 0), 900)
    refused("package_no_line", lines, packages=[*both, PackageOnBill(3, "K3", 1, 1)])


def test_p8_the_cap_is_of_what_is_left_after_packages_and_discounts() -> None:
    lines = [Line(1, 1_000_000), Line(2, 1_000_000)]
    offers = {"packages": [PackageOnBill(1, "K", 2, 1)], "vouchers": [amount(200_000)]}
    assert settled(lines, points=400, **offers).due_minor == 400_000
    assert refused("points_over_cap", lines, points=401, **offers).params["most"] == 400
