"""Sentences for what the look at the programme's health found (jobs/health.py), for pages and commands."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext


def job_name(name: str) -> str:
    """What a periodic job does."""
    names = {
        "send-messages": _("Send messages"),
        "flush-clicks": _("Count opened invitations"),
        "expire-points": _("End points past their last day"),
        "expire-referrals": _("End referrals past their time"),
        "review-tiers": _("Review tiers"),
        "birthday-bonus": _("Give birthday points"),
        "expiry-warnings": _("Warn of points that end soon"),
        "balance-notices": _("Tell balances once a month"),
        "fulfilment-reminders": _("Remind of gifts at the desk, end those not fetched"),
        "leaderboard-draft": _("Count last month's board"),
        "retention": _("Forget what need not be kept"),
        "run-imports": _("Take in uploaded files"),
        "reconcile": _("Compare summaries with facts"),
    }
    return names.get(name, name)


def finding_text(code: str, params: Mapping[str, Any]) -> str:
    """One finding as a sentence that names the thing and, if it is wrong, how much of it."""
    return _about_work(code, params) or _about_books(code, params) or code


def _about_work(code: str, params: Mapping[str, Any]) -> str | None:
    job, count = job_name(str(params.get("job", ""))), int(params.get("count") or 0)
    texts = {
        "no_clinic": _("The clinic is not set up yet."),
        "job_alive": _("%(job)s: on time.", job=job),
        "job_late": _("%(job)s: has not run when it should have.", job=job),
        "messages_waiting": ngettext(
            "%(num)s message waits for its time.", "%(num)s messages wait for their time.", count
        ),
        "messages_moving": _("No message is stuck."),
        "messages_stuck": ngettext(
            "%(num)s message should have left and has not.",
            "%(num)s messages should have left and have not.",
            count,
        ),
        "messages_certain": _("No message is in doubt."),
        "messages_uncertain": ngettext(
            "%(num)s message may or may not have arrived: staff decide.",
            "%(num)s messages may or may not have arrived: staff decide.",
            count,
        ),
        "gateway_there": _("Messages leave through the gateway %(gateway)s.", gateway=params.get("gateway")),
        "gateway_missing": _("No message gateway is set up: nothing can leave."),
    }
    return texts.get(code)


def _about_books(code: str, params: Mapping[str, Any]) -> str | None:
    names = {
        "patients_without_summary": _("Every patient has a summary"),
        "balance_is_not_ledger": _("Balances equal the ledger"),
        "balance_is_not_lots": _("Balances equal what the lots hold"),
        "held_is_not_reserved": _("Points set aside equal what visits have reserved"),
        "debt_beside_points": _("Nobody has points and a debt at once"),
        "visits_are_not_facts": _("Counted visits equal the visits"),
        "friends_are_not_facts": _("Friends helped equal the referrals"),
        "tier_is_not_ladder": _("Tiers equal the ladder"),
        "bill_is_not_sum": _("Bills equal their lines and payments"),
        "certificate_is_not_entries": _("Gift certificates equal their entries"),
        "voucher_is_not_uses": _("Vouchers equal the visits that have them"),
        "package_is_not_uses": _("Packages equal the sessions that visits have"),
        "redemption_is_not_ledger": _("Redemptions equal the ledger"),
        "referral_is_not_ledger": _("Halves of referrals equal the ledger"),
    }
    if code not in names:
        return None
    count = int(params.get("count") or 0)
    if not count:
        return _("%(what)s.", what=names[code])
    examples = ", ".join(str(number) for number in params.get("examples") or ())
    wrong = ngettext("%(num)s row is wrong", "%(num)s rows are wrong", count)
    return _(
        "%(what)s: %(wrong)s (for example %(examples)s).", what=names[code], wrong=wrong, examples=examples
    )
