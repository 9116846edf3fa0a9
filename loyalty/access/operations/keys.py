"""Keys of the clinic's medical system."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.access.models import ApiKey
from loyalty.activity.operations import record
from loyalty.kernel.actor import Actor
from loyalty.kernel.codes import digest, new_token
from loyalty.kernel.contacts import clean_name
from loyalty.kernel.refusal import Refusal


def create_api_key(session: Session, *, name: str, actor: Actor, now: datetime) -> str:
    """Make a key; it is given back once and kept only as a digest. Refuses a missing or taken name."""
    name = clean_name(name)
    if not name:
        raise Refusal("name_missing")
    if session.scalar(select(ApiKey.id).where(ApiKey.name == name)) is not None:
        raise Refusal("name_taken", name=name)
    key = f"liana_{new_token()}"
    made = ApiKey(name=name, key_digest=digest(key), created_at=now)
    session.add(made)
    session.flush()
    _note(session, made, "api_key.created", actor, now)
    return key


def revoke_api_key(session: Session, *, name: str, actor: Actor, now: datetime) -> None:
    """End a key at once; refuses "unknown_key"."""
    found = session.scalar(select(ApiKey).where(ApiKey.name == name, ApiKey.revoked_at.is_(None)))
    if found is None:
        raise Refusal("unknown_key", name=name)
    found.revoked_at = now
    session.flush()
    _note(session, found, "api_key.revoked", actor, now)


def _note(session: Session, key: ApiKey, action: str, actor: Actor, now: datetime) -> None:
    record(
        session,
        actor=actor,
        action=action,
        object_kind="api_key",
        object_id=key.id,
        after={"name": key.name},
        now=now,
    )
