"""Sentences for what the domain answers with a code: refusals here, texts of messages beside it."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from loyalty.kernel.clock import Month
from loyalty.kernel.refusal import Refusal
from web import labels
from web.formats import day, day_time, money, month, number
from web.message_texts import message_text
from web.phrases_imports import FILE_SENTENCES
from web.phrases_merging import MERGE_SENTENCES
from web.phrases_points import POINT_SENTENCES
from web.phrases_rewards import REWARD_SENTENCES
from web.phrases_settlement import BILL_SENTENCES
from web.phrases_tiers import TIER_SENTENCES

__all__ = ["message_text", "refusal_text"]

_WAIT_MINUTES_FROM = 90


def refusal_text(refusal: Refusal) -> str:
    """What a refusal says to the person in front of the page, in her language; unknown codes say sorry."""
    counted = _COUNTED.get(refusal.code)
    if counted is not None:
        return counted(refusal.params)
    sentence = next((area[refusal.code] for area in (_SENTENCES, *_AREAS) if refusal.code in area), None)
    if sentence is None:
        return _("This is not possible. Nothing was changed.")
    return str(sentence) % _shown(refusal.params)


def _shown(params: Mapping[str, Any]) -> dict[str, str]:
    return {name: _shown_value(name, value) for name, value in params.items()}


def _shown_value(name: str, value: Any) -> str:
    if name in ("status", "wanted"):
        return labels.status_name(str(value))
    if name == "tier":
        return labels.tier_name(str(value))
    if isinstance(value, int):
        return money(value) if name.endswith("_minor") else number(value)
    if isinstance(value, datetime):
        return day_time(value)
    if isinstance(value, date):
        return day(value)
    if name == "month":
        return month(Month.parse(str(value)))
    return str(value)


def _wait(params: Mapping[str, Any]) -> str:
    seconds = int(params["seconds"])
    if seconds < _WAIT_MINUTES_FROM:
        return ngettext(
            "A little too fast. Please try again in %(num)s second.",
            "A little too fast. Please try again in %(num)s seconds.",
            seconds,
        )
    return ngettext(
        "A little too often. Please try again in %(num)s minute.",
        "A little too often. Please try again in %(num)s minutes.",
        -(-seconds // 60),
    )


def _wrong_code(params: Mapping[str, Any]) -> str:
    return ngettext(
        "This code is not right. %(num)s try left.",
        "This code is not right. %(num)s tries left.",
        int(params["tries_left"]),
    )


def _not_enough_points(params: Mapping[str, Any]) -> str:
    return ngettext(
        "There are not enough points: %(num)s can be used.",
        "There are not enough points: %(num)s can be used.",
        int(params["available"]),
    )


def _over_cap(params: Mapping[str, Any]) -> str:
    return ngettext(
        "At most %(num)s point can be used for this bill.",
        "At most %(num)s points can be used for this bill.",
        int(params["most"]),
    )


def _nicknames_waiting(params: Mapping[str, Any]) -> str:
    return ngettext(
        "%(num)s nickname still waits for your decision.",
        "%(num)s nicknames still wait for your decision.",
        int(params["count"]),
    )


_COUNTED: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "too_many_tries": _wait,
    "code_wrong": _wrong_code,
    "not_enough_points": _not_enough_points,
    "points_over_cap": _over_cap,
    "nicknames_waiting": _nicknames_waiting,
}

#: Sentences of areas that have a file of their own.
_AREAS: tuple[Mapping[str, Any], ...] = (
    BILL_SENTENCES,
    FILE_SENTENCES,
    MERGE_SENTENCES,
    POINT_SENTENCES,
    REWARD_SENTENCES,
    TIER_SENTENCES,
)

_SENTENCES: Mapping[str, Any] = {
    # ways in
    "phone_unreadable": _l("We cannot read this phone number. Please check it."),
    "codes_exhausted": _l("We cannot send more codes today. Please call us, we are glad to help."),
    "code_foreign": _l("No code was asked for in this browser. Please ask for a new one here."),
    "code_expired": _l("This code is too old. Please ask for a new one."),
    "code_dead": _l("This code can no longer be used. Please ask for a new one."),
    "password_short": _l("A password needs at least %(shortest)s characters. A short sentence works well."),
    "password_long": _l("A password has at most %(longest)s characters."),
    "password_common": _l("This password is too easy to guess. Please choose words of your own."),
    "login_wrong": _l("E-mail or password is not right."),
    "second_wrong": _l("This code is not right, or it was used before. Please wait for the next one."),
    "link_dead": _l("This link was used before or is too old. Please ask your manager for a new one."),
    "busy": _l("Many people are logging in at this moment. Please try again."),
    # people
    "name_missing": _l("Please enter a name."),
    "name_taken": _l("The name %(name)s is taken already."),
    "name_too_long": _l("A name has at most %(longest)s characters."),
    "email_unreadable": _l("We cannot read this e-mail address. Please check it."),
    "email_taken": _l("Somebody works here with %(email)s already."),
    "patient_unknown": _l("There is no such patient."),
    "patient_exists": _l("This patient is here already."),
    "patient_merged": _l("This record was joined with another one. Please use that one."),
    "opted_out": _l("The patient has said no. Only she herself can say yes again, in her own pages."),
    "guardian_self": _l("Nobody can be her own guardian."),
    "other_patient": _l("This belongs to another patient."),
    "date_impossible": _l("This date cannot be right."),
    "unknown_choice": _l("Please choose one of the answers."),
    "reason_missing": _l("Please give a reason."),
    # visits and money
    "visit_unknown": _l("There is no such visit."),
    "impossible_move": _l("The visit is “%(status)s” now, so this is not possible any more."),
    "already_completed": _l("This visit is completed already."),
    "visit_closed": _l("This visit is closed and stays as it is."),
    "request_answered": _l("A colleague has answered this request already."),
    "no_lines": _l("Please add at least one service."),
    "quantity_impossible": _l("The quantity must be 1 or more."),
    "amount_unreadable": _l("We cannot read the amount. Please write it in digits."),
    "amount_too_precise": _l("The amount has more decimals than the currency knows."),
    "amount_negative": _l("The amount must not be below zero."),
    "amount_not_positive": _l("The amount must be above zero."),
    "payment_exceeds_due": _l("The payment is more than what is due: %(due_minor)s."),
    "payment_twice": _l("The same payment is entered twice."),
    "payment_key_reused": _l("This payment is known with another amount."),
    "refund_exceeds_paid": _l("At most %(left_minor)s can be paid back."),
    "refund_key_reused": _l("This refund is known with another amount."),
    "points_not_positive": _l("The number of points must be above zero."),
    # referrals
    "self": _l("This is your own link. Please send it to a friend."),
    "existing_patient": _l(
        "This person is a patient already; the gift is for people who come for the first time."
    ),
    "already_referred": _l("This person was introduced by somebody already."),
    "cycle": _l("These two have introduced each other; that cannot count."),
    "dependant": _l("Family members cared for by the same person cannot introduce each other."),
    "staff": _l("Members of the staff do not take part."),
    "unknown_code": _l("We do not know this code. Please check it."),
    "blocked_code": _l("This code is not in use any more."),
    "expired": _l("The time for this invitation is over."),
    "programme_closed": _l("The clinic is not taking new introductions at the moment."),
    "referral_unknown": _l("There is no such introduction."),
    "first_half_paid": _l("The first half has been given already, so the referrer stays."),
    # board
    "board_missing": _l("There is no board for %(month)s yet."),
    "board_empty": _l("There is nobody on the board for %(month)s."),
    "board_published": _l("The board for %(month)s is published and stays as it is."),
    "board_too_early": _l("The board for %(month)s can be drafted from %(at)s."),
    "nickname_missing": _l("Nobody has proposed a nickname."),
    "nickname_changed": _l("The nickname was changed meanwhile to “%(nickname)s”. Please look again."),
    "nickname_length": _l("A nickname has %(shortest)s to %(longest)s characters."),
    "nickname_letters": _l("A nickname needs letters."),
    "nickname_contact": _l("A nickname must not hold a phone number or an address."),
    "nickname_real_name": _l("This is your real name. Choose another one, or allow us to show your name."),
    # messages
    "not_uncertain": _l("This message is settled already."),
    "message_too_late": _l("It is too late to send this message."),
    # files
    "file_empty": _l("The file is empty."),
    "not_csv": _l("This is not a CSV file. Please save the table as CSV and try again."),
    "no_rows": _l("The file has headings but no rows."),
    "encoding_unknown": _l("The letters of the file cannot be read. Please save it as UTF-8."),
    "mapping_header_unknown": _l("The file has no column “%(header)s”."),
    "mapping_field_unknown": _l("There is no field “%(field)s” to fill."),
    "mapping_incomplete": _l("These fields have no column yet: %(fields)s."),
    "import_unknown": _l("There is no such import."),
    # staff and interface
    "staff_unknown": _l("There is no such account."),
    "own_account": _l("You cannot close your own account. Please ask a colleague."),
    "own_second_factor": _l("You cannot reset your own second factor. Please ask a colleague."),
    "account_closed": _l("This account is closed."),
    "last_administrator": _l(
        "Somebody must be able to look after the accounts: this is the last one who can."
    ),
    "key_reused": _l("This id was used before for something else."),
    # set-up
    "no_clinic": _l("The clinic has to be set up first."),
    "unknown_language": _l("The language %(language)s is not one of the four."),
    "unknown_timezone": _l("There is no time zone %(timezone)s."),
    "unknown_country": _l("There is no preset for %(country)s."),
    "unknown_currency": _l("The currency %(currency)s is not known here."),
    "unknown_role": _l("There is no role %(role)s."),
    "unknown_setting": _l("There is no setting %(key)s."),
    "unknown_key": _l("There is no key named %(name)s."),
    "bad_setting": _l("The value %(value)s does not fit the setting %(key)s."),
}
