"""Making two records one, over the wire."""

from api.fields import ExternalId, OwnId, Strict


class MergeBody(Strict):
    """``into`` is the record that stays; ``id`` may come as the header Idempotency-Key instead."""

    id: OwnId | None = None
    into: ExternalId


class MergeAnswer(Strict):
    """The record that stays with its balance; ``merged`` is false when they had been made one before."""

    into: str
    merged: bool
    balance: int
