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
from loyalty.rewards.operations.catalogue import keep_picture, retire_reward, save_reward
from loyalty.rewards.operations.certificates import give_certificate, refund_certificate, sell_certificate
from loyalty.rewards.operations.fulfilment import (
    cancel_redemption,
    claim_reminder,
    expire_redemptions,
    hand_over,
    undo_hand_over,
)
from loyalty.rewards.operations.lookups import look_up
from loyalty.rewards.operations.packages import (
    cancel_package,
    open_package,
    reserve_session,
    return_session,
    use_session,
)
from loyalty.rewards.operations.redemptions import approve_redemption, redeem_reward
from loyalty.rewards.operations.vouchers import (
    cancel_voucher,
    free_voucher,
    issue_voucher,
    reserve_voucher,
    use_voucher,
)

__all__ = [
    "approve_redemption",
    "cancel_package",
    "cancel_redemption",
    "cancel_voucher",
    "claim_reminder",
    "expire_redemptions",
    "free_voucher",
    "give_certificate",
    "hand_over",
    "hold_certificate",
    "issue_voucher",
    "keep_picture",
    "look_up",
    "open_package",
    "redeem_reward",
    "refund_certificate",
    "release_certificate",
    "reserve_session",
    "reserve_voucher",
    "retire_reward",
    "return_session",
    "return_to_certificate",
    "save_reward",
    "sell_certificate",
    "undo_hand_over",
    "use_certificate",
    "use_session",
    "use_voucher",
]
