"""Larger drawings: the envelope, the quiet pond, the vine of milestones, small curves."""

from collections.abc import Sequence
from functools import cache, lru_cache

from markupsafe import Markup

from web.art.drawing import flower, petal, svg


@cache
def envelope() -> Markup:
    """An envelope of two gift cards: the picture of an invitation."""
    look, low = 'class="ev-pet"', "v74a12 12 0 0 1-12 12H78a12 12 0 0 1-12-12z"

    def card(x: int, turn: int, cls: str, stage: int) -> str:
        return (
            f'<g transform="rotate({turn} {x + 52} 120)"><rect class="{cls}" x="{x}" y="18" width="104" '
            f'height="110" rx="11"/><rect class="ev-band" x="{x}" y="82" width="104" height="2"/>'
            f'<path class="ev-ln" d="M{x + 20} 96h64M{x + 32} 105h40"/>'
            f"{flower(x + 52, 70, stage, 0.95, look)}</g>"
        )

    return svg(
        "envelope",
        "0 0 342 196",
        '<ellipse class="ev-sh" cx="171" cy="187" rx="118" ry="7"/>'
        f'<path class="ev-back" d="M66 102 160 33q11-8 22 0l94 69{low}"/>'
        + card(92, -9, "ev-c1", 2)
        + card(148, 8, "ev-c2", 3)
        + f'<path class="ev-front" d="M66 102l91 58q14 9 28 0l91-58{low}"/>'
        '<path class="ev-fold" d="M68 182l84-54M274 182l-84-54" fill="none"/>'
        '<circle class="ev-seal" cx="171" cy="150" r="15"/>' + flower(171, 158, 2, 0.42, 'class="ev-seal-p"'),
    )


@cache
def scene(kind: str = "bud") -> Markup:
    """The quiet pond of an empty state. kind: bud, bloom, envelope or rain; KeyError for another."""

    def pad(x: float, y: float, r: float, cls: str) -> str:
        return (
            f'<path class="{cls}" d="M{x} {y}L{x + r * 0.96:.1f} {y - r * 0.1:.1f}'
            f'A{r} {r * 0.3:.1f} 0 1 1 {x + r * 0.8:.1f} {y - r * 0.19:.1f}Z"/>'
        )

    tops = {
        "bud": '<path class="sc-stem" d="M128 112C128 92 122 80 124 62" fill="none"/>'
        + flower(124, 66, 1, 1.15, 'class="sc-pet"'),
        "bloom": flower(122, 104, 3, 1.75, 'class="sc-pet"'),
        "envelope": '<g transform="rotate(-5 120 80)">'
        '<rect class="sc-env" x="86" y="58" width="70" height="46" rx="6"/>'
        '<path class="sc-line" d="M88 62l33 24 33-24" fill="none"/>'
        '<circle class="sc-pet" cx="121" cy="86" r="6.5"/></g>',
        "rain": '<path class="sc-cloud" d="M92 66a16 16 0 0 1 2-32 22 22 0 0 1 42-5 17 17 0 0 1 12 37z"/>'
        '<path class="sc-line" d="M102 76l-4 10M120 76l-4 10M138 76l-4 10" fill="none"/>',
    }
    ripples = (
        '<g class="sc-rip" fill="none"><ellipse cx="120" cy="112" rx="100" ry="20"/>'
        '<ellipse cx="120" cy="112" rx="74" ry="14"/></g>'
    )
    pads = pad(70, 116, 34, "sc-pad2") + pad(168, 110, 26, "sc-pad2") + pad(118, 114, 48, "sc-pad")
    return svg("scene", "0 0 240 140", ripples + pads + tops[kind])


@lru_cache(maxsize=256)
def vine(nodes: int, fraction: float) -> Markup:
    """The milestone stem through that many nodes, grown by fraction (0..1), a leaf wherever it has grown."""
    step = 320 / nodes
    stem, leaves = f"M{step / 2:.1f} 24", ""
    for i in range(nodes - 1):
        x, bend = step / 2 + i * step, -13 if i % 2 == 0 else 13
        stem += f"C{x + step * 0.36:.1f} {24 + bend} {x + step * 0.64:.1f} {24 + bend} {x + step:.1f} 24"
        grown = fraction * (nodes - 1) - i
        for at, turn in ((0.42, 52), (0.6, -52)):  # one leaf to each side
            if grown > at - 0.02:
                angle = -turn if bend < 0 else turn - 180
                place = f"translate({x + step * at:.1f} {24 + bend * 0.74:.1f}) rotate({angle})"
                leaves += f'<path class="vn-leaf" transform="{place}" d="{petal(4.6, 13)}"/>'
    drawn = min(max(fraction, 0.001), 1) * 100
    return svg(
        "vine",
        "0 0 320 48",
        f'<path class="vn-bg" d="{stem}" fill="none"/><path class="vn-fg" d="{stem}" fill="none" '
        f'pathLength="100" stroke-dasharray="{drawn:.1f} 200"/>{leaves}',
        extra=' preserveAspectRatio="none"',
    )


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
    return svg(
        f"spark {cls}",
        f"0 0 {width} {height}",
        f'<path class="sp-a" d="{line}L{xs[-1]:.1f} {height}L{xs[0]:.1f} {height}Z"/>'
        f'<path class="sp-l" d="{line}" fill="none"/>'
        f'<circle class="sp-d" cx="{xs[-1]:.1f}" cy="{ys[-1]:.1f}" r="2.6"/>',
        width,
        height,
    )
