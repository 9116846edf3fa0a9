"""Every word on a page goes through the catalogues, and every sentence is one that extraction can see."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment
from jinja2.lexer import TOKEN_DATA

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
ROOMS = ("admin", "api", "jobs", "portal", "web")
#: How many of the first arguments are sentences, or the context of one.
GETTEXTS = {"_": 1, "_l": 1, "gettext": 1, "lazy_gettext": 1, "ngettext": 2, "pgettext": 2, "npgettext": 3}
COMPUTED = re.compile(r"\b(?:_|n?p?gettext)\(\s*[^'\"\s)]")
TAG = re.compile(r"<!--.*?-->|<[^>]*>|^[^<]*>|<[^>]*$", re.S)
WORD = re.compile(r"[^\W\d_]{2,}")
#: Sentences of the catalogues, and blocks that give a class.
NOT_PRINTED = re.compile(r"{%-?\s*trans\b.*?endtrans\s*-?%}|{% block \w+_class %}.*?{% endblock %}", re.S)
SPOKEN = re.compile(r"\s(?:aria-label|alt|placeholder|title|data-label)=\"([^\"]*)\"")
#: Names that are the same in every language.
NAMES = {"kbd", "amp", "nbsp", "times", "middot"}


def outside_of_code(source: str) -> str:
    """What a template prints as it stands; sentences inside of trans blocks are left out."""
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    tokens = environment.lexer.tokeniter(NOT_PRINTED.sub(" ", source), None)
    return "".join(
        value if kind == TOKEN_DATA else " " if kind.endswith("_begin") else "" for _, kind, value in tokens
    )


def bare_words(source: str) -> Iterator[str]:
    printed = outside_of_code(source)
    for text in (*SPOKEN.findall(printed), TAG.sub(" ", printed)):
        yield from (word for word in WORD.findall(text) if word not in NAMES)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_templates_print_no_words_of_their_own(path: Path) -> None:
    assert list(bare_words(path.read_text("utf-8"))) == []


def test_sentences_in_templates_are_written_out() -> None:
    computed = [(path.name, COMPUTED.findall(path.read_text("utf-8"))) for path in TEMPLATES]
    assert [found for found in computed if found[1]] == []


def test_sentences_in_code_are_written_out() -> None:
    """A sentence put together or taken from a variable would never reach the catalogues."""
    hidden = []
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if (
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Name)
                    and node.func.id in GETTEXTS
                ):
                    sentences = node.args[: GETTEXTS[node.func.id]]
                    if not all(isinstance(one, ast.Constant) for one in sentences):
                        hidden.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert hidden == []


def test_a_bare_word_is_seen() -> None:
    source = '{% trans %}Fine{% endtrans %}<b title="Seen {{x}}">{{ _("F") }} {% if y %}also{% endif %}</b>'
    assert list(bare_words(source)) == ["Seen", "also"]
