"""Out of which lots points go, and into which they come back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class OpenLot:
    """What is left of a credit; ``valid_to`` None never ends."""

    id: int
    remaining: int
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Use:
    """What a redemption took from a lot and has not got back yet; ``is_over`` when its end is recorded."""

    lot_id: int
    left: int
    valid_to: date | None
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class Restored:
    """Points that come back to a lot: first they ``fill`` a debt, the rest opens or, if it ended, ends.

    ``points`` is all of it.
    """

    lot_id: int
    points: int
    fill: int
    valid_to: date | None
    has_ended: bool

    @property
    def rest(self) -> int:
        return self.points - self.fill


def order_of_use(lots: Iterable[OpenLot]) -> list[OpenLot]:
    """Earliest last day first, lots without one last, then the oldest (P6)."""
    return sorted(lots, key=lambda lot: _order(lot.valid_to, lot.id))


def _order(valid_to: date | None, lot_id: int) -> tuple[bool, date, int]:
    return valid_to is None, valid_to or date.max, lot_id


def plan_debit(lots: Iterable[OpenLot], points: int) -> tuple[list[tuple[int, int]], int]:
    """Which lots give how much, in the given order, and what no lot could cover."""
    taken: list[tuple[int, int]] = []
    for lot in lots:
        part = min(lot.remaining, points)
        if part > 0:
            taken.append((lot.id, part))
            points -= part
    return taken, points


def plan_restore(uses: Iterable[Use], points: int, *, debt: int, today: date) -> list[Restored]:
    """Which lots get how much back: those that end last come first (P11), and a debt is filled (P10).

    What belongs to a lot that has ended would be lost at once, so it fills the debt before the others do.
    """
    chosen: list[tuple[Use, int]] = []
    for use in sorted(uses, key=lambda use: _order(use.valid_to, use.lot_id), reverse=True):
        part = min(use.left, points)
        if part > 0:
            chosen.append((use, part))
            points -= part
    plan = []
    for use, part in reversed(chosen):
        fill = min(debt, part)
        debt -= fill
        # An end that is in the ledger stays one, whatever day it is taken for: a lot ends once (P13).
        has_ended = use.is_over or (use.valid_to is not None and use.valid_to < today)
        plan.append(Restored(use.lot_id, part, fill, use.valid_to, has_ended))
    return plan
