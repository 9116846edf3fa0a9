"""One visit on one page: bill, discounts, points, certificate, money, and what it earned."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Response, abort
from flask_babel import gettext as _
from flask_babel import ngettext

from loyalty.settlement.queries import Statement, UsedOffer
from loyalty.settlement.queries import statement as statement_of
from portal import blueprint
from portal.history import signed
from portal.offer_words import in_words
from web.access import patient_required
from web.extensions import db
from web.formats import day, money, number
from web.identity import current_patient
from web.pages import render_page

#: A name with its amount.
Row = tuple[str, str]


@dataclass(frozen=True, slots=True)
class BillRow:
    name: str
    quantity: int
    amount: str


@dataclass(frozen=True, slots=True)
class ShownStatement:
    """Every amount is already written as money; ``earned`` carries its sign."""

    title: str
    lines: list[BillRow]
    gross: str
    settled: list[Row]
    refunds: list[Row]
    earned: str
    earned_line: str


@blueprint.get("/visits/<int:visit_id>/statement")
@patient_required
def statement(visit_id: int) -> Response:
    """One's own completed visit; another's, and one that has no bill yet, does not exist."""
    found = statement_of(db.session(), visit_id)
    if found is None or found.visit.patient_id != current_patient().id or found.visit.status != "completed":
        abort(404)
    return render_page("portal/statement.html", statement=_shown(found), nav_current="portal.visits")


def _shown(found: Statement) -> ShownStatement:
    visit, kept = found.visit, found.points_earned - found.points_taken_back
    on = visit.completed_on or current_patient().programme.calendar.day_of(visit.scheduled_at)
    return ShownStatement(
        title=_("Your visit on %(day)s", day=day(on, "long")),
        lines=[
            BillRow(in_words(line.service), line.quantity, money(line.amount_minor)) for line in found.lines
        ],
        gross=money(visit.gross_minor),
        settled=[*_taken_off(found), *_paid(found)],
        refunds=list(_given_back(found)),
        earned=signed(kept) if kept else "",
        earned_line=_earned(found, kept),
    )


def _taken_off(found: Statement) -> Iterator[Row]:
    """What came off the bill, in the order in which it does (V1)."""
    visit = found.visit
    if found.pack_minor:
        yield _("Newcomer’s discount"), _less(found.pack_minor)
    for voucher in found.vouchers:
        yield _voucher_name(voucher), _less(voucher.amount_minor)
    if visit.package_minor:
        yield _("From your package of sessions"), _less(visit.package_minor)
    if visit.points_used:
        label = ngettext(
            "%(points)s point used",
            "%(points)s points used",
            visit.points_used,
            points=number(visit.points_used),
        )
        yield label, _less(visit.points_value_minor)
    for certificate in found.certificates:
        yield _("Gift certificate"), _less(certificate.amount_minor)


def _voucher_name(voucher: UsedOffer) -> str:
    name = in_words(voucher.name) if voucher.name else ""
    return _("Voucher: %(name)s", name=name) if name else _("Voucher")


def _paid(found: Statement) -> Iterator[Row]:
    visit = found.visit
    yield _("To pay"), money(visit.due_minor)
    for payment in found.payments:
        on = current_patient().programme.calendar.day_of(payment.paid_at)
        yield _("Paid on %(day)s", day=day(on)), money(payment.amount_minor)
    if visit.paid_minor < visit.due_minor:
        yield _("Still open"), money(visit.due_minor - visit.paid_minor)


def _given_back(found: Statement) -> Iterator[Row]:
    """Money as money, certificate to the certificate, points to points (P12)."""
    for refund in found.refunds:
        on = day(current_patient().programme.calendar.day_of(refund.refunded_at))
        if refund.amount_minor:
            yield _("Money, %(day)s", day=on), money(refund.amount_minor)
        if refund.certificate_minor:
            yield _("To the gift certificate, %(day)s", day=on), money(refund.certificate_minor)
        if refund.points:
            yield _("Points, %(day)s", day=on), signed(refund.points)


def _earned(found: Statement, kept: int) -> str:
    if found.points_taken_back:
        return ngettext(
            "Points for this visit; %(points)s was taken back with the refund",
            "Points for this visit; %(points)s were taken back with the refund",
            found.points_taken_back,
            points=number(found.points_taken_back),
        )
    if kept:
        return _("Points for this visit")
    if found.visit.paid_minor < found.visit.due_minor:
        return _("Points come once everything is paid")
    return _("This visit brought no points")


def _less(minor: int) -> str:
    return f"−{money(minor)}"
