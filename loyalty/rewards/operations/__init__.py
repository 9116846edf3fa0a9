"""Writes of the rewards capability.

Whoever holds a patient's summary row (``patients.queries.hold_summary``) takes it before any row of this
capability, and rows of rewards come last: so two transactions never wait for each other.
"""

from loyalty.rewards.operations.balances import (
    hold_certificate,
    release_certificate,
    return_to_certificate,
    use_certificate,
)
from loyalty.rewards.operations.certificates import give_certificate, refund_certificate, sell_certificate
from loyalty.rewards.operations.packages import (
    cancel_package,
    open_package,
    reserve_session,
    return_session,
    use_session,
)
from loyalty.rewards.operations.vouchers import (
    cancel_voucher,
    free_voucher,
    issue_voucher,
    reserve_voucher,
    use_voucher,
)

__all__ = [
    "cancel_package",
    "cancel_voucher",
    "free_voucher",
    "give_certificate",
    "hold_certificate",
    "issue_voucher",
    "open_package",
    "refund_certificate",
    "release_certificate",
    "reserve_session",
    "reserve_voucher",
    "return_session",
    "return_to_certificate",
    "sell_certificate",
    "use_certificate",
    "use_session",
    "use_voucher",
]
