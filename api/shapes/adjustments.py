"""Points by hand, over the wire."""

from typing import Annotated, Literal

from pydantic import Field

from api.fields import Day, OwnId, Strict

MOST = 10**9
Reason = Annotated[str, Field(max_length=500, pattern=r"^[^\x00-\x1f\x7f-\x9f]*$")]


class AdjustmentBody(Strict):
    """Points given, or taken when negative; ``valid_to`` null never ends, left out it is the default life."""

    id: OwnId | None = None
    points: Annotated[int, Field(ge=-MOST, le=MOST)]
    reason: Reason
    valid_to: Day | None = None


class AdjustmentAnswer(Strict):
    """``state`` is waiting while a second person has to decide: the balance is unchanged then."""

    state: Literal["posted", "waiting", "refused"]
    points: int
    reason: str
    valid_to: Day | None
    balance: int
