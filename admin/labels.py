"""Names of codes that only staff read: acts of the log, states and reasons of messages, sources, flags.

Registered as filters of all templates, with ``may`` beside them, so that imported macros see them too.
"""

from datetime import date, datetime
from typing import Any

from babel import dates
from flask_babel import gettext as _

from admin import blueprint
from loyalty.clinic.rules.roles import Permission, may
from loyalty.kernel.contacts import masked_phone
from loyalty.kernel.localized import LocalizedText
from web import labels
from web.clinic import current_programme
from web.formats import number
from web.i18n import OWN_NAMES, current_language, html_lang
from web.identity import current_staff_or_none


def in_language(text: LocalizedText | None) -> str:
    """What staff wrote, in the reader's language or the next one there is."""
    return "" if text is None else text.in_language(current_language(), current_programme().language)


def local_day(instant: datetime) -> date:
    """The clinic's day of an instant, for addresses."""
    return current_programme().calendar.day_of(instant)


def short_day(moment: datetime | date) -> str:
    """A day without its year, as the language writes it: "22 thg 11", "Nov 22"."""
    on = local_day(moment) if isinstance(moment, datetime) else moment
    return str(dates.format_skeleton("MMMd", on, locale=current_language()))


def signed(points: int) -> str:
    """Points with their sign: +200, −500."""
    return f"+{number(points)}" if points > 0 else f"−{number(-points)}" if points else "0"


def card_number(digits: str) -> str:
    """A card number in two groups, as it is printed: 0482 1107."""
    return f"{digits[:4]} {digits[4:]}" if len(digits) == 8 else digits


def language_name(tag: str | None) -> str:
    return dict(OWN_NAMES).get(tag or "", tag or "")


def sex_name(sex: str) -> str:
    names = {"female": _("Female"), "male": _("Male"), "other": _("Other")}
    return names.get(sex, sex)


def source_name(kind: str) -> str:
    """How a patient came (F18)."""
    names = {"referral": _("Sent by a person"), "channel": _("By another way"), "walk_in": _("Walked in")}
    return names.get(kind, kind)


def purpose_name(purpose: str) -> str:
    names = {
        "care": _("Reminders and care"),
        "marketing": _("News and offers"),
        "referral": _("The inviter may know"),
        "leaderboard": _("Named on the thank-you board"),
        "survey": _("Surveys"),
        "photo": _("Photos"),
        "tracking": _("Statistics of use"),
    }
    return names.get(purpose, purpose)


def origin_name(origin: str) -> str:
    """How a referral, or a touch, reached the clinic (F3)."""
    names = {
        "link": _("Link"),
        "cookie": _("Link opened earlier"),
        "desk": _("Said at the desk"),
        "api": _("Medical system"),
        "card": _("Paper card"),
    }
    return names.get(origin, origin)


def flag_name(flag: str) -> str:
    """Why a referral waits for a second look (F6)."""
    names = {
        "same_device": _("Same device as the inviter"),
        "similar_name": _("Same name as the inviter"),
        "same_address": _("Same address"),
        "velocity": _("Many friends in one day"),
        "staff_pattern": _("Looks like staff"),
    }
    return names.get(flag, flag)


def part_of_day_name(part: str) -> str:
    names = {
        "morning": _("Morning"),
        "afternoon": _("Afternoon"),
        "evening": _("Evening"),
        "any": _("Any time"),
    }
    return names.get(part, part)


def tier_reason(reason: str) -> str:
    names = {
        "visit": _("By a visit"),
        "referral": _("By a friend helped"),
        "review": _("By a review"),
        "merge": _("By joining two records"),
        "reversal": _("By a refund or a referral taken back"),
        "import": _("By imported history"),
        "announced": _("On the announced day"),
        "pin": _("Held by the clinic"),
        "unpin": _("Held no longer"),
        "pin_end": _("The last day of being held is over"),
    }
    return names.get(reason, reason)


