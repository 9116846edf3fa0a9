"""Old one-country encodings told apart by what their letters would spell (rule I1)."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

_WORD = re.compile(r"[^\W\d_]+")
_VIETNAMESE = frozenset("àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ")
_SURE: Final = 0.6


def _vietnamese(word: str) -> bool:
    return all(char.isascii() or char in _VIETNAMESE for char in word.lower())


def _russian(word: str) -> bool:
    cased = word.islower() or word.isupper() or word.istitle()
    return cased and all("а" <= char <= "я" or char == "ё" for char in word.lower())


def _chinese(word: str) -> bool:
    """Mostly of the everyday half of GB 2312, whose lead bytes are B0 to D7."""
    wide = [char for char in word if not char.isascii()]
    everyday = sum(0xB0 <= char.encode("gb18030")[0] <= 0xD7 for char in wide if "\u4e00" <= char <= "\u9fff")
    return 2 * everyday >= len(wide)


def _western(word: str) -> bool:
    return all(char.isascii() or "À" <= char <= "ÿ" for char in word) and not word[1:].isupper()


@dataclass(frozen=True)
class CodePage:
    """A candidate: Python's codec, the region it is at home in, and how its words look."""

    codec: str
    name: str
    region: str
    spells: Callable[[str], bool]


PAGES: Final = (
    CodePage("cp1258", "windows-1258", "VN", _vietnamese),
    CodePage("cp1251", "windows-1251", "RU", _russian),
    CodePage("gb18030", "GB18030", "CN", _chinese),
    CodePage("cp1252", "windows-1252", "US", _western),
)


def best_page(sample: bytes, region: str) -> CodePage | None:
    """The code page in which most words with foreign letters are well spelled; None if none is likely."""
    scores = [(_score(sample, page) + 0.1 * (page.region == region), page) for page in PAGES]
    score, page = max(scores, key=lambda scored: scored[0])
    return page if score >= _SURE else None


def _score(sample: bytes, page: CodePage) -> float:
    try:
        text = unicodedata.normalize("NFC", sample.decode(page.codec))
    except UnicodeDecodeError:
        return 0.0
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    share = sum(page.spells(word) for word in words) / len(words) if words else 0.5
    return share * (0.8 if page.codec == "cp1252" else 1.0)
