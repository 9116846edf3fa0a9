"""What a month's end brings: points and referrals that end, the board that is drafted and published."""

from demo.stage import Stage
from loyalty.kernel.actor import SYSTEM
from loyalty.kernel.clock import Month
from loyalty.leaderboard.operations import draft_board, publish_board
from loyalty.points.operations import expire_lots
from loyalty.referrals.operations import expire_referrals


def let_end(stage: Stage) -> None:
    """Record what has ended by its last day, as the nightly jobs do."""
    expire_lots(stage.session, today=stage.moments.calendar.day_of(stage.now), now=stage.now)
    expire_referrals(stage.session, now=stage.now)


def draft(stage: Stage, month: Month) -> None:
    draft_board(stage.session, month=month, actor=SYSTEM, now=stage.now)


def publish(stage: Stage, month: Month, *, by: str) -> None:
    publish_board(stage.session, month=month, actor=stage.staff[by], now=stage.now)
