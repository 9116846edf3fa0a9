"""What the leaderboard tells the rest of the programme."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BoardPublished:
    """A manager published a month's board; noted once per board (B3)."""

    board_id: int
    month: str
