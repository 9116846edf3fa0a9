"""The ladder's numbers changed with open eyes (M8)."""

import json
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from loyalty.clinic.operations import change_setting
from loyalty.clinic.queries import programme
from loyalty.kernel.actor import Actor
from loyalty.kernel.refusal import Refusal
from loyalty.tiers.operations.nightly import review_all
from loyalty.tiers.queries import Effect, preview_thresholds

#: How many patients are reviewed with the change itself; the nightly review comes to the others.
AT_ONCE = 1000


def change_thresholds(
    session: Session,
    *,
    changes: Mapping[str, int | str],
    confirmed_rise: int,
    confirmed_fall: int,
    actor: Actor,
    now: datetime,
    reason: str | None = None,
) -> Effect:
    """Put changed settings of the ladder in force, when their effect is still the one that was confirmed.

    Rises come at once, the rest of a large clinic's in the next night; falls are announced and come after
    the notice. Refuses ``effect_changed`` with the numbers of now, and what the preview refuses.
    """
    setup = programme(session)
    today = setup.calendar.day_of(now)
    effect = preview_thresholds(session, changes=changes, programme=setup, today=today)
    if (effect.rise, effect.fall) != (confirmed_rise, confirmed_fall):
        raise Refusal("effect_changed", rise=effect.rise, fall=effect.fall)
    for key, value in changes.items():
        text = value if isinstance(value, str) else json.dumps(value)
        change_setting(session, key=key, text=text, actor=actor, now=now, reason=reason)
    review_all(session, setup=programme(session), now=now, limit=AT_ONCE)
    return effect
