"""Who she is: what one record knows and the other does not, and the words on consents."""

from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from loyalty.kernel.database import table_of
from loyalty.merging.queries import words_of
from loyalty.merging.rules import words_to_repeat
from loyalty.patients.models import Consent, Patient

_CONSENTS = table_of(Consent)
_COPIED = ("granted", "at", "source", "wording", "language")
#: Facts of the merged record that fill a gap of the kept one.
FILLED = (
    "external_id",
    "salutation",
    "phone",
    "email",
    "id_number_digest",
    "birth_date",
    "sex",
    "language",
    "preferred_channel",
    "deceased_on",
    "blocked_at",
)


def join_facts(session: Session, merged: Patient, kept: Patient, now: datetime) -> list[str]:
    """Fill the gaps of the kept record; the names of the fields that were filled."""
    filled = [name for name in FILLED if getattr(kept, name) is None and getattr(merged, name) is not None]
    values = {name: getattr(merged, name) for name in filled}
    if "external_id" in values:
        # Unique, and the medical system must go on finding her: the id goes over.
        merged.external_id = None
        session.flush()
    for name, value in values.items():
        setattr(kept, name, value)
    kept.tags = [*kept.tags, *(tag for tag in merged.tags if tag not in kept.tags)]
    kept.created_at, kept.changed_at = min(kept.created_at, merged.created_at), now
    _join_guardians(merged, kept)
    _join_sources(merged, kept)
    merged.merged_into_id, merged.changed_at = kept.id, now
    session.flush()
    return filled


def _join_guardians(merged: Patient, kept: Patient) -> None:
    """Nobody becomes her own guardian."""
    if kept.guardian_id in (None, merged.id):
        kept.guardian_id = merged.guardian_id if merged.guardian_id != kept.id else None


def _join_sources(merged: Patient, kept: Patient) -> None:
    """Nobody is the source of herself; the other record's source fills a gap (F18)."""
    if kept.source_referrer_id == merged.id:
        kept.source_kind = kept.source_channel = kept.source_referrer_id = None
    if kept.source_kind is None and merged.source_referrer_id != kept.id:
        kept.source_kind, kept.source_channel = merged.source_kind, merged.source_channel
        kept.source_referrer_id = merged.source_referrer_id


def join_consents(session: Session, merged_id: int, kept_id: int) -> None:
    """Let the stricter word win (P17). Call it before the acts are moved, while they can be told apart.

    What must be said once more is a copy of the act that binds, with its own instant, source and wording.
    """
    merged, kept = words_of(session, merged_id), words_of(session, kept_id)
    for purpose in sorted(merged):
        for channel, word in words_to_repeat(kept.get(purpose, []), merged[purpose]):
            copied = {name: getattr(word, name) for name in _COPIED}
            row = {"patient_id": kept_id, "purpose": purpose, "channel": channel, **copied}
            session.execute(insert(_CONSENTS), row)
