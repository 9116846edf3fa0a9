"""Which deeds earn a badge: decisions on plain values. Never an illness, never money spent."""

from datetime import date

from loyalty.kernel.clock import add_months

#: All badges in the order in which pages show them.
BADGES = (
    "first-visit",
    "first-friend",
    "friends-3",
    "friends-8",
    "friends-20",
    "one-year",
    "ambassador",
)
_FRIENDS = {"first-friend": 1, "friends-3": 3, "friends-8": 8, "friends-20": 20}


def earned(*, visits: int, referrals: int, first_visit_on: date | None, today: date) -> list[str]:
    """The badges that a patient's deeds have earned by a local day; those of the board come from there."""
    found = ["first-visit"] if visits >= 1 else []
    found += [badge for badge, friends in _FRIENDS.items() if referrals >= friends]
    if first_visit_on is not None and add_months(first_visit_on, 12) <= today:
        found.append("one-year")
    return found


def progress(badge: str, *, referrals: int) -> tuple[int, int] | None:
    """(friends so far, friends needed) of a badge for friends; None for other badges."""
    needed = _FRIENDS.get(badge)
    return None if needed is None else (min(referrals, needed), needed)
