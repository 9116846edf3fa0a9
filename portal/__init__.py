"""The patients' and friends' side."""

from flask import Blueprint

blueprint = Blueprint("portal", __name__)

from portal import (  # noqa: E402, F401
    badges,
    card,
    certificates,
    claim,
    consents,
    home,
    invitations,
    invite,
    landing,
    leaderboard,
    login,
    me,
    points,
    public_board,
    rewards,
    rewards_pictures,
    statement,
    tier,
    visits,
    vouchers,
    wallet,
    whose_card,
)
