"""The ledger over the wire."""

from typing import Annotated

from pydantic import Field, RootModel

from api.fields import Day, Instant, Strict


class Page(Strict):
    """Which part of a list: entries after an id, oldest first."""

    after: Annotated[int, Field(ge=0, le=2**53)] | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class EntryAnswer(Strict):
    """One change of a patient's points; ``visit``, ``refund`` and ``referral`` name its cause."""

    id: int
    kind: str
    points: int
    at: Instant
    valid_to: Day | None
    visit: str | None
    refund: str | None
    referral: str | None
    reason: str | None


class LedgerAnswer(RootModel[list[EntryAnswer]]):
    """Entries, oldest first."""
