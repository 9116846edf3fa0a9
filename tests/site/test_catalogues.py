"""The four catalogues hold every sentence of the product, whole, and nothing else.

When one of these fails after a change of a sentence: ``python -m ops.extraction``, translate what is empty.
"""

import re
from collections import Counter
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Catalog, Message

from ops.extraction import LANGUAGES, SOURCE, catalogue_path, extract, read_catalogue, renewed, written

HOW = "run `python -m ops.extraction`, then translate"
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
TAG = re.compile(r"</?\w+[^>]*>")
LETTERS = {"ru": re.compile(r"[а-яё]", re.I), "zh": re.compile(r"[\u4e00-\u9fff]")}
WORD = re.compile(r"[a-z]{3,}")
#: Sentences that are the same in every language: names of things, formats.
SAME_EVERYWHERE = re.compile(r"(SMS|TOTP|CSV|QR|Zalo|Viber|WhatsApp|Telegram|Messenger|WeChat|E-mail|Email)*")


@pytest.fixture(scope="module")
def sentences() -> Catalog:
    return extract()


@pytest.fixture(scope="module", params=LANGUAGES)
def catalogue(request: pytest.FixtureRequest) -> Catalog:
    return read_catalogue(request.param)


def key(message: Message) -> tuple[object, ...]:
    plural = isinstance(message.id, tuple | list)
    return (message.context, *(message.id if plural else (message.id,)))


def texts(message: Message) -> Iterator[tuple[str, str]]:
    """Each translated form with the sentence it stands for."""
    if not message.pluralizable:
        yield str(message.id), str(message.string or "")
        return
    forms = list(message.string or ())
    for number, form in enumerate(forms):
        yield message.id[0 if number == 0 and len(forms) == 2 else 1], form


def translated(catalogue: Catalog) -> Iterator[tuple[str, str]]:
    return ((source, text) for message in catalogue if message.id for source, text in texts(message) if text)


def test_nothing_is_missing_and_nothing_is_left_over(sentences: Catalog, catalogue: Catalog) -> None:
    wanted = {key(message) for message in sentences if message.id}
    found = {key(message) for message in catalogue if message.id}
    assert sorted(map(str, wanted - found)) == [], f"{catalogue.locale}: {HOW}"
    assert sorted(map(str, found - wanted)) == [], f"{catalogue.locale}: {HOW}"
    assert not catalogue.obsolete


def test_every_sentence_is_translated(catalogue: Catalog) -> None:
    gaps = [message.id for message in catalogue if message.id and not all(text for _, text in texts(message))]
    assert gaps == [], f"{catalogue.locale}: {len(gaps)} sentences to translate"
    assert [message.id for message in catalogue if message.id and message.fuzzy] == []


def test_every_plural_has_its_forms(catalogue: Catalog) -> None:
    wrong = [
        message.id
        for message in catalogue
        if message.id and message.pluralizable and len(message.string or ()) != catalogue.num_plurals
    ]
    assert wrong == []


def test_what_is_filled_in_and_set_bold_is_the_same(catalogue: Catalog) -> None:
    """The same placeholders, the same tags, the same bare percent signs."""
    for source, text in translated(catalogue):
        assert set(PLACEHOLDER.findall(text)) == set(PLACEHOLDER.findall(source)), (source, text)
        assert Counter(TAG.findall(text)) == Counter(TAG.findall(source)), (source, text)
        bare = [PLACEHOLDER.sub("", one).count("%") for one in (source, text)]
        assert bare[0] == bare[1], (source, text)


def test_spaces_and_lines_around_a_sentence_are_kept(catalogue: Catalog) -> None:
    for source, text in translated(catalogue):
        assert (source[:1].isspace(), source[-1:].isspace()) == (text[:1].isspace(), text[-1:].isspace()), (
            text
        )
        assert source.count("\n") == text.count("\n"), text


@pytest.mark.parametrize("language", [tag for tag in LANGUAGES if tag != SOURCE])
def test_no_english_is_left(language: str) -> None:
    """A sentence of words is written in the language's own letters, and is not the English one."""
    left = []
    for source, text in translated(read_catalogue(language)):
        words = WORD.findall(TAG.sub("", PLACEHOLDER.sub("", source)))
        if not words or SAME_EVERYWHERE.fullmatch(source):
            continue
        letters = LETTERS.get(language)
        if text == source or (letters and not letters.search(text)):
            left.append((source, text))
    assert left == []


def test_english_repeats_the_code() -> None:
    wrong = [
        message.id
        for message in read_catalogue(SOURCE)
        if message.id
        and (tuple(message.string or ()) if message.pluralizable else message.string) != message.id
    ]
    assert wrong == [], HOW


def test_files_stand_as_the_command_writes_them(sentences: Catalog, catalogue: Catalog) -> None:
    """Sorted, without dates or line numbers: two people's changes meet without conflict."""
    language = str(catalogue.locale)
    kept = catalogue_path(language).read_text(encoding="utf-8")
    assert without_places(kept) == without_places(written(renewed(catalogue, sentences)).decode()), HOW


def without_places(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith("#:")]
