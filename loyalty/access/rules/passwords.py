"""Passwords of the staff: what is refused, and argon2id behind a gate, so that a flood spares the pages."""

import os
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from loyalty.kernel.contacts import search_key
from loyalty.kernel.refusal import Refusal

SHORTEST, LONGEST = 12, 128
LEAST_OWN_SIGNS = 6
PATIENCE_SECONDS = 5.0
_WORDS = re.compile(r"[^\W_]+")

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_gate = BoundedSemaphore(max(1, (os.cpu_count() or 2) - 1))


def check_new(password: str, personal: Iterable[str] = ()) -> None:
    """Refuse a password too short, too long or made of common words and the person's own names."""
    if len(password) < SHORTEST:
        raise Refusal("password_short", shortest=SHORTEST)
    if len(password) > LONGEST:
        raise Refusal("password_long", longest=LONGEST)
    if _own_signs(password, personal) < LEAST_OWN_SIGNS:
        raise Refusal("password_common")


def _own_signs(password: str, personal: Iterable[str]) -> int:
    """How many different signs are left once everybody's words, digits in a row and names are taken out."""
    rest = search_key(password).replace(" ", "")
    words = {word for text in personal for word in _WORDS.findall(search_key(text)) if len(word) > 2}
    for word in sorted(words | _common(), key=len, reverse=True):
        rest = rest.replace(word, "")
    return len({sign for sign in rest if not sign.isspace()})


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    text = files("loyalty.access.rules").joinpath("common_passwords.txt").read_text("utf-8")
    return frozenset(line.strip() for line in text.splitlines() if line.strip())


def hash_password(password: str) -> str:
    """The argon2id digest to store; refuses with "busy" when too many are being worked out."""
    with _Turn():
        return _hasher.hash(_as_typed(password))


def matches(stored: str | None, password: str) -> bool:
    """Whether a password is right; without a stored one the same work is done for the answer no."""
    with _Turn():
        try:
            _hasher.verify(stored or _decoy(), _as_typed(password)[: LONGEST + 1])
        except (VerificationError, InvalidHashError):
            return False
    return stored is not None


def _as_typed(password: str) -> str:
    """One spelling for letters with marks: keyboards differ in how they put them together."""
    return unicodedata.normalize("NFC", password)


def is_outdated(stored: str) -> bool:
    """Whether the digest was made with other costs than today's."""
    return _hasher.check_needs_rehash(stored)


@lru_cache(maxsize=1)
def _decoy() -> str:
    return _hasher.hash("nobody has this password")


class _Turn:
    """One of the few places at the hashing; a flood of log-ins waits here instead of slowing every page."""

    def __enter__(self) -> None:
        if not _gate.acquire(timeout=PATIENCE_SECONDS):
            raise Refusal("busy")

    def __exit__(self, *_fault: object) -> None:
        _gate.release()
