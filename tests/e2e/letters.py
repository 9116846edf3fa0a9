"""In which language a message is written, told by its letters."""

import unicodedata

from demo.catalogue import NAME

#: Letters that Vietnamese has and neither English nor Russian.
_VIETNAMESE = set("ăâđêôơưĂÂĐÊÔƠƯ")


def written_in(language: str, text: str) -> bool:
    """Whether a text, the clinic's name left aside, has the letters of that language and no others."""
    for name in NAME.values():
        text = text.replace(str(name), "")
    letters = [sign for sign in unicodedata.normalize("NFC", text) if sign.isalpha()]
    if language == "zh":
        return bool(letters) and all(_named(sign, "CJK") for sign in letters)
    if language == "ru":
        return bool(letters) and all(_named(sign, "CYRILLIC") for sign in letters)
    latin = bool(letters) and all(_named(sign, "LATIN") for sign in letters)
    is_vietnamese = any(sign in _VIETNAMESE or _has_tone(sign) for sign in letters)
    return latin and is_vietnamese == (language == "vi")


def _named(sign: str, script: str) -> bool:
    return unicodedata.name(sign, "").startswith(script)


def _has_tone(sign: str) -> bool:
    return len(unicodedata.normalize("NFD", sign)) > 1
