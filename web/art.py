"""The product's drawings as inline SVG: pure functions from plain values to markup.

Colours come from the stylesheet's classes; sizes, angles and dashes are presentation
attributes, so nothing here needs an inline style and the strict content policy holds.
No drawing carries an id: the same one may stand on a page many times.
"""

import math
import random
import re
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from urllib.parse import quote

import segno
from flask import Flask
from markupsafe import Markup, escape

TIERS = {"member": 1, "silver": 2, "gold": 3, "black": 4}

# angle in degrees, half width, height, opacity: 3, 5, 7, 9 petals, drawn in this order
PETALS: dict[int, tuple[tuple[float, float, float, float], ...]] = {
    1: ((-15, 7, 26, .45), (15, 7, 26, .45), (0, 8.5, 33, .95)),
    2: ((-44, 7, 27, .35), (44, 7, 27, .35), (-22, 8, 33, .55), (22, 8, 33, .55), (0, 9, 37, .95)),
    3: ((-66, 6.5, 27, .3), (66, 6.5, 27, .3), (-44, 7.5, 32, .42), (44, 7.5, 32, .42),
        (-22, 8.5, 36, .6), (22, 8.5, 36, .6), (0, 9, 39, .95)),
    4: ((-84, 6, 25, .26), (84, 6, 25, .26), (-63, 7, 30, .34), (63, 7, 30, .34), (-42, 8, 34, .46),
        (42, 8, 34, .46), (-21, 8.7, 37, .62), (21, 8.7, 37, .62), (0, 9.2, 40, .95)),
}
SMALL_ANGLES = {1: (0,), 2: (-34, 34, 0), 3: (-58, 58, -29, 29, 0), 4: (-78, 78, -52, 52, -26, 26, 0)}

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
ROUND = 'stroke-linecap="round" stroke-linejoin="round"'
INK = "#0E1B18"
RANK_METALS = {1: "gold", 2: "silver", 3: "copper"}


def tier_stage(tier: str | int) -> int:
    """The lotus stage 1-4 of a tier code or number; an unknown code opens no petal further than 1."""
    return tier if isinstance(tier, int) else TIERS.get(tier, 1)


@cache
def _glyphs() -> dict[str, str]:
    text = (Path(__file__).parent / "icons.svg").read_text(encoding="utf-8")
    return dict(re.findall(r'<symbol id="([\w-]+)"[^>]*>(.*?)</symbol>', text))


def _svg(cls: str, view: str, body: str, width: float = 0, height: float = 0, extra: str = "") -> Markup:
    size = f' width="{width}" height="{height or width}"' if width else ""
    return Markup(  # noqa: S704 - every part is a number or a literal of this module, cls is escaped
        f'<svg class="{escape(cls.strip())}"{size} viewBox="{view}"{extra} aria-hidden="true" '
        f'focusable="false">{body}</svg>')


def _petal(w: float, h: float) -> str:
    return (f"M0 0C{-w:.1f} {-h * .3:.1f} {-w * .82:.1f} {-h * .74:.1f} 0 {-h:.1f}"
            f"C{w * .82:.1f} {-h * .74:.1f} {w:.1f} {-h * .3:.1f} 0 0Z")


def _flower(x: float, y: float, stage: int, scale: float, attributes: str, *, tall: float = 0,
            faded: bool = True) -> str:
    return "".join(
        f'<path {attributes} transform="translate({x} {y}) rotate({angle})" '
        f'd="{_petal(w * scale, h * (tall or scale))}"' + (f' fill-opacity="{opacity}"/>' if faded else "/>")
        for angle, w, h, opacity in PETALS[stage])


@lru_cache(maxsize=1024)
def icon(name: str, size: int = 20, cls: str = "") -> Markup:
    """A line icon of the 24 grid, hidden from screen readers. KeyError for a name not in icons.svg."""
    return _svg(f"i {cls}", "0 0 24 24", _glyphs()[name], size,
                extra=f' fill="none" stroke="currentColor" stroke-width="1.75" {ROUND}')


