"""Past-tense facts noted on a transaction, and the settling that lets capabilities react to them.

Operations only note events. ``settle`` runs the reactions until none is left; it stands in exactly two
places, the request's ``@commits`` and the job's ``job_context``. A commit with unsettled events raises, so
that no visit can be saved without its points.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from loyalty.kernel.refusal import Refusal

Reaction = Callable[[Session, Any, datetime], None]
Reactions = Mapping[type, Sequence[Reaction]]

_PENDING = "pending_events"
_LIMIT = 10_000


def note(session: Session, happened: object) -> None:
    """Remember that something happened; reactions see it when the transaction settles."""
    session.info.setdefault(_PENDING, []).append(happened)


def pending(session: Session) -> list[object]:
    """The events noted and not settled yet, oldest first."""
    return list(session.info.get(_PENDING, ()))


@contextmanager
def attempt(session: Session) -> Iterator[None]:
    """Work that may fail alone: a Refusal inside undoes its rows and its events, not those before it."""
    noted = len(session.info.get(_PENDING, ()))
    try:
        with session.begin_nested():
            yield
    except Refusal:
        del session.info.get(_PENDING, [])[noted:]
        raise


def settle(session: Session, reactions: Reactions, now: datetime) -> None:
    """Run every reaction to every noted event, including those that reactions note themselves."""
    queue = session.info.get(_PENDING, [])
    done = 0
    while queue:
        happened = queue.pop(0)
        for reaction in reactions.get(type(happened), ()):
            reaction(session, happened, now)
        done += 1
        if done > _LIMIT:
            raise RuntimeError("reactions do not come to rest")


@event.listens_for(Session, "before_commit")
def _refuse_unsettled(session: Session) -> None:
    # A savepoint's release is no commit: what was noted in it settles with the whole.
    if session.info.get(_PENDING) and not session.in_nested_transaction():
        raise RuntimeError("a commit with unsettled events: use @commits or job_context")


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop(_PENDING, None)
