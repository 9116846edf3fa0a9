"""Names of the programme's codes in the reader's language: tiers, stages, states, badges, roles.

The names are lazy texts, translated only when one is asked for.
"""

from collections.abc import Mapping

from flask import Flask
from flask_babel import lazy_gettext as _l

Names = Mapping[str, str]

_TIERS: Names = {
    "member": _l("Member"),
    "silver": _l("Silver"),
    "gold": _l("Gold"),
    "black": _l("Black"),
}
_NEWCOMER = _l("Newcomer")
_SPECIALTIES: Names = {
    "general": _l("General medicine"),
    "dental": _l("Dentistry"),
    "dermatology": _l("Skin"),
    "paediatrics": _l("Children"),
    "gynaecology": _l("Women’s health"),
    "laboratory": _l("Laboratory"),
    "imaging": _l("Imaging"),
    "physiotherapy": _l("Physiotherapy"),
}

_STATUSES: Names = {
    "booked": _l("Booked"),
    "arrived": _l("Arrived"),
    "completed": _l("Completed"),
    "cancelled": _l("Cancelled"),
    "no_show": _l("Did not come"),
}

_STAGES: Names = {
    "invited": _l("Invited"),
    "registered": _l("Introduced"),
    "booked": _l("Booked"),
    "arrived": _l("Visited"),
    "qualified": _l("Rewarded"),
    "expired": _l("Expired"),
    "rejected": _l("Not eligible"),
    "reversed": _l("Taken back"),
}

_BADGES: Names = {
    "first-visit": _l("First visit"),
    "first-friend": _l("First friend"),
    "friends-3": _l("Three friends"),
    "friends-8": _l("Eight friends"),
    "friends-20": _l("Twenty friends"),
    "one-year": _l("One year together"),
    "ambassador": _l("Ambassador of the month"),
}

_ENTRIES: Names = {
    "earn": _l("Points for a visit"),
    "redeem": _l("Points used"),
    "expire": _l("Points ended"),
    "reverse": _l("Taken back after a refund"),
    "restore": _l("Given back"),
    "adjust": _l("Adjusted by the clinic"),
    "bonus": _l("Bonus"),
    "referral": _l("Thank-you for helping a friend"),
    "gift": _l("Gift"),
    "merge": _l("From your other record"),
}

_CHANNELS: Names = {
    "sms": _l("SMS"),
    "zalo": "Zalo",
    "viber": "Viber",
    "whatsapp": "WhatsApp",
    "telegram": "Telegram",
    "wechat": _l("WeChat"),
    "email": _l("E-mail"),
    "call": _l("Phone call"),
    "any": _l("Any way"),
}

_ROLES: Names = {
    "reception": _l("Reception"),
    "care": _l("Patient care"),
    "marketing": _l("Marketing"),
    "manager": _l("Manager"),
    "administrator": _l("Administrator"),
}


def tier_name(tier: str | None) -> str:
    """A tier's name; patients before their first counted visit have none yet (M1)."""
    return str(_TIERS.get(tier or "", _NEWCOMER))


def status_name(status: str) -> str:
    """A visit's status."""
    return str(_STATUSES.get(status, status))


def stage_name(stage: str) -> str:
    """A referral's stage, as staff and referrers read it."""
    return str(_STAGES.get(stage, stage))


def badge_name(code: str) -> str:
    return str(_BADGES.get(code, code))


def entry_text(kind: str) -> str:
    """What a ledger entry was for."""
    return str(_ENTRIES.get(kind, kind))


def channel_name(channel: str) -> str:
    """How a message travels; product names stay as they are."""
    return str(_CHANNELS.get(channel, channel))


def role_name(role: str) -> str:
    return str(_ROLES.get(role, role))


def init_labels(app: Flask) -> None:
    """Labels as filters, so that imported macros see them too."""
    app.jinja_env.filters.update(
        tier_name=tier_name,
        status_name=status_name,
        stage_name=stage_name,
        badge_name=badge_name,
        entry_text=entry_text,
        channel_name=channel_name,
        role_name=role_name,
    )


def specialty_name(code: str) -> str:
    """A department by its code; one that the clinic has brought along stands as it is."""
    return str(_SPECIALTIES.get(code, code))
