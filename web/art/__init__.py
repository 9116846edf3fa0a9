"""The product's drawings as inline SVG: pure functions from plain values to markup.

Colours come from the stylesheet's classes; sizes, angles and dashes are presentation
attributes, so nothing here needs an inline style and the strict content policy holds.
No drawing carries an id: the same one may stand on a page many times.
"""

from flask import Flask

from web.art.drawing import TIERS, card_art, favicon, glyphs, icon, lotus, mark, qr, tier_stage
from web.art.medals import BADGES, badge_medal, rank_medal
from web.art.scenes import envelope, milestone_fraction, scene, spark, vine

__all__ = [
    "BADGES", "TIERS", "badge_medal", "card_art", "envelope", "favicon", "glyphs", "icon", "lotus", "mark",
    "milestone_fraction", "qr", "rank_medal", "scene", "spark", "tier_stage", "vine",
]  # fmt: skip


def init_art(app: Flask) -> None:
    """Make the drawings callable from every template, imported macros included."""
    app.jinja_env.globals.update(
        icon=icon,
        lotus=lotus,
        mark=mark,
        favicon=favicon,
        card_art=card_art,
        envelope=envelope,
        scene=scene,
        vine=vine,
        milestone_fraction=milestone_fraction,
        spark=spark,
        badge_medal=badge_medal,
        qr=qr,
        rank_medal=rank_medal,
        tier_stage=tier_stage,
    )
