"""Writes of the leaderboard: drafts and publication, nicknames, taking names off what is published."""

from loyalty.leaderboard.operations.boards import draft_board, publish_board
from loyalty.leaderboard.operations.nicknames import decide_nickname, propose_nickname
from loyalty.leaderboard.operations.visibility import review_visibility

__all__ = [
    "decide_nickname",
    "draft_board",
    "propose_nickname",
    "publish_board",
    "review_visibility",
]
