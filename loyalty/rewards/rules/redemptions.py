"""How a redemption moves: requested, approved, handed over; cancelled or expired (V7)."""

from datetime import date, datetime, timedelta

from loyalty.rewards.rules.values import has_ended

STATES = ("requested", "approved", "handed_over", "cancelled", "expired")
#: States out of which a redemption can still end in the patient's hands.
OPEN = ("requested", "approved")
#: The lists of the fulfilment page.
TABS = ("waiting", "requested", "handed_over", "ended")
#: How long a patient may think better of it, and how long a hand-over may be undone.
PATIENT_MAY_CANCEL = timedelta(hours=24)
UNDO_WITHIN = timedelta(minutes=10)


def is_overdue(state: str, valid_to: date | None, today: date) -> bool:
    """Whether an approved gift was not fetched in time, recorded or not (TM4)."""
    return state == "approved" and has_ended(valid_to, today)


def may_undo(handed_over_at: datetime | None, now: datetime) -> bool:
    """Whether a hand-over is so recent that it can be undone."""
    return handed_over_at is not None and now - handed_over_at <= UNDO_WITHIN


def patient_may_cancel(requested_at: datetime, now: datetime) -> bool:
    return now - requested_at < PATIENT_MAY_CANCEL


def redeem_key(redemption_id: int) -> str:
    """The ledger key under which a redemption takes its points."""
    return f"redemption:{redemption_id}:redeem"


def restore_key(redemption_id: int) -> str:
    """The ledger key under which they are given back."""
    return f"redemption:{redemption_id}:restore"
