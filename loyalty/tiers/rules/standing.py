"""What becomes of a patient's tier: one decision for a visit's review and for the nightly one (M5 to M10)."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from loyalty.tiers.rules.ladder import rank


@dataclass(frozen=True, slots=True)
class Standing:
    """The tier as kept, the announced day of its fall, and the staff's pin, which holds through its day."""

    tier: str | None
    falls_on: date | None = None
    pin: str | None = None
    pin_until: date | None = None
    pin_lowers: bool = False


@dataclass(frozen=True, slots=True)
class Reached:
    """The tiers reached by what counts today, ahead, and through the days of grace."""

    now: str | None
    ahead: str | None
    kept: str | None

    @classmethod
    def of(cls, now: str | None, ahead: str | None, behind: str | None, *, ahead_is_past: bool) -> "Reached":
        """What counts today holds through the grace too, whatever counted before."""
        return cls(now, _higher(now, ahead) if ahead_is_past else ahead, _higher(now, behind))

    @classmethod
    def always(cls, tier: str | None) -> "Reached":
        """A lifetime's count is the same on every day."""
        return cls(tier, tier, tier)


@dataclass(frozen=True, slots=True)
class Step:
    """What the review found: the standing after it, why, and to which tier an announced fall leads.

    ``reason`` is set when the tier changes, ``announced`` when a fall has just been announced.
    """

    after: Standing
    reason: str | None = None
    announced: bool = False
    falls_to: str | None = None


def is_pinned(standing: Standing, today: date) -> bool:
    """Whether a pin holds on that day; its last day counts in (M10, TM3)."""
    return standing.pin is not None and standing.pin_until is not None and today <= standing.pin_until


def has_run_out(falls_on: date | None, pin_until: date | None, today: date) -> bool:
    """Whether the day of a fall or the end of a pin has come: the kept tier may hold no more (TM4)."""
    return (falls_on is not None and falls_on <= today) or (pin_until is not None and pin_until < today)


def decide(
    standing: Standing, reached: Reached, *, today: date, notice_days: int, reason: str = "review"
) -> Step:
    """The standing after a review on ``today``; a second one on the same day changes nothing.

    A rise comes at once (M5). A fall comes at once by a reversal or by staff, otherwise on its announced
    day, if what still counts in the grace does not reach the tier (M6).
    """
    pinned = is_pinned(standing, today)
    if standing.pin is not None and not pinned:
        standing = replace(standing, pin=None, pin_until=None, pin_lowers=False)
        reason = "pin_end"
    if pinned and standing.pin_lowers:
        return _step(standing, replace(standing, tier=standing.pin, falls_on=None), reason)
    if pinned:
        reached = Reached(
            *(_higher(tier, standing.pin) for tier in (reached.now, reached.ahead, reached.kept))
        )
    tier = _tier_after(standing, reached, today, reason)
    falls_on = _falls_on(standing, tier, reached, today, notice_days)
    step = _step(standing, replace(standing, tier=tier, falls_on=falls_on), reason)
    is_new = falls_on is not None and falls_on != standing.falls_on
    return replace(step, announced=is_new, falls_to=reached.ahead if falls_on else None)


def _tier_after(standing: Standing, reached: Reached, today: date, reason: str) -> str | None:
    if rank(reached.now) > rank(standing.tier):
        return reached.now
    if rank(reached.kept) >= rank(standing.tier):
        return standing.tier
    announced = standing.falls_on
    # Who has been told a day keeps the tier until then, whatever happens to another visit meanwhile.
    falls = reason in AT_ONCE if announced is None else announced <= today
    return reached.kept if falls else standing.tier


#: Falls that need no notice: undone facts, and acts of the staff (M6).
AT_ONCE = ("reversal", "pin", "unpin", "pin_end")


def _falls_on(
    standing: Standing, tier: str | None, reached: Reached, today: date, notice_days: int
) -> date | None:
    """The announced day of a fall that lies ahead. A day that has come is over: fallen, or told anew."""
    if rank(reached.ahead) >= rank(tier):
        return None
    known = standing.falls_on
    if known is not None and known > today and tier == standing.tier:
        return known
    return today + timedelta(days=notice_days)


def _step(before: Standing, after: Standing, reason: str) -> Step:
    return Step(after, None if after.tier == before.tier else _why(before, after, reason))


def _why(before: Standing, after: Standing, reason: str) -> str:
    """The reason kept in the history: what led to the review, or that an announced day has come."""
    if rank(after.tier) > rank(before.tier):
        return "review" if reason == "reversal" else reason
    return reason if reason in AT_ONCE else "announced"


def _higher(one: str | None, other: str | None) -> str | None:
    return one if rank(one) >= rank(other) else other
