"""Names of the programme's codes in the reader's language: tiers, stages, states, badges, roles."""

from flask import Flask
from flask_babel import gettext as _


def tier_name(tier: str | None) -> str:
    """A tier's name; patients before their first counted visit have none yet (M1)."""
    names = {
        "member": _("Member"),
        "silver": _("Silver"),
        "gold": _("Gold"),
        "black": _("Black"),
    }
    return names.get(tier or "", _("Newcomer"))


def status_name(status: str) -> str:
    """A visit's status."""
    names = {
        "booked": _("Booked"),
        "arrived": _("Arrived"),
        "completed": _("Completed"),
        "cancelled": _("Cancelled"),
        "no_show": _("Did not come"),
    }
    return names.get(status, status)


def stage_name(stage: str) -> str:
    """A referral's stage, as staff and referrers read it."""
    names = {
        "invited": _("Invited"),
        "registered": _("Introduced"),
        "booked": _("Booked"),
        "arrived": _("Visited"),
        "qualified": _("Rewarded"),
        "expired": _("Expired"),
        "rejected": _("Not eligible"),
        "reversed": _("Taken back"),
    }
    return names.get(stage, stage)


def badge_name(code: str) -> str:
    names = {
        "first-visit": _("First visit"),
        "first-friend": _("First friend"),
        "friends-3": _("Three friends"),
        "friends-8": _("Eight friends"),
        "friends-20": _("Twenty friends"),
        "one-year": _("One year together"),
        "ambassador": _("Ambassador of the month"),
    }
    return names.get(code, code)


def entry_text(kind: str) -> str:
    """What a ledger entry was for."""
    names = {
        "earn": _("Points for a visit"),
        "redeem": _("Points used"),
        "expire": _("Points ended"),
        "reverse": _("Taken back after a refund"),
        "restore": _("Given back"),
        "adjust": _("Adjusted by the clinic"),
        "bonus": _("Bonus"),
        "referral": _("Thank-you for helping a friend"),
        "gift": _("Gift"),
        "merge": _("From your other record"),
    }
    return names.get(kind, kind)


def channel_name(channel: str) -> str:
    """How a message travels; product names stay as they are."""
    names = {
        "sms": _("SMS"),
        "zalo": "Zalo",
        "viber": "Viber",
        "whatsapp": "WhatsApp",
        "telegram": "Telegram",
        "wechat": _("WeChat"),
        "email": _("E-mail"),
        "call": _("Phone call"),
        "any": _("Any way"),
    }
    return names.get(channel, channel)


def role_name(role: str) -> str:
    names = {
        "reception": _("Reception"),
        "care": _("Patient care"),
        "marketing": _("Marketing"),
        "manager": _("Manager"),
        "administrator": _("Administrator"),
    }
    return names.get(role, role)


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
