"""Reads of the rewards capability."""

from loyalty.rewards.queries.certificates import (
    CertificateOnBill,
    certificate_entries,
    certificates_for_bill,
    find_certificate,
    liability_of_certificates,
)
from loyalty.rewards.queries.codes import Found, find_code
from loyalty.rewards.queries.packages import (
    PackageOnBill,
    find_package,
    package_uses,
    packages_for_bill,
)
from loyalty.rewards.queries.vouchers import find_voucher, on_bill, voucher_uses, vouchers_for_bill

__all__ = [
    "CertificateOnBill",
    "Found",
    "PackageOnBill",
    "certificate_entries",
    "certificates_for_bill",
    "find_certificate",
    "find_code",
    "find_package",
    "find_voucher",
    "liability_of_certificates",
    "on_bill",
    "package_uses",
    "packages_for_bill",
    "voucher_uses",
    "vouchers_for_bill",
]
