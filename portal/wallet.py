"""What a patient holds: gifts to fetch, vouchers, gift certificates, packages; below, what is over."""

from dataclasses import dataclass
from datetime import date

from flask import Response, url_for
from flask_babel import gettext as _

from loyalty.kernel import clock
from loyalty.rewards.models import Certificate, Package, Redemption, Reward, Voucher
from loyalty.rewards.queries import wallet
from loyalty.rewards.queries.holdings import count_of_ready, reserved_vouchers
from portal import blueprint, offer_words
from portal.offer_words import State, in_words, until
from web.access import patient_required
from web.extensions import db
from web.formats import day, money
from web.identity import current_patient
from web.pages import render_page

#: So many things that are over are listed, the latest first.
OVER_AT_ONCE = 30


@dataclass(frozen=True, slots=True)
class Thing:
    """A row of the wallet; with ``amount`` the row ends in it, else in the chip of ``state``."""

    title: str
    line: str
    icon: str
    tile: str
    href: str
    state: State
    open: bool
    amount: str = ""


@dataclass(frozen=True, slots=True)
class ShownPackage:
    title: str
    line: str
    words: str
    code: str
    left: int
    sessions: int


@blueprint.get("/rewards/mine")
@patient_required
def my_rewards() -> Response:
    """Everything ready to use, then what has been used or has ended."""
    patient = current_patient()
    today = patient.programme.calendar.day_of(clock.now())
    session = db.session()
    held = wallet(session, patient.id, today)
    gifts = [_gift(redemption, reward, today) for redemption, reward in held.redemptions]
    reserved = reserved_vouchers(session, patient.id)
    vouchers = [_voucher(voucher, today, voucher.id in reserved) for voucher in held.vouchers]
    certificates = [_certificate(certificate, today) for certificate in held.certificates]
    packages = [package for package in held.packages if offer_words.package_is_open(package, today)]
    ended = [_ended_package(package, today) for package in held.packages if package not in packages]
    things = [*gifts, *vouchers, *certificates]
    return render_page(
        "portal/my_rewards.html",
        ready=[
            (_("To fetch at reception"), [thing for thing in gifts if thing.open]),
            (_("Vouchers"), [thing for thing in vouchers if thing.open]),
            (_("Gift certificates"), [thing for thing in certificates if thing.open]),
        ],
        packages=[_package(package) for package in packages],
        over=[thing for thing in [*things, *ended] if not thing.open][:OVER_AT_ONCE],
        anything=any(thing.open for thing in things) or packages,
        mine=count_of_ready(session, patient.id, today),
        nav_current="portal.rewards",
    )


def _gift(redemption: Redemption, reward: Reward, today: date) -> Thing:
    ends = redemption.valid_to
    is_open = offer_words.redemption_is_open(redemption, today)
    return Thing(
        title=in_words(reward.name),
        line=_("fetch it by %(day)s", day=day(ends)) if ends and is_open else "",
        icon="gift",
        tile="petal",
        href=url_for("portal.redemption", redemption_id=redemption.id),
        state=offer_words.redemption_state(redemption, today),
        open=is_open,
    )


def _voucher(voucher: Voucher, today: date, reserved: bool) -> Thing:
    return Thing(
        title=offer_words.voucher_title(voucher),
        line=until(voucher.valid_to),
        icon="ticket",
        tile="warn",
        href=url_for("portal.voucher", voucher_id=voucher.id),
        state=offer_words.voucher_state(voucher, today, reserved=reserved),
        open=offer_words.voucher_is_open(voucher, today, reserved=reserved),
    )


def _certificate(certificate: Certificate, today: date) -> Thing:
    is_open = offer_words.certificate_is_open(certificate, today)
    return Thing(
        title=_("Gift certificate of %(money)s", money=money(certificate.amount_minor)),
        line=until(certificate.valid_to),
        icon="mail",
        tile="",
        href=url_for("portal.certificate", certificate_id=certificate.id),
        state=offer_words.certificate_state(certificate, today),
        open=is_open,
        amount=money(certificate.balance_minor) if is_open else "",
    )


def _package(package: Package) -> ShownPackage:
    return ShownPackage(
        title=offer_words.package_title(package),
        line=until(package.valid_to),
        words=offer_words.sessions_left(package),
        code=package.code,
        left=package.sessions - package.used,
        sessions=package.sessions,
    )


def _ended_package(package: Package, today: date) -> Thing:
    return Thing(
        title=offer_words.package_title(package),
        line=offer_words.sessions_left(package),
        icon="repeat",
        tile="",
        href="",
        state=offer_words.package_state(package, today),
        open=False,
    )