@lru_cache(maxsize=256)
def lotus(stage: str | int, size: int = 24, cls: str = "") -> Markup:
    """The tier's flower: 3, 5, 7 or 9 petals (fewer, bolder ones up to 18 px). Takes a tier code too."""
    level = tier_stage(stage)
    if size <= 18:
        half = 10.5 if level < 3 else 9
        body = "".join(
            f'<path transform="translate(32 56) rotate({angle})" d="{_petal(half, 40 if angle else 44)}" '
            f'fill="currentColor" fill-opacity="{.5 if angle else 1}"/>' for angle in SMALL_ANGLES[level])
        return _svg(f"lotus {cls}", "0 0 64 64", body, size)
    body = _flower(32, 50 if level < 3 else 49, level, 1.18, 'fill="currentColor"')
    if level == 4:
        body += f'<path d="M20 56.5q12 5 24 0" fill="none" stroke="currentColor" stroke-width="2.6" {ROUND}/>'
    return _svg(f"lotus {cls}", "0 0 64 64", body, size)


def _mark_paths(fills: Sequence[str]) -> str:
    petals = ((-46, _petal(9.6, 29)), (46, _petal(9.6, 29)), (0, _petal(8.6, 31)))
    return '<g transform="translate(20 35)">' + "".join(
        f'<path {fill} transform="rotate({angle})" d="{d}"/>'
        for fill, (angle, d) in zip(fills, petals, strict=True)) + "</g>"


@cache
def mark(size: int = 32) -> Markup:
    """The mark: two leaves meet, a new petal grows between them."""
    return _svg("mark", "0 0 40 40", _mark_paths(['class="mk-a"', 'class="mk-b"', 'class="mk-c"']), size)


@cache
def favicon() -> str:
    """The mark as a data address, so that the browser asks for no extra file."""
    fills = ['fill="#0B6B5C"', 'fill="#4DAA97"', 'fill="#B0326A"']
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40">{_mark_paths(fills)}</svg>'
    return "data:image/svg+xml," + quote(svg, safe=" ='/:()")


@cache
def card_art(stage: str | int) -> Markup:
    """The line drawing of a membership card: lotus over ripples, gold dust on lacquer."""
    level = tier_stage(stage)
    ripples = "".join(f'<ellipse cx="228" cy="174" rx="{70 + i * 34}" ry="{12 + i * 9}"/>' for i in range(4))
    flower = _flower(228, 170, max(level, 2), 3.5, "", faded=False)
    return _svg("cardart", "0 0 358 208",
                f'<g class="rip" fill="none" stroke="currentColor">{ripples}</g>'
                f'<g class="lot" fill="currentColor" fill-opacity=".05" stroke="currentColor">{flower}</g>'
                + (_gold_dust() if level == 4 else ""), extra=' preserveAspectRatio="xMaxYMax slice"')


