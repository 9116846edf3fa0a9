"""People's names: how they are kept, and the keys by which two spellings are known to be one (I1)."""

import re
import unicodedata
from functools import lru_cache

MAX_NAME = 200

_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufffe]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_BLANKS = re.compile(r"\s+")
_JOINED = "\u0600-\u0dff\u2190-\u2bff\ufe0f\U0001f000-\U0001faff"
_STRAY_JOINER = re.compile(f"(?<![{_JOINED}])[\u200c\u200d]|[\u200c\u200d](?![{_JOINED}])")
_NOT_WORD = re.compile(r"[\W_]+")


@lru_cache(maxsize=16384)
def clean(text: str) -> str:
    """One line of text in NFC, without zero-width and bidi controls, blanks folded and trimmed.

    Joiners stay where they join: inside an emoji, or between letters of a script that needs them.
    """
    if text.isascii() and text.isprintable():
        return _BLANKS.sub(" ", text).strip()
    visible = _STRAY_JOINER.sub("", _CONTROLS.sub("", _INVISIBLE.sub("", text)))
    return _BLANKS.sub(" ", unicodedata.normalize("NFC", visible)).strip()


def shorten(name: str, limit: int = MAX_NAME) -> str:
    """The beginning of a name, at most ``limit`` characters, never ending inside an emoji or a letter."""
    if len(name) <= limit:
        return name
    end = limit
    while end > 1 and (_sticks(name[end]) or name[end - 1] == "\u200d"):
        end -= 1
    return name[:end].rstrip()


def _sticks(char: str) -> bool:
    skin_tone = "\U0001f3fb" <= char <= "\U0001f3ff"
    return skin_tone or char == "\u200d" or unicodedata.category(char) in ("Mn", "Me")


@lru_cache(maxsize=16384)
def search_key(text: str) -> str:
    """Words without case, tone marks and punctuation, one blank between: 'Đỗ  THỊ-Ý' gives 'do thi y'."""
    if text.isascii():
        return _NOT_WORD.sub(" ", text.lower()).strip()
    folded = unicodedata.normalize("NFKD", text).casefold().replace("đ", "d")
    bare = "".join(char for char in folded if not unicodedata.combining(char))
    return _NOT_WORD.sub(" ", bare).strip()


def name_key(name: str) -> str:
    """The name without case, tone marks, blanks, đ and ё: equal for all spellings of one person."""
    return search_key(name).replace(" ", "")


@lru_cache(maxsize=16384)
def marked_key(name: str) -> str:
    """The name without case and blanks, its tone marks kept: tells 'Mẹ' from 'Mẻ'."""
    folded = unicodedata.normalize("NFKC", name).casefold().replace("ё", "е")
    return _NOT_WORD.sub("", folded) if folded.isascii() else "".join(filter(_is_letter, folded))


def _is_letter(char: str) -> bool:
    return char.isalnum() or bool(unicodedata.combining(char))


def same_name(one: str, other: str) -> bool:
    """Whether two spellings may be one person: equal but for marks that one of the two simply lacks."""
    if name_key(one) != name_key(other):
        return False
    first, second = marked_key(one), marked_key(other)
    return first == second or name_key(one) in (first, second)


def preferred_name(kept: str, candidate: str) -> str:
    """Of two spellings of one name the one to show: marks before bare, mixed case before shouting."""
    return candidate if _richness(candidate) > _richness(kept) else kept


def _richness(name: str) -> tuple[bool, int]:
    proper = sum(word[:1].isupper() and not word[1:].isupper() for word in name.split())
    return marked_key(name) != name_key(name), proper
