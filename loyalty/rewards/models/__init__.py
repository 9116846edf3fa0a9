"""Tables of the rewards capability."""

from loyalty.rewards.models.catalogue import Picture, Redemption, Reward
from loyalty.rewards.models.certificates import Certificate, CertificateEntry
from loyalty.rewards.models.packages import Package, PackageUse
from loyalty.rewards.models.vouchers import Voucher, VoucherUse

__all__ = [
    "Certificate",
    "CertificateEntry",
    "Package",
    "PackageUse",
    "Picture",
    "Redemption",
    "Reward",
    "Voucher",
    "VoucherUse",
]