def actor_name(kind: str) -> str:
    """Who acted, where no person's name is known."""
    names = {
        "staff": _("Staff"),
        "patient": _("The patient"),
        "friend": _("An invited friend"),
        "api": _("Medical system"),
        "import": _("Import"),
        "system": _("Automatic"),
    }
    return names.get(kind, kind)


def step_name(step: str) -> str:
    """What a message is about."""
    names = {
        "login-code": _("Log-in code"),
        "appointment-requested": _("Request received"),
        "visit-booked": _("Appointment booked"),
        "visit-moved": _("Appointment moved"),
        "thanks": _("Thank-you after a visit"),
        "check-in": _("How are you"),
        "reminder": _("Reminder"),
        "points-earned": _("Points earned"),
        "referral-advanced": _("A friend was helped"),
        "tier-reached": _("New tier"),
        "board-published": _("Thank-you board"),
        "balance": _("Points balance"),
        "expiry-warning": _("Points end soon"),
        "birthday": _("Birthday"),
        "reward-ready": _("Gift is ready"),
        "reward-reminder": _("Gift waits"),
        "tier-fall": _("Tier would fall"),
    }
    return names.get(step, step)


def redemption_state(state: str) -> str:
    """How far the hand-over of a reward is (V7)."""
    names = {
        "requested": _("Waits for approval"),
        "approved": _("Waits at the desk"),
        "handed_over": _("Handed over"),
        "cancelled": _("Cancelled"),
        "expired": _("Not fetched in time"),
    }
    return names.get(state, state)


def message_state_name(state: str) -> str:
    names = {
        "queued": _("Waiting"),
        "claimed": _("Being sent"),
        "accepted": _("Given to the provider"),
        "sent": _("Sent"),
        "delivered": _("Delivered"),
        "read": _("Read"),
        "skipped": _("Left out"),
        "failed": _("Failed"),
        "expired": _("Too late"),
        "uncertain": _("Uncertain"),
    }
    return names.get(state, state)


def message_reason(reason: str) -> str:
    """Why a message was left out, failed or is in doubt, in plain words (C7)."""
    names = {
        "no_consent": _("No consent to this kind of message"),
        "opted_out": _("The patient does not want such messages"),
        "cap": _("Enough messages this month already"),
        "quiet_too_late": _("Only possible in quiet hours, then too late"),
        "too_late": _("Its time had passed"),
        "no_channel": _("No phone or e-mail to reach the patient"),
        "missing_value": _("Something the text needs is missing"),
        "deceased": _("The patient has died"),
        "blocked": _("The patient is blocked"),
        "merged": _("The record was merged into another"),
        "minor_without_guardian": _("A child without a guardian on record"),
        "complaint_open": _("A complaint is open"),
        "duplicate": _("The same message was sent before"),
        "cancelled": _("The visit was cancelled"),
        "worker_died": _("The connection broke while sending"),
        "connection_lost": _("The connection broke while sending"),
        "unconfirmed": _("Nobody knows whether it arrived; staff left it so"),
        "timeout": _("The provider did not answer in time"),
    }
    return names.get(reason, _("The provider said: %(code)s", code=reason))


def _allowed(permission: str) -> bool:
    staff = current_staff_or_none()
    return staff is not None and may(staff.role, Permission(permission))


@blueprint.record_once
def _register(state: Any) -> None:
    names = (
        in_language,
        local_day,
        short_day,
        signed,
        card_number,
        language_name,
        origin_name,
        flag_name,
        tier_reason,
        part_of_day_name,
        actor_name,
        step_name,
        message_state_name,
        redemption_state,
        message_reason,
        masked_phone,
        html_lang,
        labels.tier_name,
        labels.status_name,
        labels.stage_name,
        labels.badge_name,
        labels.entry_text,
        labels.role_name,
    )
    state.app.jinja_env.filters.update({name.__name__: name for name in names})
    state.app.jinja_env.globals["may"] = _allowed
