"""Vouchers, certificates, packages and gifts in words: what each gives, and how it stands today."""

from collections.abc import Mapping
from datetime import date

from flask import g
from flask_babel import gettext as _
from flask_babel import ngettext

from loyalty.clinic.queries import services
from loyalty.kernel.localized import LocalizedText
from loyalty.rewards.models import Certificate, Package, Redemption, Voucher
from loyalty.rewards.rules.values import has_begun, has_ended
from portal.remembered import remembered
from web.clinic import current_programme
from web.extensions import db
from web.formats import day, money, percent
from web.i18n import current_language

#: Text, kind of its chip, icon.
State = tuple[str, str, str]


def in_words(text: LocalizedText) -> str:
    """A text of the clinic's in the reader's language."""
    return text.in_language(current_language(), current_programme().language)


def service_names() -> Mapping[int, LocalizedText]:
    """The names of the clinic's services by id, read at most once a page."""
    if "service_names" not in g:
        g.service_names = remembered(
            "service names", lambda: {service.id: service.name for service in services(db.session())}
        )
    found: Mapping[int, LocalizedText] = g.service_names
    return found


def until(valid_to: date | None) -> str:
    return _("valid until %(day)s", day=day(valid_to)) if valid_to else _("without an end")


def voucher_title(voucher: Voucher) -> str:
    """Its own name, else what it takes off."""
    return in_words(voucher.name) or voucher_value(voucher)


def voucher_value(voucher: Voucher) -> str:
    """What a voucher takes off a bill."""
    if voucher.kind == "percent":
        return _("%(percent)s off", percent=percent((voucher.percent_hundredths or 0) / 100))
    if voucher.kind == "amount":
        return _("%(money)s off", money=money(voucher.amount_minor or 0))
    names = [in_words(name) for key in voucher.service_ids or () if (name := service_names().get(key))]
    return _("Free: %(service)s", service=", ".join(names)) if names else _("A service for free")


def voucher_state(voucher: Voucher, today: date, *, reserved: bool = False) -> State:
    """How a voucher stands; ``reserved`` when what is used up is only set aside for a visit to come."""
    if voucher.state != "active":
        return _("Taken back"), "", "x"
    if reserved:
        return _("Set aside for your visit"), "info", "calendar"
    if voucher.total_limit is not None and voucher.used_count >= voucher.total_limit:
        return _("Used"), "", "check"
    if has_ended(voucher.valid_to, today):
        return _("Ended"), "", "clock"
    if not has_begun(voucher.valid_from, today):
        return _("Not yet"), "info", "clock"
    return _("Ready to use"), "ok", "check"


def voucher_is_open(voucher: Voucher, today: date, *, reserved: bool = False) -> bool:
    """Whether its code still serves for something."""
    used = voucher.total_limit is not None and voucher.used_count >= voucher.total_limit
    return voucher.state == "active" and not has_ended(voucher.valid_to, today) and (reserved or not used)


def certificate_state(certificate: Certificate, today: date) -> State:
    if certificate.state != "active":
        return _("Paid back"), "", "repeat"
    if has_ended(certificate.valid_to, today):
        return _("Ended"), "", "clock"
    if not certificate.balance_minor:
        return _("Used"), "", "check"
    return _("Ready to use"), "ok", "check"


def certificate_is_open(certificate: Certificate, today: date) -> bool:
    active = certificate.state == "active" and certificate.balance_minor > 0
    return active and not has_ended(certificate.valid_to, today)


def package_is_open(package: Package, today: date) -> bool:
    active = package.state == "active" and package.used < package.sessions
    return active and not has_ended(package.valid_to, today)


def package_state(package: Package, today: date) -> State:
    if package.state != "active":
        return _("Taken back"), "", "x"
    if package.used >= package.sessions:
        return _("Used"), "", "check"
    return _("Ended"), "", "clock"


def package_title(package: Package) -> str:
    return in_words(service_names().get(package.service_id, LocalizedText())) or _("Sessions")


def sessions_left(package: Package) -> str:
    left = package.sessions - package.used
    return ngettext(
        "%(num)s of %(total)s session left",
        "%(num)s of %(total)s sessions left",
        left,
        total=package.sessions,
    )


def redemption_state(redemption: Redemption, today: date) -> State:
    """How a redemption stands (V7); past its last day it is over, whether or not the job has run."""
    if redemption_is_open(redemption, today):
        if redemption.state == "requested":
            return _("Being confirmed"), "info", "clock"
        return _("Ready to fetch"), "ok", "check"
    return {
        "handed_over": (_("Handed over"), "ok", "check"),
        "cancelled": (_("Taken back"), "", "x"),
    }.get(redemption.state, (_("Ended"), "", "clock"))


def redemption_is_open(redemption: Redemption, today: date) -> bool:
    return redemption.state in ("requested", "approved") and not has_ended(redemption.valid_to, today)
