"""The bill in its fixed order: packages, discounts, points, certificates, money (V1), on plain values."""

from loyalty.settlement.rules.bill import Bill, certificate_parts, largest_points, settle
from loyalty.settlement.rules.discounts import pack_discounts
from loyalty.settlement.rules.lines import Line, Paid, check_lines, check_payments
from loyalty.settlement.rules.offers import (
    NOTHING,
    CertificateOffered,
    CertificateUse,
    OffersOnBill,
    PackageOffered,
    check_once,
    check_wanted,
)

__all__ = [
    "NOTHING",
    "Bill",
    "CertificateOffered",
    "CertificateUse",
    "Line",
    "OffersOnBill",
    "PackageOffered",
    "Paid",
    "certificate_parts",
    "check_lines",
    "check_once",
    "check_payments",
    "check_wanted",
    "largest_points",
    "pack_discounts",
    "settle",
]
