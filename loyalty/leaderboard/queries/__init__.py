"""Reads of the leaderboard: for the public, for a patient herself, for staff."""

from loyalty.leaderboard.queries.public import (
    OwnPlace,
    PublishedBoard,
    PublishedRow,
    ambassadors,
    latest_published,
    nickname_of,
    own_place,
    published,
    published_months,
)
from loyalty.leaderboard.queries.review import (
    ReviewRow,
    board,
    boards,
    consent_given,
    member_names,
    review_rows,
)
from loyalty.leaderboard.queries.standings import IN_MONTH, STANDINGS, standing_parameters

__all__ = [
    "IN_MONTH",
    "STANDINGS",
    "OwnPlace",
    "PublishedBoard",
    "PublishedRow",
    "ReviewRow",
    "ambassadors",
    "board",
    "boards",
    "consent_given",
    "latest_published",
    "member_names",
    "nickname_of",
    "own_place",
    "published",
    "published_months",
    "review_rows",
    "standing_parameters",
]
