"""The staff's side."""

from flask import Blueprint

blueprint = Blueprint("admin", __name__, url_prefix="/admin")

from admin import (  # noqa: E402, F401
    acts,
    attribution,
    audit,
    booking,
    desk_consents,
    editing,
    health,
    imports,
    labels,
    leaderboards,
    liability,
    login,
    messages,
    moves,
    navigation,
    nicknames,
    password_link,
    patients,
    payments,
    phones,
    referral,
    referrals,
    refunds,
    registering,
    requests,
    second_step,
    setting_words,
    settings,
    staff,
    today,
    visits,
)
