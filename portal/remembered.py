"""Facts that change rarely and are the same for many readers, kept in the process for a few seconds."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from time import monotonic
from typing import Any, TypeVar, cast

from flask import current_app

Fact = TypeVar("Fact")

#: More than all codes of a busy day; strangers trying codes can not fill the memory.
MOST = 512
_KEY = "liana-remembered"
_lock = Lock()


def remembered(key: Hashable, read: Callable[[], Fact]) -> Fact:
    """What ``read`` gave within the last PROGRAMME_CACHE_SECONDS (30; 0 in tests). Plain values only.

    A change shows everywhere once that time has passed; nothing a person has just done depends on it.
    """
    seconds: float = current_app.config["PROGRAMME_CACHE_SECONDS"]
    if not seconds:
        return read()
    facts: OrderedDict[Hashable, tuple[float, Any]] = current_app.extensions.setdefault(_KEY, OrderedDict())
    known = facts.get(key)
    if known is not None and monotonic() - known[0] < seconds:
        return cast(Fact, known[1])
    fact = read()
    with _lock:
        facts[key] = (monotonic(), fact)
        facts.move_to_end(key)
        while len(facts) > MOST:
            facts.popitem(last=False)
    return fact
