"""Stages, halves and who may be referred by whom: decisions on plain values."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

STAGES = ("invited", "registered", "booked", "arrived", "qualified")
ENDS = ("expired", "rejected", "reversed")
#: Ends that no visit changes; an expiry is only the record of a window in which nothing was known to happen.
CLOSED = ("rejected", "reversed")
#: Why a reversed referral may qualify yet: the friend's visit was completed by mistake, not paid back.
UNDONE = "undone"
OPEN_STAGES = ("registered", "booked", "arrived")
HALVES = ("first", "second")
ORIGINS = ("link", "cookie", "desk", "api")
FLAGS = ("same_device", "similar_name", "velocity")
CLAIMS_A_DAY = 5


class FriendsVisit(Protocol):
    """What the stages need to know of a friend's visit."""

    @property
    def id(self) -> int: ...
    @property
    def status(self) -> str: ...
    @property
    def created_at(self) -> datetime: ...
    @property
    def arrived_at(self) -> datetime | None: ...
    @property
    def completed_at(self) -> datetime | None: ...
    @property
    def due_minor(self) -> int: ...
    @property
    def paid_minor(self) -> int: ...
    @property
    def refunded_minor(self) -> int: ...
    @property
    def certificate_minor(self) -> int: ...
    @property
    def certificate_returned_minor(self) -> int: ...
    @property
    def paid_at(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a friend's visits carry a referral, with the instants of each step."""

    booked_at: datetime | None = None
    arrived_at: datetime | None = None
    qualified_at: datetime | None = None
    qualifying_visit_id: int | None = None

    @property
    def stage(self) -> str:
        if self.qualified_at:
            return "qualified"
        if self.arrived_at:
            return "arrived"
        return "booked" if self.booked_at else "registered"


def reached(visits: Iterable[FriendsVisit], *, minimum_bill_minor: int, until: datetime) -> Reached:
    """What a friend's visits amount to (F7, F8): a payment implies the arrival.

    The qualifying visit is the first completed one that was paid in money or by certificate, is not wholly
    refunded and reaches the optional minimum; it qualifies at the instant at which it was both completed and
    paid. Steps at or after ``until`` come too late (F9).
    """
    known = [visit for visit in visits if visit.status in ("booked", "arrived", "completed")]
    bookings = [visit.created_at for visit in known if visit.created_at < until]
    arrivals = [at for visit in known if (at := visit.arrived_at or visit.completed_at) and at < until]
    paid = sorted(
        (at, visit.id)
        for visit in known
        if _qualifies(visit, minimum_bill_minor) and (at := _completed_and_paid(visit)) and at < until
    )
    qualified_at, visit_id = paid[0] if paid else (None, None)
    return Reached(
        booked_at=min(bookings, default=None),
        arrived_at=min(arrivals, default=None),
        qualified_at=qualified_at,
        qualifying_visit_id=visit_id,
    )


def _completed_and_paid(visit: FriendsVisit) -> datetime | None:
    return max((at for at in (visit.completed_at, visit.paid_at) if at), default=None)


def _qualifies(visit: FriendsVisit, minimum_bill_minor: int) -> bool:
    paid = visit.paid_minor + visit.certificate_minor
    return (
        visit.status == "completed"
        and visit.paid_minor >= visit.due_minor
        and visit.refunded_minor + visit.certificate_returned_minor < paid
        and visit.due_minor + visit.certificate_minor >= minimum_bill_minor
    )


def halves(total: int) -> tuple[int, int]:
    """The referrer's reward: floor(total/2) at the arrival, the rest at the first paid visit (F8)."""
    return total // 2, total - total // 2


def is_forward(stage: str, wanted: str) -> bool:
    """Whether a stage lies ahead of another (F7); one that ended too early may still have qualified."""
    if stage in ("expired", "reversed"):
        return wanted == "qualified"
    return stage in STAGES and wanted in STAGES and STAGES.index(wanted) > STAGES.index(stage)


def flags_of(*, same_device: bool, same_name: bool, claims_today: int) -> list[str]:
    """What makes a referral worth a second look; its rewards are then held (F6)."""
    found = {"same_device": same_device, "similar_name": same_name, "velocity": claims_today >= CLAIMS_A_DAY}
    return [flag for flag in FLAGS if found[flag]]
