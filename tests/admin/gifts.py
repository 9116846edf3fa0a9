"""Scenes of rewards: something in the catalogue, somebody with points, something she has chosen."""

import io
from datetime import datetime
from typing import Any

from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.kernel.actor import SYSTEM, Actor
from loyalty.kernel.clock import now as clock_now
from loyalty.kernel.localized import LocalizedText
from loyalty.points.queries import available
from loyalty.rewards.models import Redemption, Reward
from loyalty.rewards.operations import redeem_reward, save_reward
from tests.admin.scenes import completed, someone
from tests.support.acting import commit
from tests.support.visitor import seen


def offered(house: Session, code: str = "care-kit", **more: Any) -> int:
    """A reward of the catalogue, a gift for 50 points unless said otherwise; its number."""
    values: dict[str, Any] = {"name": LocalizedText.of("Home care kit"), "kind": "gift", "points": 50}
    found = save_reward(house, code=code, actor=SYSTEM, now=clock_now(), **{**values, **more})
    commit(house)
    number = found.id
    house.rollback()
    return number


def rich(house: Session, name: str = "Nguyễn Thị Mai", **more: Any) -> int:
    """A patient with 200 points."""
    patient_id = someone(house, name, **more)
    completed(house, patient_id, 2_000_000)
    house.rollback()
    return patient_id


def chosen(house: Session, patient_id: int, reward_id: int, now: datetime | None = None) -> int:
    """The patient gives her points for it on her phone; the number of her redemption."""
    found = redeem_reward(
        house,
        patient_id=patient_id,
        reward_id=reward_id,
        actor=Actor("patient", patient_id),
        now=now or clock_now(),
    )
    commit(house, now)
    number = found.id
    house.rollback()
    return number


def redemption(house: Session, redemption_id: int) -> Redemption:
    found: Redemption = seen(house, select(Redemption).where(Redemption.id == redemption_id))[0]
    return found


def rewards(house: Session) -> list[Reward]:
    """The whole catalogue, the oldest first."""
    return seen(house, select(Reward).order_by(Reward.id))


def points(house: Session, patient_id: int) -> int:
    """What she can spend now."""
    found = available(house, patient_id, clock_now().date())
    house.rollback()
    return found


def photo(width: int = 40, height: int = 30) -> io.BytesIO:
    """A small photo as a camera would send it."""
    content = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(content, "JPEG")
    content.seek(0)
    return content
