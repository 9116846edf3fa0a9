"""What all drawings are made of, and the small ones: icons, the lotus, the mark, the card, the QR code."""

import random
import re
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from urllib.parse import quote

import segno
from markupsafe import Markup, escape

TIERS = {"member": 1, "silver": 2, "gold": 3, "black": 4}

# angle in degrees, half width, height, opacity: 3, 5, 7, 9 petals, drawn in this order
PETALS: dict[int, tuple[tuple[float, float, float, float], ...]] = {
    1: ((-15, 7, 26, 0.45), (15, 7, 26, 0.45), (0, 8.5, 33, 0.95)),
    2: ((-44, 7, 27, 0.35), (44, 7, 27, 0.35), (-22, 8, 33, 0.55), (22, 8, 33, 0.55), (0, 9, 37, 0.95)),
    3: (
        (-66, 6.5, 27, 0.3),
        (66, 6.5, 27, 0.3),
        (-44, 7.5, 32, 0.42),
        (44, 7.5, 32, 0.42),
        (-22, 8.5, 36, 0.6),
        (22, 8.5, 36, 0.6),
        (0, 9, 39, 0.95),
    ),
    4: (
        (-84, 6, 25, 0.26),
        (84, 6, 25, 0.26),
        (-63, 7, 30, 0.34),
        (63, 7, 30, 0.34),
        (-42, 8, 34, 0.46),
        (42, 8, 34, 0.46),
        (-21, 8.7, 37, 0.62),
        (21, 8.7, 37, 0.62),
        (0, 9.2, 40, 0.95),
    ),
}
SMALL_ANGLES = {1: (0,), 2: (-34, 34, 0), 3: (-58, 58, -29, 29, 0), 4: (-78, 78, -52, 52, -26, 26, 0)}

ROUND = 'stroke-linecap="round" stroke-linejoin="round"'
INK = "#0E1B18"


def tier_stage(tier: str | int) -> int:
    """The lotus stage 1-4 of a tier code or number; an unknown code opens no petal further than 1."""
    return tier if isinstance(tier, int) else TIERS.get(tier, 1)


@cache
def glyphs() -> dict[str, str]:
    """The strokes of every line icon, by name."""
    text = (Path(__file__).parent / "icons.svg").read_text(encoding="utf-8")
    return dict(re.findall(r'<symbol id="([\w-]+)"[^>]*>(.*?)</symbol>', text))


def svg(cls: str, view: str, body: str, width: float = 0, height: float = 0, extra: str = "") -> Markup:
    """A drawing hidden from screen readers; ``extra`` is further attributes, trusted."""
    size = f' width="{width}" height="{height or width}"' if width else ""
    return Markup(  # noqa: S704 - every part is a number or a literal of this module, cls is escaped
        f'<svg class="{escape(cls.strip())}"{size} viewBox="{view}"{extra} aria-hidden="true" '
        f'focusable="false">{body}</svg>'
    )


def petal(w: float, h: float) -> str:
    """The outline of a petal ``w`` to each side and ``h`` high, its foot at the origin."""
    return (
        f"M0 0C{-w:.1f} {-h * 0.3:.1f} {-w * 0.82:.1f} {-h * 0.74:.1f} 0 {-h:.1f}"
        f"C{w * 0.82:.1f} {-h * 0.74:.1f} {w:.1f} {-h * 0.3:.1f} 0 0Z"
    )


def flower(
    x: float, y: float, stage: int, scale: float, attributes: str, *, tall: float = 0, faded: bool = True
) -> str:
    """The petals of a stage standing at a point, drawn in order."""
    return "".join(
        f'<path {attributes} transform="translate({x} {y}) rotate({angle})" '
        f'd="{petal(w * scale, h * (tall or scale))}"' + (f' fill-opacity="{opacity}"/>' if faded else "/>")
        for angle, w, h, opacity in PETALS[stage]
    )


@lru_cache(maxsize=1024)
def icon(name: str, size: int = 20, cls: str = "") -> Markup:
    """A line icon of the 24 grid, hidden from screen readers. KeyError for a name not in icons.svg."""
    return svg(
        f"i {cls}",
        "0 0 24 24",
        glyphs()[name],
        size,
        extra=f' fill="none" stroke="currentColor" stroke-width="1.75" {ROUND}',
    )


@lru_cache(maxsize=256)
def lotus(stage: str | int, size: int = 24, cls: str = "") -> Markup:
    """The tier's flower: 3, 5, 7 or 9 petals (fewer, bolder ones up to 18 px). Takes a tier code too."""
    level = tier_stage(stage)
    if size <= 18:
        half = 10.5 if level < 3 else 9
        body = "".join(
            f'<path transform="translate(32 56) rotate({angle})" d="{petal(half, 40 if angle else 44)}" '
            f'fill="currentColor" fill-opacity="{0.5 if angle else 1}"/>'
            for angle in SMALL_ANGLES[level]
        )
        return svg(f"lotus {cls}", "0 0 64 64", body, size)
    body = flower(32, 50 if level < 3 else 49, level, 1.18, 'fill="currentColor"')
    if level == 4:
        body += f'<path d="M20 56.5q12 5 24 0" fill="none" stroke="currentColor" stroke-width="2.6" {ROUND}/>'
    return svg(f"lotus {cls}", "0 0 64 64", body, size)


def _mark_paths(fills: Sequence[str]) -> str:
    petals = ((-46, petal(9.6, 29)), (46, petal(9.6, 29)), (0, petal(8.6, 31)))
    return (
        '<g transform="translate(20 35)">'
        + "".join(
            f'<path {fill} transform="rotate({angle})" d="{d}"/>'
            for fill, (angle, d) in zip(fills, petals, strict=True)
        )
        + "</g>"
    )


@cache
def mark(size: int = 32) -> Markup:
    """The mark: two leaves meet, a new petal grows between them."""
    return svg("mark", "0 0 40 40", _mark_paths(['class="mk-a"', 'class="mk-b"', 'class="mk-c"']), size)


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
    bloom = flower(228, 170, max(level, 2), 3.5, "", faded=False)
    return svg(
        "cardart",
        "0 0 358 208",
        f'<g class="rip" fill="none" stroke="currentColor">{ripples}</g>'
        f'<g class="lot" fill="currentColor" fill-opacity=".05" stroke="currentColor">{bloom}</g>'
        + (_gold_dust() if level == 4 else ""),
        extra=' preserveAspectRatio="xMaxYMax slice"',
    )


def _gold_dust() -> str:
    dice = random.Random(7)  # noqa: S311 - a fixed pattern, no secret
    specks = [
        (
            dice.uniform(150, 352),
            dice.uniform(34, 150),
            dice.choice((0.7, 0.9, 1.2, 1.6)),
            dice.uniform(0.3, 0.95),
        )
        for _ in range(90)
    ]
    kept = [s for s in specks if s[0] >= 205 or s[1] <= 62][:46]  # none behind the points
    return (
        '<g class="specks">'
        + "".join(f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{r}" opacity="{o:.1f}"/>' for x, y, r, o in kept)
        + "</g>"
    )


@lru_cache(maxsize=512)
def qr(data: str, label: str = "", cls: str = "qr") -> Markup:
    """A QR code (error correction M), black on white in both themes. label: its name; empty hides it."""
    code = segno.make(data, error="m", micro=False)
    svg = code.svg_inline(border=2, svgclass=cls, lineclass=None, omitsize=True, dark=INK, light="#fff")
    role = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    return Markup(svg.replace("<svg ", f"<svg {role} ", 1))  # noqa: S704 - segno's own text, label escaped
