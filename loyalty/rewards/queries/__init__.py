"""Reads of the rewards capability."""

from loyalty.rewards.queries.catalogue import Offer, catalogue, reward, reward_by_code, rewards
from loyalty.rewards.queries.certificates import (
    CertificateOnBill,
    CertificatesOfMonth,
    certificate_entries,
    certificates_for_bill,
    find_certificate,
    liability_of_certificates,
)
from loyalty.rewards.queries.codes import Found, find_code
from loyalty.rewards.queries.packages import (
    PackageOnBill,
    package_uses,
    packages_for_bill,
)
from loyalty.rewards.queries.redemptions import (
    DueReminder,
    FulfilmentRow,
    Wallet,
    due_for_reminder,
    fulfilment,
    fulfilment_counts,
    redemption,
    redemption_by_external_id,
    wallet,
)
from loyalty.rewards.queries.vouchers import find_voucher, voucher_uses, vouchers_for_bill

__all__ = [
    "CertificateOnBill",
    "CertificatesOfMonth",
    "DueReminder",
    "Found",
    "FulfilmentRow",
    "Offer",
    "PackageOnBill",
    "Wallet",
    "catalogue",
    "certificate_entries",
    "certificates_for_bill",
    "due_for_reminder",
    "find_certificate",
    "find_code",
    "find_voucher",
    "fulfilment",
    "fulfilment_counts",
    "liability_of_certificates",
    "package_uses",
    "packages_for_bill",
    "redemption",
    "redemption_by_external_id",
    "reward",
    "reward_by_code",
    "rewards",
    "voucher_uses",
    "vouchers_for_bill",
    "wallet",
]
