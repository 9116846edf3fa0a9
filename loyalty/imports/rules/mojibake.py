"""Text that was decoded once too often ('KhÃ¡m' for 'Khám'), put right where that is certain."""

import re

_SUSPECT = re.compile(
    "[ÃÂÄÅÆá][\u0080-\u00bf\u0152-\u0178\u02c6\u02dc\u2013-\u203a\u20ac\u2122]|[РС][°±Ѓ-џ\u2013-\u203a]"
)
_RUN = re.compile("[^\x00-\x7f]+")


def repair(text: str) -> str:
    """The text with every doubly encoded run put right; other text comes back as it is."""
    return _RUN.sub(_repaired, text) if _SUSPECT.search(text) else text


def _repaired(found: re.Match[str]) -> str:
    run = found[0]
    for codec in ("cp1252", "cp1251"):
        if codec == "cp1251" and len(run) < 4:
            continue
        try:
            return b"".join(_byte(char, codec) for char in run).decode("utf-8")
        except ValueError:
            continue
    return run


def _byte(char: str, codec: str) -> bytes:
    """One character's byte; the five that the code page leaves open stand for themselves."""
    return char.encode("latin-1") if "\x80" <= char <= "\x9f" else char.encode(codec)
