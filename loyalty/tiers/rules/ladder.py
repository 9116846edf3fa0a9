"""The ladder and how far a patient is on it: decisions on plain values (M1, M9)."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from loyalty.clinic.rules.settings import Settings

TIERS = ("member", "silver", "gold", "black")
#: The settings that decide who stands where: their changes show their effect first (M8).
LADDER_KEYS = (
    *(f"tiers.{tier}.{way}" for tier in TIERS for way in ("visits", "referrals")),
    "tiers.window",
    "tiers.grace_days",
    "tiers.notice_days",
)


@dataclass(frozen=True, slots=True)
class Rung:
    """What reaches a tier: so many visits OR so many friends; 0 switches a way off."""

    tier: str
    visits: int
    referrals: int


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a patient stands and what each of the two ways to the next tier still takes (M9).

    ``*_needed`` and ``*_remaining`` are None when that way is switched off or at the top.
    """

    tier: str | None
    next_tier: str | None
    counted_visits: int
    counted_referrals: int
    visits_needed: int | None
    referrals_needed: int | None
    visits_remaining: int | None
    referrals_remaining: int | None
    percent: Fraction


def ladder(settings: Settings) -> tuple[Rung, ...]:
    """The rungs in force, lowest first."""
    return tuple(
        Rung(tier, settings[f"tiers.{tier}.visits"], settings[f"tiers.{tier}.referrals"]) for tier in TIERS
    )


def is_reached(rung: Rung, visits: int, referrals: int) -> bool:
    """Whether ANY criterion of a rung holds; always ``>=`` (M1)."""
    return bool(rung.visits and visits >= rung.visits) or bool(rung.referrals and referrals >= rung.referrals)


def tier_for(rungs: Sequence[Rung], visits: int, referrals: int) -> str | None:
    """The highest tier reached, None before the first counted visit (M1)."""
    return next((rung.tier for rung in reversed(rungs) if is_reached(rung, visits, referrals)), None)


def rank(tier: str | None) -> int:
    """How high a tier stands: 0 for none, 4 for the highest."""
    return 0 if tier is None else TIERS.index(tier) + 1


def is_rise(before: str | None, after: str | None) -> bool:
    """Whether the change goes up."""
    return rank(after) > rank(before)


def progress(rungs: Sequence[Rung], *, tier: str | None, visits: int, referrals: int) -> Progress:
    """Both remaining numbers and the bar: max(visits/needed, referrals/needed), at most 100 % (M9)."""
    above = rungs[TIERS.index(tier) + 1 if tier else 0 :]
    upper = next((rung for rung in above if rung.visits or rung.referrals), None)
    if upper is None:
        return Progress(tier, None, visits, referrals, None, None, None, None, Fraction(100))
    ways = [(visits, upper.visits), (referrals, upper.referrals)]
    percent = max(Fraction(100 * done, needed) for done, needed in ways if needed)
    left = [max(0, needed - done) if needed else None for done, needed in ways]
    return Progress(
        tier=tier,
        next_tier=upper.tier,
        counted_visits=visits,
        counted_referrals=referrals,
        visits_needed=upper.visits or None,
        referrals_needed=upper.referrals or None,
        visits_remaining=left[0],
        referrals_remaining=left[1],
        percent=min(Fraction(100), percent),
    )
