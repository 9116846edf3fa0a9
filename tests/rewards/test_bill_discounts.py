"""What vouchers take off a bill: decisions on plain values (V1, V2)."""

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.kernel.localized import LocalizedText
from loyalty.kernel.refusal import Refusal
from loyalty.rewards.rules.vouchers import LineOnBill, VoucherOnBill, discount, spread

CLEANING, EXAMINATION = 1, 2
LINES = (LineOnBill(CLEANING, 600_000), LineOnBill(EXAMINATION, 300_001))
TEN = VoucherOnBill(1, "TEN", LocalizedText(), "percent", percent_hundredths=1000, combines=True)
FIFTY = VoucherOnBill(2, "FIFTY", LocalizedText(), "amount", amount_minor=50_000, combines=True)
FREE = VoucherOnBill(3, "FREE", LocalizedText(), "service", service_ids=(CLEANING,), combines=True)


def taken(*vouchers: VoucherOnBill, lines=LINES, visit_count: int = 0) -> int:
    return sum(one.discount_minor for one in discount(lines, vouchers, visit_count=visit_count))


def refused(*vouchers: VoucherOnBill, lines=LINES, visit_count: int = 0) -> str:
    with pytest.raises(Refusal) as refusal:
        discount(lines, vouchers, visit_count=visit_count)
    return refusal.value.code


@pytest.mark.parametrize(("gross", "off"), [(10, 1), (14, 1), (15, 2), (5, 1), (4, 0), (25, 3)])
def test_v1_a_percentage_rounds_half_up_to_the_unit(gross: int, off: int) -> None:
    assert taken(TEN, lines=[LineOnBill(CLEANING, gross)]) == off


def test_v1_a_percentage_is_shared_out_over_the_lines_exactly() -> None:
    (one,) = discount(LINES, [TEN], visit_count=0)
    assert one.by_line == (60_000, 30_000)
    assert one.discount_minor == 90_000


def test_v1_the_order_of_vouchers_and_lines_changes_nothing() -> None:
    sums = {
        taken(*vouchers, lines=lines)
        for vouchers in itertools.permutations((TEN, FIFTY, FREE))
        for lines in itertools.permutations(LINES)
    }
    assert sums == {600_000 + 30_000 + 50_000}


def test_v1_no_line_falls_below_zero() -> None:
    large = replace(FIFTY, amount_minor=10**9)
    assert taken(FREE, TEN, large) == 900_001
    assert taken(FREE, replace(FREE, id=9, code="FREE2")) == 600_000


def test_v1_a_line_that_a_package_pays_is_left_alone() -> None:
    lines = (LineOnBill(CLEANING, 600_000, package=True), LineOnBill(EXAMINATION, 100_000))
    assert taken(TEN, lines=lines) == 10_000
    assert refused(FREE, lines=lines) == "voucher_no_line"


def test_v2_one_percentage_voucher_a_visit() -> None:
    assert refused(TEN, replace(TEN, id=9, code="OTHER")) == "second_percent_voucher"


def test_v2_kinds_combine_only_when_each_says_so() -> None:
    assert taken(TEN, FIFTY) == 140_000
    assert refused(TEN, replace(FIFTY, combines=False)) == "vouchers_do_not_combine"
    assert taken(replace(FIFTY, combines=False)) == 50_000


def test_v2_the_newcomer_pack_counts_as_one_more() -> None:
    lines = (LineOnBill(EXAMINATION, 100_000, discount_minor=20_000),)
    assert refused(replace(TEN, combines=False), lines=lines) == "vouchers_do_not_combine"
    assert taken(TEN, lines=lines) == 8_000


def test_v2_the_smallest_bill_is_judged_before_discounts() -> None:
    assert taken(FREE, replace(FIFTY, min_bill_minor=900_001)) == 650_000
    assert refused(replace(FIFTY, min_bill_minor=900_002)) == "voucher_min_bill"


def test_v2_a_largest_discount_caps_every_kind() -> None:
    for voucher in (TEN, FIFTY, FREE):
        assert taken(replace(voucher, max_discount_minor=7)) == 7


def test_v2_a_voucher_counts_only_for_its_services() -> None:
    assert taken(replace(TEN, service_ids=(EXAMINATION,))) == 30_000
    assert refused(replace(TEN, service_ids=(99,))) == "voucher_no_line"


def test_v2_for_the_first_visit_only() -> None:
    first = replace(TEN, first_visit_only=True)
    assert taken(first) == 90_000
    assert refused(first, visit_count=1) == "voucher_first_visit_only"


def test_v2_a_free_service_is_one_unit_of_the_dearest_line() -> None:
    lines = (LineOnBill(CLEANING, 100), LineOnBill(CLEANING, 300, quantity=2), LineOnBill(EXAMINATION, 900))
    assert discount(lines, [FREE], visit_count=0)[0].by_line == (0, 150, 0)


@given(st.lists(st.integers(0, 10**9), max_size=8), st.data())
def test_shares_add_up_and_stay_within_their_lines(weights: list[int], data: st.DataObject) -> None:
    total = data.draw(st.integers(0, sum(weights)))
    parts = spread(total, weights)
    assert sum(parts) == total
    assert all(0 <= part <= weight for part, weight in zip(parts, weights, strict=True))
