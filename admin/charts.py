"""Charts as inline SVG: bars out of plain numbers; the same figures stand in a table beside every chart."""

from collections.abc import Sequence
from dataclasses import dataclass

BAR, HEIGHT, FOOT, HEAD = 28, 150, 22, 18
#: How far columns stand apart, and how wide a chart gets before they move together.
NARROWEST, WIDEST, WIDTH = 64, 120, 960


@dataclass(frozen=True, slots=True)
class Column:
    """What stands over one name: parts from the bottom up, and what is written above them."""

    name: str
    parts: tuple[int, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One part drawn: ``kind`` is its place among the parts."""

    kind: int
    x: int
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Label:
    text: str
    x: int
    y: float


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing in its own units; ``floor`` is the line on which the bars stand."""

    width: int
    height: int
    floor: int
    bars: list[Bar]
    labels: list[Label]


def stacked(columns: Sequence[Column]) -> Chart:
    """Columns beside each other, the highest as high as the drawing."""
    highest = max((sum(column.parts) for column in columns), default=0) or 1
    step = max(NARROWEST, min(WIDEST, WIDTH // max(1, len(columns))))
    floor = HEAD + HEIGHT
    bars, labels = [], []
    for position, column in enumerate(columns):
        middle = position * step + step // 2
        top = float(floor)
        for kind, part in enumerate(column.parts):
            height = round(HEIGHT * part / highest, 1)
            top -= height
            if height:
                bars.append(Bar(kind, middle - BAR // 2, round(top, 1), height))
        labels += [Label(column.text, middle, round(top - 5, 1)), Label(column.name, middle, floor + 15)]
    return Chart(max(1, len(columns)) * step, floor + FOOT, floor, bars, labels)
