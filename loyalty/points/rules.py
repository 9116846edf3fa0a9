"""How many points, until when, and out of which lots: decisions on plain values."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from loyalty.kernel.clock import add_months
from loyalty.kernel.refusal import Refusal


@dataclass(frozen=True, slots=True)
class OpenLot:
    """What is left of a credit; ``valid_to`` None never ends."""

    id: int
    remaining: int
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Rate:
    """So much money earns a point, times the tier's multiplier in percent (P2)."""

    money_per_point_minor: int
    multiplier_percent: int = 100

    def points(self, eligible_minor: int) -> int:
        """floor(eligible money × rate × tier multiplier), once on the total of a visit (P2)."""
        return max(0, eligible_minor) * self.multiplier_percent // (100 * self.money_per_point_minor)


def eligible_minor(*, paid_minor: int, due_minor: int, refunded_minor: int = 0) -> int:
    """Money that earns: what was paid for what was due, less what was given back (P3, P9)."""
    return max(0, min(paid_minor, due_minor) - refunded_minor)


def last_day(earned_on: date, life_months: int) -> date | None:
    """The last day of points earned on a local day (P5); 0 months is for ever."""
    return add_months(earned_on, life_months) if life_months else None


def order_of_use(lots: Iterable[OpenLot]) -> list[OpenLot]:
    """Earliest last day first, lots without one last, then the oldest (P6)."""
    return sorted(lots, key=lambda lot: (lot.valid_to is None, lot.valid_to or date.max, lot.id))


def plan_debit(lots: Iterable[OpenLot], points: int) -> tuple[list[tuple[int, int]], int]:
    """Which lots give how much, in the given order, and what no lot could cover."""
    taken: list[tuple[int, int]] = []
    for lot in lots:
        part = min(lot.remaining, points)
        if part > 0:
            taken.append((lot.id, part))
            points -= part
    return taken, points


def take_back(*, earned: int, taken_back: int, remaining_eligible_minor: int, rate: Rate) -> int:
    """What a refund takes back: earned so far minus what the rest still earns at the old rate (P9)."""
    return max(0, earned - rate.points(remaining_eligible_minor) - taken_back)


def check_amount(points: int) -> None:
    """Refuse debits that are not positive."""
    if points <= 0:
        raise Refusal("points_not_positive")


def cap_percent(settings_cap: int, caps_by_tag: dict[str, int], tags: Iterable[str]) -> int:
    """The share of a bill a patient may pay by points: the largest her tags allow (P8)."""
    return max([settings_cap, *(caps_by_tag[tag] for tag in tags if tag in caps_by_tag)])
