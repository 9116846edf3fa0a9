"""Bytes of an uploaded file to its physical lines of text (rule I1).

A byte order mark decides; then UTF-8, where single spoilt lines are set aside instead of spoiling the file;
then the old code pages of the countries we serve. What is no text is refused by its first bytes.
"""

import re
import unicodedata
from dataclasses import dataclass

from loyalty.imports.rules.codepages import best_page
from loyalty.imports.rules.mojibake import repair
from loyalty.kernel.refusal import Refusal

_SIGNATURES = (
    (b"PK\x03\x04", "xlsx"),
    (b"PK\x05\x06", "zip"),
    (b"\xd0\xcf\x11\xe0", "xls"),
    (b"%PDF", "pdf"),
    (b"\x1f\x8b", "gzip"),
    (b"Rar!", "rar"),
    (b"7z\xbc\xaf", "7z"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
)
_MARKUP = re.compile(
    rb"\s*(?:<\?xml|<!doctype|<html|<table|<meta|<style|<head|<body|<workbook)", re.IGNORECASE
)
_JSON = re.compile(rb"\s*[\[{]\s*[\[{\"]")
_LINE_END = re.compile(r"\r\n|\r|\n")
_LINE_END_BYTES = re.compile(rb"\r\n|\r|\n")
_SAMPLE = 200_000


@dataclass(frozen=True, slots=True)
class Text:
    """The lines without their ends (the first is line 1), and the numbers of lines that were put right or
    could not be read."""

    encoding: str
    lines: list[str]
    repaired: frozenset[int] = frozenset()
    unreadable: frozenset[int] = frozenset()


def decode(data: bytes, region: str) -> Text:
    """The text of a file. Refuses ``file_empty``, ``not_csv`` (``format``) and ``encoding_unknown``."""
    _refuse_other_formats(data)
    for mark, codec, name in (
        (b"\xef\xbb\xbf", "utf-8", "UTF-8"),
        (b"\xff\xfe", "utf-16-le", "UTF-16LE"),
        (b"\xfe\xff", "utf-16-be", "UTF-16BE"),
    ):
        if data.startswith(mark):
            return _marked(data[len(mark) :], codec, name)
    if b"\0" in data:
        return _unmarked_utf16(data)
    try:
        return _text(data.decode("utf-8"), "UTF-8")
    except UnicodeDecodeError:
        return _not_all_utf8(data, region)


def _refuse_other_formats(data: bytes) -> None:
    for signature, name in _SIGNATURES:
        if data.startswith(signature):
            raise Refusal("not_csv", format=name)
    head = data[:512].removeprefix(b"\xef\xbb\xbf")
    if not data.strip(b" \t\r\n\xef\xbb\xbf"):
        raise Refusal("file_empty")
    if _MARKUP.match(head):
        raise Refusal("not_csv", format="html")
    if _JSON.match(head):
        raise Refusal("not_csv", format="json")


def _marked(data: bytes, codec: str, name: str) -> Text:
    try:
        return _text(data.decode(codec), name)
    except UnicodeDecodeError:
        if codec == "utf-8":
            return _line_by_line(data)
        return _text(data.decode(codec, "ignore"), name)


def _unmarked_utf16(data: bytes) -> Text:
    """UTF-16 betrays itself by the zero bytes of its ASCII characters; other zeros are no text."""
    head = data[:4096]
    odd, even = head[1::2].count(0), head[::2].count(0)
    if max(odd, even) * 8 < len(head) or min(odd, even) * 8 > max(odd, even):
        raise Refusal("not_csv", format="binary")
    return _marked(data, "utf-16-le", "UTF-16LE") if odd > even else _marked(data, "utf-16-be", "UTF-16BE")


def _not_all_utf8(data: bytes, region: str) -> Text:
    """UTF-8 with spoilt lines if most of its foreign lines are good; else an old code page."""
    foreign = [line for line in _LINE_END_BYTES.split(data[:_SAMPLE])[:-1] if not line.isascii()]
    good = sum(_is_utf8(line) for line in foreign)
    if good and 2 * good >= len(foreign):
        return _line_by_line(data)
    sample = b"\n".join(foreign) or data[:_SAMPLE]
    page = best_page(sample, region)
    if page is None:
        raise Refusal("encoding_unknown")
    return _text(data.decode(page.codec, "replace"), page.name)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _line_by_line(data: bytes) -> Text:
    raw = _LINE_END_BYTES.split(data)
    spoilt = frozenset(number for number, line in enumerate(raw, 1) if not _is_utf8(line))
    return _text("\n".join(line.decode("utf-8", "replace") for line in raw), "UTF-8", spoilt)


def _text(text: str, encoding: str, unreadable: frozenset[int] = frozenset()) -> Text:
    lines = _LINE_END.split(unicodedata.normalize("NFC", text))
    if lines and not lines[-1]:
        lines.pop()
    more = {number for number, line in enumerate(lines, 1) if "\ufffd" in line}
    repaired = {number: fixed for number, line in enumerate(lines, 1) if (fixed := repair(line)) != line}
    for number, fixed in repaired.items():
        lines[number - 1] = unicodedata.normalize("NFC", fixed)
    return Text(encoding, lines, frozenset(repaired), unreadable | more)
