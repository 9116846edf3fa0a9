"""The stricter word wins, channel by channel (P17, C10)."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from loyalty.merging.rules import Standing, higher, strictness, words_to_repeat


@dataclass(frozen=True)
class Said:
    id: int
    channel: str
    granted: bool
    source: str


def in_force(words: list[Said], channel: str) -> Said | None:
    heard = [word for word in words if word.channel in (channel, "any")]
    return max(heard, key=lambda word: word.id, default=None)


SAYING = st.tuples(
    st.booleans(),
    st.sampled_from(["any", "sms", "email"]),
    st.booleans(),
    st.sampled_from(["patient", "desk"]),
)


@given(st.lists(SAYING, max_size=8))
def test_p17_the_stricter_word_is_in_force(
    sayings: list[tuple[bool, str, bool, str]],
) -> None:
    said = [
        (mine, Said(number, channel, granted, source))
        for number, (mine, channel, granted, source) in enumerate(sayings, 1)
    ]
    kept, merged = ([word for mine, word in said if mine is side] for side in (True, False))
    repeated = words_to_repeat(kept, merged)
    after = [word for _, word in said] + [
        Said(100 + number, channel, word.granted, word.source)
        for number, (channel, word) in enumerate(repeated)
    ]
    for channel in ("sms", "email", "any"):
        before = [in_force(side, channel) for side in (kept, merged)]
        wanted = max((strictness(word) for word in before), default=0)
        assert strictness(in_force(after, channel)) == wanted
        assert (in_force(after, channel) is None) == (before == [None, None])


def test_words_that_agree_are_not_said_again() -> None:
    assert words_to_repeat([Said(1, "any", True, "desk")], [Said(2, "any", True, "patient")]) == []


def test_the_higher_tier_stays_with_its_announced_fall() -> None:
    silver = Standing("silver", None, None, None, None, False)
    gold = Standing("gold", None, None, "black", None, False)
    none = Standing(None, None, None, None, None, False)
    assert higher(silver, gold) == gold
    assert higher(none, silver) == silver
    assert higher(gold, none) == gold
