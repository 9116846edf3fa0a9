"""What the programme's settings do, in the reader's language."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from admin import blueprint
from loyalty.clinic.rules.settings import Setting
from web.labels import tier_name

AREAS = {
    "product": _l("Product"),
    "points": _l("Points"),
    "tiers": _l("Tiers"),
    "visits": _l("Visits"),
    "rewards": _l("Rewards"),
    "certificates": _l("Gift certificates"),
    "packages": _l("Packages"),
    "referrals": _l("Referrals"),
    "leaderboard": _l("Thank-you board"),
    "messages": _l("Messages"),
    "access": _l("Log-in"),
    "jobs": _l("Jobs"),
}
NOTES = {
    "access.codes_per_day": _l("One-time log-in codes the clinic pays for in 24 hours"),
    "product.name": _l("Name of the product, shown to staff only"),
    "points.money_per_point": _l("Money in whole currency that earns one point"),
    "points.value": _l("What one point pays, in whole currency"),
    "points.cap_percent": _l("Share of a bill that points may pay, in percent"),
    "points.cap_percent_by_tag": _l("Larger share for patients with a tag, in percent"),
    "points.life_months": _l("Months that points live; 0 is for ever"),
    "points.life_mode": _l(
        "How the last day of points is found: months, days, end_of_month, end_of_year or never"
    ),
    "points.life_days": _l("Days that points live, where days are counted"),
    "points.expiry_warning_days": _l("Days before points end to tell the patient"),
    "points.manual_limit": _l("Points a person may give or take without a second one"),
    "points.birthday_bonus": _l("Points for a birthday; 0 gives none"),
    "tiers.grace_days": _l("Days a tier is kept after its window ends"),
    "tiers.notice_days": _l("Days between the notice of a fall and the fall"),
    "rewards.reminder_days": _l("Days a reward waits at the desk before the patient is reminded"),
    "certificates.life_months": _l("Months a gift certificate lives; 0 is for ever"),
    "packages.no_show_takes_session": _l("A missed visit takes its reserved session"),
    "tiers.window": _l("Over which time visits and friends count"),
    "visits.one_per_day": _l("Count at most one visit of a patient and day"),
    "referrals.reward_points": _l("Points for the referrer, given in two halves"),
    "referrals.window_days": _l("Days a friend has to come and pay"),
    "referrals.cookie_days": _l("Days an opened invitation is remembered"),
    "referrals.open": _l("New friends can be introduced"),
    "referrals.minimum_bill": _l("Smallest first bill that brings the second half, in whole currency"),
    "referrals.pack_percent": _l("Newcomer pack: discount on the first examination, in percent"),
    "leaderboard.settle_hours": _l("Hours from the month's end to the draft of the board"),
    "messages.marketing_cap_per_month": _l("Promotional messages to a patient and month, at most"),
}
KINDS = {
    "int": _l("a whole number"),
    "str": _l("a text"),
    "bool": _l("true or false"),
    "dict": _l('pairs such as {"pensioner": 100}'),
}


def settings_area(area: str) -> str:
    return str(AREAS.get(area, area))


def setting_note(setting: Setting) -> str:
    """What a setting does; the ladder's ones are named by their tier."""
    area, _dot, rest = setting.key.partition(".")
    tier, _dot, way = rest.partition(".")
    if area == "tiers" and way == "visits":
        return _("Visits that reach %(tier)s; 0 switches this way off", tier=tier_name(tier))
    if area == "tiers" and way == "entry_gift_points":
        return _("Points given once on reaching %(tier)s; 0 gives none", tier=tier_name(tier))
    if area == "tiers" and way == "referrals":
        return _("Friends helped that reach %(tier)s; 0 switches this way off", tier=tier_name(tier))
    if area == "tiers" and way == "multiplier_percent":
        return _("Points of a visit in %(tier)s, in percent of the plain number", tier=tier_name(tier))
    return str(NOTES.get(setting.key, setting.note))


def setting_kind(kind: str) -> str:
    """What may be typed."""
    return str(KINDS.get(kind, kind))


@blueprint.record_once
def _register(state: Any) -> None:
    names = (settings_area, setting_note, setting_kind)
    state.app.jinja_env.filters.update({name.__name__: name for name in names})
