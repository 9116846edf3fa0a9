"""Names of what rewards and offers are made of: kinds, states, icons; and what an offer gives, in a line."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from admin import blueprint
from loyalty.kernel.localized import LocalizedText
from loyalty.rewards.models import Certificate, Package, Voucher
from web.formats import money, percent
from web.i18n import OWN_NAMES

Names = Mapping[str, Any]

KINDS: Names = {
    "gift": _l("Gift handed over at the desk"),
    "percent": _l("Percentage off a bill"),
    "amount": _l("Amount off a bill"),
    "service": _l("Free service"),
    "certificate": _l("Gift certificate"),
    "package": _l("Package of sessions"),
}
KIND_HINTS: Names = {
    "gift": _l("A thing the patient fetches at reception."),
    "percent": _l("A voucher such as 10% off the next bill."),
    "amount": _l("A voucher worth a fixed sum."),
    "service": _l("A voucher for one service."),
    "certificate": _l("Money on a card, to use or to give away."),
    "package": _l("Several sessions of one service."),
}
KIND_ICONS: Names = {
    "gift": "gift",
    "percent": "tag",
    "amount": "ticket",
    "service": "steth",
    "certificate": "mail",
    "package": "repeat",
}
ICONS: Names = {
    "gift": _l("Gift"),
    "ticket": _l("Ticket"),
    "tag": _l("Price tag"),
    "mail": _l("Letter"),
    "tooth": _l("Tooth"),
    "drop": _l("Drop"),
    "wave": _l("Wave"),
    "leaf": _l("Leaf"),
    "heart": _l("Heart"),
    "sun": _l("Sun"),
    "steth": _l("Stethoscope"),
    "tea": _l("Cup of tea"),
    "cake": _l("Cake"),
    "medal": _l("Medal"),
    "repeat": _l("Several times"),
}
HUES: Names = {
    "leaf": _l("Green"),
    "petal": _l("Pink"),
    "info": _l("Blue"),
    "gold": _l("Golden"),
}
_OFFER_STATES: Names = {
    "active": (_l("Can be used"), "ok"),
    "not_yet": (_l("Not yet"), "info"),
    "used": (_l("Used up"), ""),
    "expired": (_l("Expired"), "warn"),
    "cancelled": (_l("Cancelled"), "bad"),
    "refunded": (_l("Purchase refunded"), "bad"),
}
_USE_STATES: Names = {
    "reserved": (_l("Reserved"), "info"),
    "used": (_l("Used"), "ok"),
    "freed": (_l("Given back"), ""),
    "returned": (_l("Given back"), ""),
}
_ENTRIES: Names = {
    "issue": _l("Issued"),
    "use": _l("Paid with"),
    "return": _l("Given back after a refund"),
    "refund": _l("Purchase refunded"),
}
_ORIGINS: Names = {
    "staff": _l("By the clinic"),
    "sale": _l("Bought"),
    "reward": _l("For points"),
    "redemption": _l("For points"),
    "api": _l("Medical system"),
    "import": _l("Import"),
}


def kind_name(kind: str) -> str:
    """What a reward or a voucher is."""
    return str(KINDS.get(kind, kind))


def offer_state_name(state: str) -> str:
    return str(_OFFER_STATES[state][0])


def offer_state_look(state: str) -> str:
    """The colour of a state's chip."""
    return str(_OFFER_STATES[state][1])


def use_state_name(state: str) -> str:
    return str(_USE_STATES[state][0])


def use_state_look(state: str) -> str:
    return str(_USE_STATES[state][1])


def certificate_entry_name(kind: str) -> str:
    return str(_ENTRIES.get(kind, kind))


def origin_of_offer(origin: str) -> str:
    """How an offer came to be."""
    return str(_ORIGINS.get(origin, origin))


def missing_languages(text: LocalizedText) -> list[str]:
    """The own names of the languages in which a text is still missing."""
    gaps = text.missing()
    return [name for tag, name in OWN_NAMES if tag in gaps]


def state_of_voucher(voucher: Voucher, today: date) -> str:
    """active, not_yet, used, expired or cancelled."""
    if voucher.state != "active":
        return "cancelled"
    if voucher.total_limit is not None and voucher.used_count >= voucher.total_limit:
        return "used"
    if voucher.valid_from is not None and today < voucher.valid_from:
        return "not_yet"
    return "expired" if _is_over(voucher.valid_to, today) else "active"


def state_of_certificate(certificate: Certificate, today: date) -> str:
    """active, used, expired or refunded."""
    if certificate.state != "active":
        return "refunded"
    if not certificate.balance_minor:
        return "used"
    return "expired" if _is_over(certificate.valid_to, today) else "active"


def state_of_package(package: Package, today: date) -> str:
    """active, used, expired or cancelled."""
    if package.state != "active":
        return "cancelled"
    if package.used >= package.sessions:
        return "used"
    return "expired" if _is_over(package.valid_to, today) else "active"


def _is_over(valid_to: date | None, today: date) -> bool:
    return valid_to is not None and valid_to < today


def voucher_value(voucher: Voucher) -> str:
    """What a voucher takes off, in a line: "10% off, at most 200,000 ₫"."""
    if voucher.kind == "percent":
        share = percent((voucher.percent_hundredths or 0) / 100)
        if voucher.max_discount_minor is None:
            return _("%(percent)s off", percent=share)
        return _("%(percent)s off, at most %(money)s", percent=share, money=money(voucher.max_discount_minor))
    if voucher.kind == "amount":
        return _("%(money)s off", money=money(voucher.amount_minor or 0))
    return _("A service for free")


def sessions_left(package: Package) -> str:
    """How many sessions are left, in a line."""
    left = package.sessions - package.used
    return ngettext(
        "%(num)s of %(total)s session left",
        "%(num)s of %(total)s sessions left",
        left,
        total=package.sessions,
    )


@blueprint.record_once
def _register(state: Any) -> None:
    names = (
        kind_name,
        offer_state_name,
        offer_state_look,
        use_state_name,
        use_state_look,
        certificate_entry_name,
        origin_of_offer,
        missing_languages,
        voucher_value,
        sessions_left,
    )
    state.app.jinja_env.filters.update({name.__name__: name for name in names})
