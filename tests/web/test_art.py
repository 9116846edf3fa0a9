"""The drawings: valid markup, no inline style, no ids, the same picture for the same values."""

from xml.etree import ElementTree

import pytest
from markupsafe import Markup

from web import art

DRAWINGS = {
    "icon": art.icon("home"),
    "icon with a class": art.icon("chev-r", 14, "dim"),
    "mark": art.mark(24),
    "envelope": art.envelope(),
    "code": art.qr("https://example.org/i/7KQ4M2XP", "Invitation code"),
    "trend": art.spark([1, 3, 2, 5]),
    "vine": art.vine(4, 0.4),
    "rank": art.rank_medal(1),
    "locked badge": art.badge_medal("first-friend", locked=True),
    **{f"lotus {tier} {size}": art.lotus(tier, size) for tier in art.TIERS for size in (16, 28)},
    **{f"card {tier}": art.card_art(tier) for tier in art.TIERS},
    **{f"badge {code}": art.badge_medal(code) for code in art.BADGES},
    **{f"scene {kind}": art.scene(kind) for kind in ("bud", "bloom", "envelope", "rain")},
}


@pytest.mark.parametrize("name", DRAWINGS)
def test_every_drawing_is_well_formed_and_free_of_inline_style(name: str) -> None:
    drawing = DRAWINGS[name]
    assert isinstance(drawing, Markup)
    for element in ElementTree.fromstring(drawing).iter():
        assert not {"style", "id", "onload"} & set(element.attrib)


def test_every_icon_of_the_file_can_be_drawn() -> None:
    names = list(art.glyphs())
    assert len(names) > 60
    assert all("<path" in art.icon(n) or "<circle" in art.icon(n) or "<rect" in art.icon(n) for n in names)


def test_an_unknown_icon_is_an_error_at_once() -> None:
    with pytest.raises(KeyError):
        art.icon("no-such-icon")


def test_the_lotus_opens_with_the_tier() -> None:
    petals = [art.lotus(tier, 40).count("rotate(") for tier in ("member", "silver", "gold", "black")]
    assert petals == [3, 5, 7, 9]
    assert art.lotus("gold", 40) == art.lotus(3, 40)
    assert art.tier_stage("unheard-of") == 1


def test_words_put_into_drawings_are_escaped() -> None:
    drawing = art.qr("text", 'a "name" <b>') + art.icon("x", cls='"><script>')
    assert "<b>" not in drawing
    assert "<script>" not in drawing


def test_a_code_is_the_same_for_the_same_text_and_hidden_without_a_name() -> None:
    assert art.qr("A") == art.qr("A") != art.qr("B")
    assert 'aria-hidden="true"' in art.qr("A")
    assert 'role="img" aria-label="Card"' in art.qr("A", "Card")


@pytest.mark.parametrize(("done", "fraction"), [(0, 0), (1, 0), (2, 0.5 / 3), (3, 1 / 3), (4, 0.5), (9, 1)])
def test_the_vine_grows_with_the_friends_helped(done: int, fraction: float) -> None:
    assert art.milestone_fraction(done, [1, 3, 5, 8]) == pytest.approx(fraction)


def test_the_vine_gets_leaves_where_it_has_grown() -> None:
    assert art.vine(4, 0).count("vn-leaf") == 0
    assert art.vine(4, 1).count("vn-leaf") == 6


def test_a_trend_needs_two_values() -> None:
    assert art.spark([]) == art.spark([4]) == ""
    assert "sp-l" in art.spark([4, 4])


def test_locked_and_ranked_medals() -> None:
    assert "bd-locked" in art.badge_medal("first-visit", locked=True)
    assert "bd-gold" in art.rank_medal(1)
    assert "bd-silver" in art.rank_medal(2)
    assert "bd-leaf" in art.rank_medal(4)
    assert ">4</text>" in art.rank_medal(4)
