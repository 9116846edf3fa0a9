"""What becomes of two records of one person where both say something: decisions on plain values (P17)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, TypeVar

from loyalty.patients.rules import ON_BEHALF
from loyalty.referrals.rules import OPEN_STAGES
from loyalty.tiers.rules import TIERS

ANY = "any"
#: Why a referral ended: it was no introduction of another person, or not the first one in her life (F4, F6).
MERGED = "merged"
EXISTING_PATIENT = "existing_patient"
#: Why a message of one of them does not go out.
DUPLICATE = "duplicate"


class Word(Protocol):
    """One act of consent, as far as it matters which of two is the stricter."""

    @property
    def id(self) -> int: ...
    @property
    def channel(self) -> str: ...
    @property
    def granted(self) -> bool: ...
    @property
    def source(self) -> str: ...


class Way(Protocol):
    """A referral, as far as it matters which of two a person's life begins with."""

    @property
    def id(self) -> int: ...
    @property
    def stage(self) -> str: ...
    @property
    def attributed_at(self) -> datetime: ...


W = TypeVar("W", bound=Word)
R = TypeVar("R", bound=Way)


def strictness(word: Word | None) -> int:
    """The patient's own no binds more than one passed on for her, and that more than a yes (C10)."""
    if word is None or word.granted:
        return 0
    return 1 if word.source in ON_BEHALF else 2


def strictest(words: Sequence[W | None]) -> W | None:
    """The word that binds most, the later of two alike; a record that was never asked says nothing."""
    said = [word for word in words if word is not None]
    return max(said, key=lambda word: (strictness(word), word.id), default=None)


def words_to_repeat(kept: Sequence[W], merged: Sequence[W]) -> list[tuple[str, W]]:
    """Which words on one purpose have to be said once more, per channel, so that the stricter is in force.

    Both records' acts go to one patient, where the latest counts: that may be the milder one. The word on
    any channel comes first, since it overrides what was said before on a single one.
    """
    own, other = _latest(kept), _latest(merged)
    in_force = _latest(sorted([*kept, *merged], key=lambda word: word.id))
    order = {channel: word.id for channel, word in in_force.items()}
    last = max(order.values(), default=0)
    repeated: list[tuple[str, W]] = []
    for channel in sorted(in_force, key=lambda name: (name != ANY, name)):
        wanted = strictest([_in_force(own, channel), _in_force(other, channel)])
        if wanted is None or strictness(wanted) == strictness(_now(in_force, order, channel)):
            continue
        last += 1
        in_force[channel], order[channel] = wanted, last
        repeated.append((channel, wanted))
    return repeated


def _latest(words: Sequence[W]) -> dict[str, W]:
    return {word.channel: word for word in sorted(words, key=lambda word: word.id)}


def _in_force(words: Mapping[str, W], channel: str) -> W | None:
    """The later of the words on this channel and on any; on any channel only the latter."""
    heard = [words[name] for name in {channel, ANY} if name in words]
    return max(heard, key=lambda word: word.id, default=None)


def _now(words: Mapping[str, W], order: Mapping[str, int], channel: str) -> W:
    heard = [name for name in {channel, ANY} if name in words]
    return words[max(heard, key=lambda name: order[name])]


def first_of(ways: Sequence[R]) -> R:
    """The referral that stays a person's own (F4): one that brought her, else an open one, the earliest."""
    return min(ways, key=lambda way: (_progress(way.stage), way.attributed_at, way.id))


def _progress(stage: str) -> int:
    if stage == "qualified":
        return 0
    return 1 if stage in OPEN_STAGES else 2


@dataclass(frozen=True, slots=True)
class Standing:
    """What a record holds of the ladder: its tier, an announced fall, a pin."""

    tier: str | None
    since: datetime | None
    falls_on: date | None
    pin: str | None
    pin_until: date | None
    pin_lowers: bool


def higher(one: Standing, other: Standing) -> Standing:
    """The higher tier with its announced fall, and of two pins the higher; of two alike the first."""
    top = one if _level(one.tier) >= _level(other.tier) else other
    pinned = one if _level(one.pin) >= _level(other.pin) else other
    return Standing(top.tier, top.since, top.falls_on, pinned.pin, pinned.pin_until, pinned.pin_lowers)


def _level(tier: str | None) -> int:
    return -1 if tier is None else TIERS.index(tier)
