"""Every code has its words; messages are safe on a locked screen."""

import re
from pathlib import Path

import pytest
from flask import Flask

from loyalty.kernel.refusal import Refusal
from web.message_texts import _TEXTS, message_text
from web.phrases import _AREAS, _COUNTED, _SENTENCES, refusal_text

LOYALTY = Path(__file__).resolve().parents[2] / "loyalty"
RAISED = re.compile(r'Refusal\(\s*"([a-z_]+)"')
PARAMS: dict[str, object] = {
    "seconds": 42, "tries_left": 2, "available": 3, "most": 4, "count": 5, "shortest": 2, "longest": 40,
    "name": "x", "email": "x@y.example", "status": "completed", "wanted": "booked", "due_minor": 100_000,
    "month": "2026-11", "at": None, "nickname": "x", "header": "x", "field": "x",
    "language": "x",
    "timezone": "x", "country": "x", "currency": "x", "role": "x", "key": "x", "value": "x",
    "format": "x", "fields": "x", "code": "x", "tier": "x", "least": 1, "least_minor": 5, "point_minor": 5,
    "megabytes": 8,
    "day": "x", "last_day": "x", "from_day": "x", "left": 5, "left_minor": 5, "rise": 1, "fall": 2,
}  # fmt: skip


def raised() -> set[str]:
    """Every code that the domain raises."""
    return {code for path in LOYALTY.rglob("*.py") for code in RAISED.findall(path.read_text("utf-8"))}


#: Every code that has a sentence, in whatever file it stands.
SAID = {code for area in (_COUNTED, _SENTENCES, *_AREAS) for code in area}


def test_every_refusal_of_the_domain_has_a_sentence() -> None:
    assert raised() - SAID == set()


@pytest.mark.usefixtures("clinic")
def test_every_sentence_can_be_filled(app: Flask) -> None:
    with app.test_request_context("/?lang=en"):
        for code in sorted(SAID):
            text = refusal_text(Refusal(code, **PARAMS))
            assert text.endswith((".", "?")), text
            assert "%(" not in text


@pytest.mark.usefixtures("clinic")
def test_an_unknown_code_still_says_something_kind(app: Flask) -> None:
    with app.test_request_context("/?lang=en"):
        assert refusal_text(Refusal("never_heard_of")) == "This is not possible. Nothing was changed."


VALUES = {
    "code": "418204",
    "clinic": "An Nhiên",
    "day": "2026-11-22",
    "time": "09:30",
    "points": 100,
    "tier": "gold",
}


@pytest.mark.parametrize("step", sorted(_TEXTS))
@pytest.mark.parametrize("language", ["vi", "zh", "ru", "en"])
def test_messages_are_whole_without_any_application(step: str, language: str) -> None:
    text = message_text(step, VALUES, language)
    assert "%(" not in text
    assert "An Nhiên" in text or step == "login-code"


def test_a_missing_value_stops_the_message() -> None:
    for step in _TEXTS:
        with pytest.raises(KeyError):
            message_text(step, {}, "en")
    with pytest.raises(KeyError):
        message_text("no-such-step", VALUES, "en")


def test_messages_in_english() -> None:
    assert message_text("login-code", VALUES, "en") == (
        "418204 is your code for logging in. It is good for 10 minutes. Our staff never ask for it."
    )
    assert message_text("points-earned", {**VALUES, "points": 1}, "en") == (
        "An Nhiên: 1 point was added to your card. Thank you."
    )
    assert message_text("visit-booked", VALUES, "en") == (
        "An Nhiên: see you on Nov 22, 2026 at 09:30. If that does not suit you, please call us."
    )
