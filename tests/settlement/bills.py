"""Bills and offers drawn at random, for properties that hold of all of them."""

from typing import Any

from hypothesis import strategies as st

from loyalty.kernel.localized import LocalizedText
from loyalty.rewards.queries import PackageOnBill
from loyalty.rewards.rules.vouchers import VoucherOnBill
from loyalty.settlement.rules import CertificateOffered, Line, OffersOnBill

KINDS = ("registration", "examination", "treatment")
PLAIN: Any = {"name": LocalizedText.of("voucher"), "combines": True}


def percent(hundredths: int, **more: Any) -> VoucherOnBill:
    return _voucher("percent", 1, "P", percent_hundredths=hundredths, **more)


def amount(minor: int, **more: Any) -> VoucherOnBill:
    return _voucher("amount", 2, "A", amount_minor=minor, **more)


def free(*services: int, **more: Any) -> VoucherOnBill:
    return _voucher("service", 3, "S", service_ids=services, **more)


def _voucher(kind: str, number: int, code: str, **more: Any) -> VoucherOnBill:
    return VoucherOnBill(**{**PLAIN, "kind": kind, "id": number, "code": code, **more})


lines = st.lists(
    st.builds(
        Line, st.integers(1, 4), st.integers(0, 10**7), st.integers(1, 3), st.sampled_from(KINDS)
    ),
    min_size=1,
    max_size=7,
)  # fmt: skip
_services = st.none() | st.lists(st.integers(1, 4), min_size=1, max_size=3, unique=True).map(tuple)
_most = st.none() | st.integers(1, 10**6)
vouchers = st.tuples(
    st.none() | st.builds(percent, st.integers(1, 10_000), service_ids=_services, max_discount_minor=_most),
    st.none() | st.builds(amount, st.integers(1, 10**7), service_ids=_services),
    st.none() | st.builds(free, st.integers(1, 4), max_discount_minor=_most),
).map(lambda found: [voucher for voucher in found if voucher is not None])
certificates = st.lists(
    st.tuples(st.integers(1, 10**7), st.none() | st.integers(1, 10**7)), max_size=3
).map(
    lambda found: [
        CertificateOffered(number, f"C{number}", left, wanted)
        for number, (left, wanted) in enumerate(found, start=1)
    ]
)  # fmt: skip
packages = st.lists(st.integers(1, 4), max_size=2).map(
    lambda found: [
        PackageOnBill(number, f"K{number}", service, 1) for number, service in enumerate(found, start=1)
    ]
)
offers = st.builds(
    OffersOnBill,
    pack_percent=st.none() | st.integers(0, 100),
    vouchers=vouchers,
    certificates=certificates,
    packages=packages,
)
