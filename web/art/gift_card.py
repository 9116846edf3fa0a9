"""A gift certificate as one drawing: complete in itself, for paper and for sending."""

import unicodedata
from dataclasses import dataclass

import segno
from markupsafe import Markup, escape

from web.art.drawing import INK, flower, petal

WIDTH, HEIGHT = 1080, 720
#: Where the words stand, how wide they may run, and how much room the greeting has.
LEFT, COLUMN, GREETING_TOP, GREETING_ROOM = 76, 580, 372, 236
#: Sizes that a text may shrink to, the largest first; a line is so many times its size high.
SIZES, LEADING = (30, 28, 26, 24, 22, 20, 18, 16, 15), 1.4
GREEN, DEEP, ROSE = "#0B3B33", "#0B6B5C", "#B0326A"
FONT = "-apple-system,'Segoe UI',Roboto,'Noto Sans','PingFang SC','Microsoft YaHei',sans-serif"


@dataclass(frozen=True, slots=True)
class CardWords:
    """What stands on the card, in the language it is for; empty lines are left out."""

    clinic: str
    title: str
    amount: str
    recipient: str
    greeting: str
    giver: str
    code: str
    code_shown: str
    valid: str
    contact: str


def gift_card(words: CardWords, language: str) -> Markup:
    """The card as an SVG file; every word is escaped, nothing is loaded from elsewhere."""
    parts = (
        _ground(),
        _text(words.clinic, LEFT + 52, 96, 30, weight=650, most=COLUMN - 52),
        _text(words.title, LEFT, 172, 30, most=COLUMN),
        _text(words.amount, LEFT, 254, 76, weight=700, most=COLUMN),
        _text(words.recipient, LEFT, 322, 34, weight=650, colour=ROSE, most=COLUMN),
        _greeting(words.greeting),
        _text(words.giver, LEFT, 640, 28, weight=650, most=COLUMN),
        _code(words),
        _text(words.contact, LEFT, 688, 20, most=WIDTH - 2 * LEFT),
    )
    return Markup(  # noqa: S704 - numbers, literals of this module, and words escaped one by one
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
        f'height="{HEIGHT}" xml:lang="{escape(language)}" font-family="{FONT}" fill="{GREEN}">'
        f"<title>{escape(words.title)}</title>{''.join(parts)}</svg>"
    )


def _ground() -> str:
    mark = "".join(
        f'<path fill="{fill}" transform="translate({LEFT + 20} 104) rotate({angle})" d="{shape}"/>'
        for fill, angle, shape in (
            (DEEP, -46, petal(9.6, 29)),
            ("#4DAA97", 46, petal(9.6, 29)),
            (ROSE, 0, petal(8.6, 31)),
        )
    )
    return (
        '<defs><linearGradient id="g" x2="1" y2="1"><stop stop-color="#F4FAF7"/>'
        '<stop offset="1" stop-color="#CFE8DE"/></linearGradient></defs>'
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="44" fill="url(#g)"/>'
        f'<g fill="{DEEP}" fill-opacity=".07">{flower(890, 770, 4, 15, "", faded=False)}</g>'
        f'<path d="M664 60v580" stroke="#8CCDBB" stroke-width="3" stroke-dasharray="2 14" '
        f'stroke-linecap="round"/>{mark}'
    )


def _code(words: CardWords) -> str:
    drawn = segno.make(words.code, error="m", micro=False).svg_inline(
        border=2, omitsize=True, dark=INK, light="#fff", svgclass=None, lineclass=None
    )
    placed = drawn.replace("<svg ", '<svg x="712" y="140" width="296" height="296" ', 1)
    middle = 'text-anchor="middle"'
    return (
        f'<rect x="700" y="128" width="320" height="320" rx="28" fill="#fff"/>{placed}'
        + _text(
            words.code_shown, 860, 506, 34, weight=700, extra=f"{middle} font-family='monospace'", most=330
        )
        + _text(words.valid, 860, 552, 24, extra=middle, most=330)
    )


def _greeting(text: str) -> str:
    """The greeting in the largest letters in which it fits its room."""
    for size in SIZES:
        lines = wrapped(text, COLUMN / size)
        if len(lines) * size * LEADING <= GREETING_ROOM:
            break
    return "".join(
        _text(line, LEFT, GREETING_TOP + row * size * LEADING, size) for row, line in enumerate(lines)
    )


def _text(
    text: str,
    x: float,
    y: float,
    size: float,
    *,
    weight: int = 400,
    colour: str = GREEN,
    extra: str = "",
    most: float = 0,
) -> str:
    """A line of text, smaller where it would run wider than ``most``."""
    if not text:
        return ""
    if most and breadth(text) * size > most:
        size = most / breadth(text)
    return (
        f'<text x="{x}" y="{y:.0f}" font-size="{size:.1f}" font-weight="{weight}" fill="{colour}" {extra}>'
        f"{escape(text)}</text>"
    )


def breadth(text: str) -> float:
    """About how wide a text runs, in sizes of its letters: full-width signs 1, capitals 0.68, others 0.55."""
    return sum(
        1.0 if unicodedata.east_asian_width(sign) in "WF" else 0.68 if sign.isupper() else 0.55
        for sign in unicodedata.normalize("NFC", text)
    )


def wrapped(text: str, most: float) -> list[str]:
    """A text in lines at most that broad; broken at blanks, and anywhere where there are none (Chinese)."""
    lines: list[str] = []
    for paragraph in text.splitlines():
        line = ""
        for word in _pieces(paragraph):
            if line and breadth(line + word.rstrip()) > most:
                lines.append(line.rstrip())
                line = ""
            line += word
        if line.strip():
            lines.append(line.rstrip())
    return lines


def _pieces(paragraph: str) -> list[str]:
    """Words with the blank after them; full-width signs and overlong words one sign at a time."""
    pieces: list[str] = []
    for word in paragraph.split(" "):
        if len(word) > 24 or any(unicodedata.east_asian_width(sign) in "WF" for sign in word):
            pieces += [*word[:-1], f"{word[-1:]} "]
        else:
            pieces.append(f"{word} ")
    return pieces
