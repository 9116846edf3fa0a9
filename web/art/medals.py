"""Medals of badges and of places on the board, drawn as SVG."""

import math
from functools import cache, lru_cache

from markupsafe import Markup

from web.art.drawing import ROUND, glyphs, svg

# badge code -> metal (how high) and glyph (what for)
BADGES = {
    "first-visit": ("leaf", "home"),
    "first-friend": ("petal", "heart"),
    "friends-3": ("gold", "users"),
    "friends-8": ("lacquer", "users"),
    "friends-20": ("lacquer", "leaf"),
    "one-year": ("gold", "leaf"),
    "survey-giver": ("leaf", "message"),
    "on-time": ("silver", "clock"),
    "family": ("copper", "branch"),
    "ambassador": ("lacquer", "tea"),
    "black-tier": ("lacquer", "shield"),
}
RANK_METALS = {1: "gold", 2: "silver", 3: "copper"}


def _scallop(petals: int = 12, radius: float = 30, swell: float = 2.6, centre: float = 36) -> str:
    def point(turn: float, r: float) -> str:
        angle = 2 * math.pi * turn / petals
        return f"{centre + r * math.cos(angle):.1f} {centre + r * math.sin(angle):.1f}"

    inner, outer = radius - swell, radius + swell * 2
    arcs = "".join(f"Q{point(i + 0.5, outer)} {point(i + 1, inner)}" for i in range(petals))
    return f"M{point(0, inner)}{arcs}Z"


@lru_cache(maxsize=256)
def badge_medal(
    code: str = "",
    locked: bool = False,
    rank: int | None = None,
    size: int = 76,
    *,
    metal: str = "",
    glyph: str = "",
    cls: str = "",
) -> Markup:
    """A twelve-petal medal. code: a key of BADGES, or metal and glyph by hand; rank: a numeral instead
    of the glyph; locked: the dashed ring of a badge not yet earned."""
    own_metal, own_glyph = BADGES.get(code, ("leaf", "medal"))
    shown = "locked" if locked else metal or (RANK_METALS.get(rank, "leaf") if rank else own_metal)
    ring = ' stroke-dasharray="2.5 4"' if locked else ""
    middle = (
        f'<text class="bd-num" x="36" y="44.5">{rank}</text>'
        if rank
        else '<g class="bd-glyph" fill="none" stroke-width="1.7" '
        'transform="translate(22.8 22.8) scale(1.1)" '
        f"{ROUND}>{glyphs()[glyph or own_glyph]}</g>"
    )
    return svg(
        f"badge bd-{shown} {cls}",
        "0 0 72 72",
        f'<path class="bd-disc" d="{_scallop()}"/><circle class="bd-in" cx="36" cy="36" r="21.5"/>'
        f"{'' if locked else _medal_shine()}"
        f'<circle class="bd-ring" cx="36" cy="36" r="21.5" fill="none"{ring}/>{middle}',
        size,
    )


@cache
def _medal_shine() -> str:
    turns = [math.radians(degrees) for degrees in range(15, 375, 30)]
    return '<path class="bd-shine" d="M14 40A23 23 0 0 1 40 14l4 1A30 30 0 0 0 13.5 44z"/>' + "".join(
        f'<circle class="bd-dot" cx="{36 + 25.2 * math.cos(turn):.1f}" '
        f'cy="{36 + 25.2 * math.sin(turn):.1f}" r="1.1"/>'
        for turn in turns
    )


def rank_medal(rank: int, size: int = 68) -> Markup:
    """The medal of a place on the thank-you board: gold, silver, copper, then leaf."""
    return badge_medal(rank=rank, size=size)