def _gold_dust() -> str:
    dice = random.Random(7)  # noqa: S311 - a fixed pattern, no secret
    specks = [(dice.uniform(150, 352), dice.uniform(34, 150), dice.choice((.7, .9, 1.2, 1.6)),
               dice.uniform(.3, .95)) for _ in range(90)]
    kept = [s for s in specks if s[0] >= 205 or s[1] <= 62][:46]  # none behind the points
    return '<g class="specks">' + "".join(
        f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{r}" opacity="{o:.1f}"/>' for x, y, r, o in kept) + "</g>"


@lru_cache(maxsize=512)
def qr(data: str, label: str = "", cls: str = "qr") -> Markup:
    """A QR code (error correction M), black on white in both themes. label: its name; empty hides it."""
    code = segno.make(data, error="m", micro=False)
    svg = code.svg_inline(border=2, svgclass=cls, lineclass=None, omitsize=True, dark=INK, light="#fff")
    role = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    return Markup(svg.replace("<svg ", f"<svg {role} ", 1))  # noqa: S704 - segno's own text, label escaped


def _scallop(petals: int = 12, radius: float = 30, swell: float = 2.6, centre: float = 36) -> str:
    def point(turn: float, r: float) -> str:
        angle = 2 * math.pi * turn / petals
        return f"{centre + r * math.cos(angle):.1f} {centre + r * math.sin(angle):.1f}"
    inner, outer = radius - swell, radius + swell * 2
    arcs = "".join(f"Q{point(i + .5, outer)} {point(i + 1, inner)}" for i in range(petals))
    return f"M{point(0, inner)}{arcs}Z"


@lru_cache(maxsize=256)
def badge_medal(code: str = "", locked: bool = False, rank: int | None = None, size: int = 76, *,
                metal: str = "", glyph: str = "", cls: str = "") -> Markup:
    """A twelve-petal medal. code: a key of BADGES, or metal and glyph by hand; rank: a numeral instead
    of the glyph; locked: the dashed ring of a badge not yet earned."""
    own_metal, own_glyph = BADGES.get(code, ("leaf", "medal"))
    shown = "locked" if locked else metal or (RANK_METALS.get(rank, "leaf") if rank else own_metal)
    ring = ' stroke-dasharray="2.5 4"' if locked else ""
    middle = (f'<text class="bd-num" x="36" y="44.5">{rank}</text>' if rank else
              '<g class="bd-glyph" fill="none" stroke-width="1.7" '
              'transform="translate(22.8 22.8) scale(1.1)" '
              f'{ROUND}>{_glyphs()[glyph or own_glyph]}</g>')
    return _svg(f"badge bd-{shown} {cls}", "0 0 72 72",
                f'<path class="bd-disc" d="{_scallop()}"/><circle class="bd-in" cx="36" cy="36" r="21.5"/>'
                f'{"" if locked else _medal_shine()}'
                f'<circle class="bd-ring" cx="36" cy="36" r="21.5" fill="none"{ring}/>{middle}', size)


@cache
def _medal_shine() -> str:
    turns = [math.radians(degrees) for degrees in range(15, 375, 30)]
    return '<path class="bd-shine" d="M14 40A23 23 0 0 1 40 14l4 1A30 30 0 0 0 13.5 44z"/>' + "".join(
        f'<circle class="bd-dot" cx="{36 + 25.2 * math.cos(turn):.1f}" '
        f'cy="{36 + 25.2 * math.sin(turn):.1f}" r="1.1"/>' for turn in turns)


def rank_medal(rank: int, size: int = 68) -> Markup:
    """The medal of a place on the thank-you board: gold, silver, copper, then leaf."""
    return badge_medal(rank=rank, size=size)


@cache
def envelope() -> Markup:
    """An envelope of two gift cards: the picture of an invitation."""
    petal, low = 'class="ev-pet"', "v74a12 12 0 0 1-12 12H78a12 12 0 0 1-12-12z"

    def card(x: int, turn: int, cls: str, stage: int) -> str:
        return (f'<g transform="rotate({turn} {x + 52} 120)"><rect class="{cls}" x="{x}" y="18" width="104" '
                f'height="110" rx="11"/><rect class="ev-band" x="{x}" y="82" width="104" height="2"/>'
                f'<path class="ev-ln" d="M{x + 20} 96h64M{x + 32} 105h40"/>'
                f'{_flower(x + 52, 70, stage, .95, petal)}</g>')

    return _svg("envelope", "0 0 342 196",
                '<ellipse class="ev-sh" cx="171" cy="187" rx="118" ry="7"/>'
                f'<path class="ev-back" d="M66 102 160 33q11-8 22 0l94 69{low}"/>'
                + card(92, -9, "ev-c1", 2) + card(148, 8, "ev-c2", 3) +
                f'<path class="ev-front" d="M66 102l91 58q14 9 28 0l91-58{low}"/>'
                '<path class="ev-fold" d="M68 182l84-54M274 182l-84-54" fill="none"/>'
                '<circle class="ev-seal" cx="171" cy="150" r="15"/>'
                + _flower(171, 158, 2, .42, 'class="ev-seal-p"'))


@cache
def scene(kind: str = "bud") -> Markup:
    """The quiet pond of an empty state. kind: bud, bloom, envelope or rain; KeyError for another."""
    def pad(x: float, y: float, r: float, cls: str) -> str:
        return (f'<path class="{cls}" d="M{x} {y}L{x + r * .96:.1f} {y - r * .1:.1f}'
                f'A{r} {r * .3:.1f} 0 1 1 {x + r * .8:.1f} {y - r * .19:.1f}Z"/>')
    tops = {
        "bud": '<path class="sc-stem" d="M128 112C128 92 122 80 124 62" fill="none"/>'
               + _flower(124, 66, 1, 1.15, 'class="sc-pet"'),
        "bloom": _flower(122, 104, 3, 1.75, 'class="sc-pet"'),
        "envelope": '<g transform="rotate(-5 120 80)">'
                    '<rect class="sc-env" x="86" y="58" width="70" height="46" rx="6"/>'
                    '<path class="sc-line" d="M88 62l33 24 33-24" fill="none"/>'
                    '<circle class="sc-pet" cx="121" cy="86" r="6.5"/></g>',
        "rain": '<path class="sc-cloud" d="M92 66a16 16 0 0 1 2-32 22 22 0 0 1 42-5 17 17 0 0 1 12 37z"/>'
                '<path class="sc-line" d="M102 76l-4 10M120 76l-4 10M138 76l-4 10" fill="none"/>',
    }
    ripples = ('<g class="sc-rip" fill="none"><ellipse cx="120" cy="112" rx="100" ry="20"/>'
               '<ellipse cx="120" cy="112" rx="74" ry="14"/></g>')
    pads = pad(70, 116, 34, "sc-pad2") + pad(168, 110, 26, "sc-pad2") + pad(118, 114, 48, "sc-pad")
    return _svg("scene", "0 0 240 140", ripples + pads + tops[kind])


@lru_cache(maxsize=256)
def vine(nodes: int, fraction: float) -> Markup:
    """The milestone stem through that many nodes, grown by fraction (0..1), a leaf wherever it has grown."""
    step = 320 / nodes
    stem, leaves = f"M{step / 2:.1f} 24", ""
    for i in range(nodes - 1):
        x, bend = step / 2 + i * step, -13 if i % 2 == 0 else 13
        stem += (f"C{x + step * .36:.1f} {24 + bend} {x + step * .64:.1f} {24 + bend} {x + step:.1f} 24")
        grown = fraction * (nodes - 1) - i
        for at, turn in ((.42, 52), (.6, -52)):  # one leaf to each side
            if grown > at - .02:
                angle = -turn if bend < 0 else turn - 180
                place = f"translate({x + step * at:.1f} {24 + bend * .74:.1f}) rotate({angle})"
                leaves += f'<path class="vn-leaf" transform="{place}" d="{_petal(4.6, 13)}"/>'
    drawn = min(max(fraction, .001), 1) * 100
    return _svg("vine", "0 0 320 48",
                f'<path class="vn-bg" d="{stem}" fill="none"/><path class="vn-fg" d="{stem}" fill="none" '
                f'pathLength="100" stroke-dasharray="{drawn:.1f} 200"/>{leaves}',
                extra=' preserveAspectRatio="none"')


def milestone_fraction(done: int, milestones: Sequence[int]) -> float:
    """How far the vine has grown when `done` friends were helped and nodes stand at `milestones`."""
    if len(milestones) < 2 or done < milestones[0]:
        return 0.0
    last = max(i for i, m in enumerate(milestones) if m <= done)
    if last + 1 == len(milestones):
        return 1.0
    between = (done - milestones[last]) / (milestones[last + 1] - milestones[last])
    return (last + between) / (len(milestones) - 1)


def spark(values: Sequence[float], width: int = 96, height: int = 28, cls: str = "") -> Markup:
    """A trend line of at least two values; empty markup for fewer. Say the figure in words beside it."""
    if len(values) < 2:
        return Markup("")
    low, spread = min(values), (max(values) - min(values)) or 1
    xs = [2 + i * (width - 6) / (len(values) - 1) for i in range(len(values))]
    ys = [height - 4 - (v - low) / spread * (height - 8) for v in values]
    line = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in zip(xs, ys, strict=True))
    return _svg(f"spark {cls}", f"0 0 {width} {height}",
                f'<path class="sp-a" d="{line}L{xs[-1]:.1f} {height}L{xs[0]:.1f} {height}Z"/>'
                f'<path class="sp-l" d="{line}" fill="none"/>'
                f'<circle class="sp-d" cx="{xs[-1]:.1f}" cy="{ys[-1]:.1f}" r="2.6"/>', width, height)


def init_art(app: Flask) -> None:
    """Make the drawings callable from every template, imported macros included."""
    app.jinja_env.globals.update(
        icon=icon, lotus=lotus, mark=mark, favicon=favicon, card_art=card_art, envelope=envelope, scene=scene,
        vine=vine, milestone_fraction=milestone_fraction, spark=spark, badge_medal=badge_medal, qr=qr,
        rank_medal=rank_medal, tier_stage=tier_stage)
