"""The sentences of the product, taken out of the code and the templates into the four catalogues.

``python -m ops.extraction`` brings ``translations/*/LC_MESSAGES/messages.po`` up to date: new sentences come
in empty, those that are gone leave, everything is sorted, and nothing in the files changes with the day or
with a line's number. English is the language of the code: its catalogue repeats the sentences.
"""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

from ops.places import ROOT

FOLDER = ROOT / "translations"
LANGUAGES = ("vi", "zh", "ru", "en")
SOURCE = "en"
WIDTH = 110
KEYWORDS = {**DEFAULT_KEYWORDS, **parse_keywords(["_l", "lazy_gettext", "npgettext:1c,2,3"])}
ROOMS = ("admin", "api", "jobs", "portal", "templates", "web")


def extract() -> Catalog:
    """Every sentence of the code and the templates, with the files that it stands in."""
    with (FOLDER / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    found = Catalog()
    for room in ROOMS:
        for name, line, text, comments, context in extract_from_dir(
            ROOT / room,
            [(_inside(pattern, room), how) for pattern, how in methods if _inside(pattern, room)],
            {_inside(pattern, room): given for pattern, given in options.items()},
            keywords=KEYWORDS,
            comment_tags=["Translators:"],
            strip_comment_tags=True,
        ):
            found.add(text, locations=[(f"{room}/{name}", line)], auto_comments=comments, context=context)
    return found


def _inside(pattern: str, room: str) -> str:
    """A pattern of the mapping as seen from one folder; empty when it is about another."""
    folder, _, rest = pattern.partition("/")
    return rest if folder == room else ""


def catalogue_path(language: str, folder: Path = FOLDER) -> Path:
    """Where a language's sentences are kept."""
    return folder / language / "LC_MESSAGES" / "messages.po"


def read_catalogue(language: str, folder: Path = FOLDER) -> Catalog:
    """A language's sentences as they stand; an empty catalogue when there is no file yet."""
    path = catalogue_path(language, folder)
    if not path.is_file():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def update_catalogues(folder: Path = FOLDER) -> list[Path]:
    """Bring all catalogues up to date; gives those whose file changed."""
    sentences = extract()
    return [path for language in LANGUAGES if (path := _update(language, sentences, folder))]


def _update(language: str, sentences: Catalog, folder: Path) -> Path | None:
    path = catalogue_path(language, folder)
    text = written(renewed(read_catalogue(language, folder), sentences))
    if path.is_file() and path.read_bytes() == text:
        return None
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text)
    return path


def renewed(kept: Catalog, sentences: Catalog) -> Catalog:
    """The sentences of the code with the translations that are there already."""
    fresh = Catalog(locale=kept.locale)
    for message in _messages(sentences):
        known = kept.get(message.id, message.context)
        fresh.add(
            message.id,
            string=_translation(fresh, message, known),
            locations=message.locations,
            auto_comments=message.auto_comments,
            user_comments=known.user_comments if known else (),
            context=message.context,
        )
    return fresh


def _translation(catalogue: Catalog, message: Message, known: Message | None) -> Any:
    """What was translated; in the source language the sentence itself; else the right number of gaps."""
    if str(catalogue.locale) == SOURCE:
        return message.id
    gaps = ("",) * catalogue.num_plurals if message.pluralizable else ""
    if known is None or known.pluralizable != message.pluralizable:
        return gaps
    return known.string or gaps


def written(catalogue: Catalog) -> bytes:
    """A catalogue as a file; without the dates and tool names that Babel puts into its own header."""
    body = BytesIO()
    write_po(
        body,
        catalogue,
        width=WIDTH,
        omit_header=True,
        sort_output=True,
        include_lineno=False,
        ignore_obsolete=True,
    )
    return _header(catalogue).encode() + body.getvalue().rstrip(b"\n") + b"\n"


def _header(catalogue: Catalog) -> str:
    lines = (
        f"Language: {catalogue.locale}",
        f"Plural-Forms: {catalogue.plural_forms}",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
    )
    return "\n".join(['msgid ""', 'msgstr ""', *(f'"{line}\\n"' for line in lines), "", ""])


def _messages(catalogue: Catalog) -> Iterator[Message]:
    return (message for message in catalogue if message.id)


if __name__ == "__main__":
    for changed in update_catalogues():
        print(changed.relative_to(ROOT))
