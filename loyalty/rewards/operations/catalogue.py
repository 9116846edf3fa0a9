"""The catalogue: items changed, retired, and their photos."""

import hashlib
import re
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.activity.operations import record
from loyalty.kernel.actor import Actor
from loyalty.kernel.database import table_of
from loyalty.kernel.localized import LocalizedText
from loyalty.kernel.once import InsertOnce
from loyalty.kernel.refusal import Refusal
from loyalty.kernel.turns import take_turn
from loyalty.rewards.models import Picture, Redemption, Reward
from loyalty.rewards.operations.issuing import check_services
from loyalty.rewards.rules.catalogue import (
    HUES,
    ICONS,
    MOST_DAYS,
    MOST_POINTS,
    MOST_STOCK,
    check_choice,
    check_details,
    check_kind,
    check_number,
    services_of,
)
from loyalty.rewards.rules.pictures import re_encode
from loyalty.rewards.rules.values import check_validity
from loyalty.tiers.rules import TIERS

_CODE = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
_TEXTS = ("name", "description", "preparation")
_FIELDS = frozenset(
    {
        *_TEXTS, "kind", "points", "stock", "tier", "valid_from", "valid_to", "details", "needs_approval",
        "pickup_days", "icon", "hue", "picture_digest", "position", "active",
    }
)  # fmt: skip
_MAY_BE_EMPTY = frozenset({"stock", "tier", "valid_from", "valid_to", "picture_digest"})
_PICTURES = table_of(Picture)
_add_picture = InsertOnce(_PICTURES, key=(_PICTURES.c.digest,), returning=_PICTURES.c.id)


def save_reward(
    session: Session,
    *,
    code: str,
    actor: Actor,
    now: datetime,
    stock_seen: int | None = None,
    **fields: Any,
) -> Reward:
    """Add the catalogue item of a code, or change it; fields left out stay as they are.

    ``stock_seen`` is the stock that the editor showed: what was taken meanwhile is taken off the new one.
    What patients hold already stays as it was given; so the kind is fixed once somebody has redeemed it.
    Refusals: reward_code_bad, unknown_choice, name_missing, reward_number_bad, reward_detail_bad,
    reward_kind_fixed, service_unknown, validity_reversed, picture_unknown.
    """
    if _CODE.fullmatch(code) is None:
        raise Refusal("reward_code_bad")
    take_turn(session, f"reward:{code}")
    reward = session.scalar(
        select(Reward).where(Reward.code == code).with_for_update().execution_options(populate_existing=True)
    )
    is_new = reward is None
    if reward is None:
        reward = Reward(code=code, name=LocalizedText(), kind="", points=0, created_at=now)
    wanted = _wanted(fields, reward.stock, stock_seen)
    changes = {name: value for name, value in wanted.items() if is_new or getattr(reward, name) != value}
    if changes or is_new:
        _change(session, reward, is_new, _checked(session, reward, changes), actor, now)
    return reward


def _wanted(fields: dict[str, Any], stock: int | None, stock_seen: int | None) -> dict[str, Any]:
    """The fields as they are kept; of those that always have a value, nothing means: as it was."""
    if unknown := set(fields) - _FIELDS:
        raise TypeError(f"no such fields of a reward: {sorted(unknown)}")
    wanted: dict[str, Any] = {
        name: LocalizedText.of(value) if name in _TEXTS else value
        for name, value in fields.items()
        if value is not None or name in _MAY_BE_EMPTY
    }
    if stock_seen is not None and stock is not None and wanted.get("stock") is not None:
        wanted["stock"] = max(0, wanted["stock"] - stock_seen + stock)
    return wanted


def _change(
    session: Session, reward: Reward, is_new: bool, changes: dict[str, Any], actor: Actor, now: datetime
) -> None:
    before = {name: _plain(getattr(reward, name)) for name in changes if not is_new}
    for name, value in changes.items():
        setattr(reward, name, value)
    reward.version = 1 if is_new else reward.version + 1
    session.add(reward)
    session.flush()
    after = {name: _plain(value) for name, value in changes.items()}
    _keep(session, reward, "reward.saved", actor, now, before, after)


def _checked(session: Session, reward: Reward, changes: dict[str, Any]) -> dict[str, Any]:
    """The changes as they are kept; refuses what would make no item one can take."""
    whole: dict[str, Any] = {name: changes.get(name, getattr(reward, name)) for name in _FIELDS}
    check_kind(whole["kind"])
    if not any(whole["name"].values()):
        raise Refusal("name_missing")
    check_number("points", whole["points"], 1, MOST_POINTS)
    check_number("stock", whole["stock"], 0, MOST_STOCK)
    check_number("pickup_days", whole["pickup_days"], 1, MOST_DAYS)
    check_number("position", whole["position"], 0, MOST_POINTS)
    check_choice("tier", whole["tier"], TIERS)
    check_choice("hue", whole["hue"], HUES)
    check_choice("icon", whole["icon"], ICONS)
    check_validity(whole["valid_from"], whole["valid_to"])
    details = check_details(whole["kind"], whole["details"] or {})
    check_services(session, services_of(details))
    _check_kind_free(session, reward, whole["kind"])
    _check_picture(session, whole["picture_digest"])
    return {**changes, "details": details}


def _check_kind_free(session: Session, reward: Reward, kind: str) -> None:
    if reward.kind == kind:
        return
    taken = session.scalar(select(Redemption.id).where(Redemption.reward_id == reward.id).limit(1))
    if taken is not None:
        raise Refusal("reward_kind_fixed")


def _check_picture(session: Session, digest: str | None) -> None:
    if digest is None:
        return
    if session.scalar(select(Picture.id).where(Picture.digest == digest)) is None:
        raise Refusal("picture_unknown")


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _keep(
    session: Session,
    reward: Reward,
    action: str,
    actor: Actor,
    now: datetime,
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    record(
        session,
        actor=actor,
        action=action,
        object_kind="reward",
        object_id=reward.id,
        before=before,
        after=after,
        now=now,
    )


def retire_reward(session: Session, *, reward_id: int, actor: Actor, now: datetime) -> bool:
    """Offer an item no more; what was redeemed before is still handed over. False when it was retired."""
    reward = session.get(Reward, reward_id, with_for_update=True, populate_existing=True)
    if reward is None:
        raise Refusal("reward_not_available")
    if not reward.active:
        return False
    reward.active = False
    reward.version += 1
    session.flush()
    _keep(session, reward, "reward.retired", actor, now, {"active": True}, {"active": False})
    return True


def keep_picture(session: Session, *, content: bytes, now: datetime) -> Picture:
    """Keep a photo under its digest, written anew without place, time and camera; the same one once.

    Refusals: picture_too_large, picture_unreadable.
    """
    written, content_type = re_encode(content)
    digest = hashlib.sha256(written).hexdigest()
    row = {"digest": digest, "content_type": content_type, "content": written, "created_at": now}
    _add_picture(session, row)
    return session.scalars(select(Picture).where(Picture.digest == digest)).one()
