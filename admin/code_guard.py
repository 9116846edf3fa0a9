"""Codes typed on a bill are looked up like those at the scanner: misses are counted against guessing (V5)."""

from collections.abc import Iterable

from flask import g, request

from loyalty.kernel import clock
from loyalty.kernel.refusal import Refusal
from loyalty.rewards.operations.lookups import look_up
from loyalty.rewards.rules.codes import DRAWN_LENGTH
from web.identity import actor
from web.transactions import own_transaction


def guarded(codes: Iterable[str]) -> Refusal | None:
    """Count the codes that nobody has; a refusal after too many of them, asked once a request.

    Only whole codes are looked at: the bill is worked out while one is being typed. A page that is only
    opened looks nothing up. Call it before anything is written: the request's transaction is given up.
    """
    if "guarded" not in g:
        g.guarded = _ask(codes) if request.method == "POST" else None
    found: Refusal | None = g.guarded
    return found


def _ask(codes: Iterable[str]) -> Refusal | None:
    who, now = actor(), clock.now()
    try:
        for code in codes:
            if len(code) == DRAWN_LENGTH:
                with own_transaction() as session:
                    look_up(session, code=code, actor=who, now=now)
    except Refusal as refusal:
        return refusal
    return None
