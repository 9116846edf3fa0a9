"""What may be put on a bill beside money: vouchers, certificates, packages, as plain values."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from loyalty.kernel.refusal import Refusal
from loyalty.rewards.rules.vouchers import VoucherOnBill


@dataclass(frozen=True, slots=True)
class CertificateUse:
    """A certificate put on a visit; ``amount_minor`` is the most to take, None as much as is due."""

    code: str
    amount_minor: int | None = None


@dataclass(frozen=True, slots=True)
class CertificateOffered:
    """A certificate with what it still holds for this bill and the most that shall be taken."""

    id: int
    code: str
    left_minor: int
    wanted_minor: int | None = None
    valid_to: date | None = None


class PackageOffered(Protocol):
    """A package one session of which shall cover a line of its service (V6)."""

    @property
    def id(self) -> int: ...
    @property
    def code(self) -> str: ...
    @property
    def service_id(self) -> int: ...


@dataclass(frozen=True, slots=True)
class OffersOnBill:
    """Everything that takes part in one bill; ``pack_percent`` None means no newcomer pack."""

    pack_percent: int | None = None
    visit_count: int = 0
    vouchers: Sequence[VoucherOnBill] = field(default=())
    certificates: Sequence[CertificateOffered] = field(default=())
    packages: Sequence[PackageOffered] = field(default=())


NOTHING = OffersOnBill()


def check_once(codes: Iterable[str]) -> None:
    """Refuse a code that is entered twice for one bill."""
    seen: set[str] = set()
    for code in codes:
        if code in seen:
            raise Refusal("offer_twice", code=code)
        seen.add(code)


def check_wanted(uses: Iterable[CertificateUse]) -> None:
    """Refuse to take nothing, or less than nothing, from a certificate."""
    for use in uses:
        if use.amount_minor is not None and use.amount_minor <= 0:
            raise Refusal("amount_not_positive", field="certificates")
