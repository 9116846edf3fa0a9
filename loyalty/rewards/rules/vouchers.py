"""What vouchers take off a bill, on plain values (V1, V2)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from loyalty.kernel.localized import LocalizedText
from loyalty.kernel.money import percent_of
from loyalty.kernel.refusal import Refusal
from loyalty.rewards.rules.values import check_money

#: In the order in which they are taken off a bill, whatever the order of entry.
KINDS = ("service", "percent", "amount")
STATES = ("active", "cancelled")
#: How a voucher on a visit stands.
USE_STATES = ("reserved", "used", "freed")


@dataclass(frozen=True, slots=True)
class VoucherOnBill:
    """A voucher that may be put on a bill; ``service_ids`` None fits every line."""

    id: int
    code: str
    name: LocalizedText
    kind: str
    percent_hundredths: int | None = None
    amount_minor: int | None = None
    max_discount_minor: int | None = None
    min_bill_minor: int | None = None
    service_ids: tuple[int, ...] | None = None
    first_visit_only: bool = False
    combines: bool = False

    def fits(self, service_id: int) -> bool:
        return self.service_ids is None or service_id in self.service_ids


@dataclass(frozen=True, slots=True)
class LineOnBill:
    """A bill line as vouchers see it: what the newcomer pack took off, and whether a package pays it."""

    service_id: int
    amount_minor: int
    quantity: int = 1
    discount_minor: int = 0
    package: bool = False


@dataclass(frozen=True, slots=True)
class VoucherDiscount:
    """What one voucher takes off; ``by_line`` follows the lines one to one."""

    voucher_id: int
    by_line: tuple[int, ...]

    @property
    def discount_minor(self) -> int:
        return sum(self.by_line)


def check_value(
    kind: str,
    percent_hundredths: int | None,
    amount_minor: int | None,
    service_ids: Sequence[int] | None,
) -> None:
    """Refuse a voucher without the value its kind needs, or with one no clinic would mean."""
    if kind not in KINDS:
        raise Refusal("unknown_choice", field="kind", value=kind)
    if kind == "percent" and not 1 <= (percent_hundredths or 0) <= 10_000:
        raise Refusal("percent_impossible")
    if kind == "amount":
        check_money(amount_minor or 0)
    if kind == "service" and not service_ids:
        raise Refusal("voucher_service_missing")


def discount(
    lines: Sequence[LineOnBill], vouchers: Iterable[VoucherOnBill], *, visit_count: int
) -> tuple[VoucherDiscount, ...]:
    """What these vouchers take off these lines, in their fixed order; no line falls below zero (V1, V2).

    Lines that a package pays are left alone. ``visit_count`` is of completed visits before this one.
    Refusals: second_percent_voucher, vouchers_do_not_combine, voucher_no_line, voucher_first_visit_only,
    voucher_min_bill.
    """
    ordered = sorted(vouchers, key=lambda voucher: (KINDS.index(voucher.kind), voucher.code))
    _check_together(ordered, with_pack=any(line.discount_minor for line in lines))
    left = [0 if line.package else line.amount_minor - line.discount_minor for line in lines]
    taken: list[VoucherDiscount] = []
    for voucher in ordered:
        _check_fits(voucher, lines, visit_count)
        fitting = [
            0 if line.package or not voucher.fits(line.service_id) else rest
            for line, rest in zip(lines, left, strict=True)
        ]
        by_line = _taken_off(voucher, lines, fitting)
        left = [rest - part for rest, part in zip(left, by_line, strict=True)]
        taken.append(VoucherDiscount(voucher.id, tuple(by_line)))
    return tuple(taken)


def _check_together(vouchers: Sequence[VoucherOnBill], with_pack: bool) -> None:
    if sum(voucher.kind == "percent" for voucher in vouchers) > 1:
        raise Refusal("second_percent_voucher")
    if len(vouchers) + with_pack > 1 and not all(voucher.combines for voucher in vouchers):
        raise Refusal("vouchers_do_not_combine")


def _check_fits(voucher: VoucherOnBill, lines: Sequence[LineOnBill], visit_count: int) -> None:
    fitting = [line.amount_minor for line in lines if not line.package and voucher.fits(line.service_id)]
    if not fitting:
        raise Refusal("voucher_no_line", code=voucher.code)
    if voucher.first_visit_only and visit_count:
        raise Refusal("voucher_first_visit_only", code=voucher.code)
    # The smallest bill is judged before any discount: another voucher never pushes a bill below it.
    if voucher.min_bill_minor is not None and sum(fitting) < voucher.min_bill_minor:
        raise Refusal("voucher_min_bill", code=voucher.code, least_minor=voucher.min_bill_minor)


def _taken_off(voucher: VoucherOnBill, lines: Sequence[LineOnBill], left: Sequence[int]) -> list[int]:
    if voucher.kind == "service":
        return _one_free(voucher, lines, left)
    whole = sum(left)
    if voucher.kind == "percent":
        wanted = percent_of(whole, Decimal(voucher.percent_hundredths or 0) / 100)
    else:
        wanted = voucher.amount_minor or 0
    return spread(min(_capped(voucher, wanted), whole), left)


def _one_free(voucher: VoucherOnBill, lines: Sequence[LineOnBill], left: Sequence[int]) -> list[int]:
    """One unit of the dearest fitting service is free."""
    units = [rest // line.quantity for line, rest in zip(lines, left, strict=True)]
    dearest = max(range(len(units)), key=lambda position: (units[position], -position))
    return [_capped(voucher, unit) if position == dearest else 0 for position, unit in enumerate(units)]


def _capped(voucher: VoucherOnBill, wanted: int) -> int:
    return wanted if voucher.max_discount_minor is None else min(wanted, voucher.max_discount_minor)


def spread(total: int, weights: Sequence[int]) -> list[int]:
    """Share ``total`` out by weight, exactly: the largest remainders get what rounding left over.

    ``total`` is at most the sum of the weights, so that no part exceeds its weight.
    """
    whole = sum(weights)
    if whole == 0:
        return [0] * len(weights)
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda place: (-(total * weights[place] % whole), place))
    for place in by_remainder[: total - sum(parts)]:
        parts[place] += 1
    return parts
