"""Decisions of the monthly leaderboard on plain values (B1 to B6)."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from loyalty.kernel.clock import ClinicCalendar, Month
from loyalty.kernel.contacts import clean_name, masked_name, search_key
from loyalty.kernel.refusal import Refusal

DRAFT, PUBLISHED = "draft", "published"
WAITING, APPROVED, REFUSED = "waiting", "approved", "refused"
CONSENT_PURPOSE = "leaderboard"
AMBASSADOR = "ambassador"
SHORTEST, LONGEST = 2, 40

#: Ties are broken modulo this prime, so that keys fit the databases' integers.
TIE_PRIME = 2**31 - 1
_PHONE_DIGITS = 7
_LINK = re.compile(
    r"://|\bwww\.|\b[\w-]+\.(?:com|net|org|info|biz|vn|cn|ru|su|рф|me|io|co|cc|app|top|xyz|shop|site|online|link)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Standing:
    """A helper's result in a month; ``reached_at`` is the instant at which her score was reached."""

    patient_id: int
    score: int
    reached_at: datetime
    tie_key: int


@dataclass(frozen=True, slots=True)
class Name:
    """What is known of how a member may be shown: her consent, her wish and the decision of staff."""

    real_name: str
    may_be_shown: bool
    nickname: str = ""
    changed_to: str | None = None
    state: str | None = None
    real_name_allowed: bool = False


def drafts_from(month: Month, calendar: ClinicCalendar, settle_hours: int) -> datetime:
    """The instant from which a month's board may be drafted (B2)."""
    return calendar.month_bounds(month)[1] + timedelta(hours=settle_hours)


def tie_factors(month: Month) -> tuple[int, int]:
    """The month's own multiplier and shift of :func:`tie_key`, which both databases can compute with."""
    drawn = hashlib.sha256(f"leaderboard {month}".encode()).digest()
    multiplier, shift = int.from_bytes(drawn[:8], "big"), int.from_bytes(drawn[8:16], "big")
    return multiplier % (TIE_PRIME - 1) + 1, shift % TIE_PRIME


def tie_key(patient_id: int, month: Month) -> int:
    """The opaque key that decides a complete tie (B4), other each month: no record number wins for ever."""
    multiplier, shift = tie_factors(month)
    return (patient_id * multiplier + shift) % TIE_PRIME


def ranked(standings: Iterable[Standing]) -> list[tuple[int, Standing]]:
    """Standings with their ranks 1, 1, 3 in the order in which they are read (B4); no zero is listed (B5)."""
    ordered = sorted(
        (one for one in standings if one.score > 0),
        key=lambda one: (-one.score, one.reached_at, one.tie_key),
    )
    placed: list[tuple[int, Standing]] = []
    for position, one in enumerate(ordered, start=1):
        tied = placed and placed[-1][1].score == one.score
        placed.append((placed[-1][0] if tied else position, one))
    return placed


def title(rank: int) -> str | None:
    """The title that goes with a rank: all who share the first place hold it (B4)."""
    return AMBASSADOR if rank == 1 else None


def shown_name(name: Name) -> str | None:
    """The name the public may read; None for who has not opted in (B6).

    Staff's wording stands before the nickname, and the real name only where she allowed it and chose no
    nickname; all of them once approved, else initials.
    """
    if not name.may_be_shown:
        return None
    if name.state != APPROVED:
        return masked_name(name.real_name)
    real_name = clean_name(name.real_name) if name.real_name_allowed else masked_name(name.real_name)
    return name.changed_to or name.nickname or real_name


def cleaned_nickname(text: str, *, real_name: str, real_name_allowed: bool) -> str:
    """A nickname as it is kept; refuses wrong lengths, no letters, ways to contact and the real name (B6)."""
    nickname = clean_name(text)
    if not SHORTEST <= len(nickname) <= LONGEST:
        raise Refusal("nickname_length", shortest=SHORTEST, longest=LONGEST)
    if not nickname.isprintable() or not any(sign.isalpha() for sign in nickname):
        raise Refusal("nickname_letters")
    if _invites_contact(nickname):
        raise Refusal("nickname_contact")
    if not real_name_allowed and search_key(nickname) == search_key(real_name):
        raise Refusal("nickname_real_name")
    return nickname


def _invites_contact(nickname: str) -> bool:
    digits = sum(sign.isdigit() for sign in nickname)
    return "@" in nickname or digits >= _PHONE_DIGITS or _LINK.search(nickname) is not None
