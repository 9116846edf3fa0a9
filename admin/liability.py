"""What the clinic owes its patients: points and gift certificates in money, by the month of their end."""

import csv
import io
from collections.abc import Sequence
from datetime import date
from typing import Any

from babel import dates, numbers
from flask import Response, abort, current_app, url_for
from flask_babel import gettext as _

from admin import blueprint
from admin.charts import Chart, Column, stacked
from admin.paging import number_argument
from loyalty.clinic.rules.roles import Permission
from loyalty.kernel import clock
from loyalty.kernel.clock import Month, add_months
from loyalty.kernel.money import to_decimal
from loyalty.reports.queries import liability as report
from loyalty.reports.queries.liability import MonthOwed
from web.access import permission_required
from web.extensions import db
from web.formats import capital
from web.formats import month as month_text
from web.i18n import current_language
from web.identity import current_staff
from web.pages import render_page
from web.rejected_rows import BYTE_ORDER_MARK

PAGE = 50
MOST_COLUMNS = 24
#: How an address names what never ends.
NEVER = "never"


@blueprint.get("/reports/liability", endpoint="liability")
@permission_required(Permission.SEE_REPORTS)
def liability_page() -> Response:
    """The sums by month, drawn and listed; each month leads to the patients behind it."""
    months = _months()
    return render_page(
        "admin/liability.html",
        months=months,
        total=report.total_owed(months),
        chart=_chart(months),
        today=_today(),
        month_name=month_name,
        short_money=_short_money,
        key=_key,
    )


@blueprint.get("/reports/liability.csv")
@permission_required(Permission.SEE_REPORTS)
def liability_csv() -> Response:
    """The same rows for a spreadsheet: plain numbers, months as 2026-11."""
    currency = current_staff().programme.currency
    buffer = io.StringIO()
    lines = csv.writer(buffer)
    lines.writerow(
        [
            _("Month"),
            _("Points"),
            _("Points in money"),
            _("Certificates"),
            _("Left on certificates"),
            _("Sum"),
        ]
    )
    for owed in _months():
        lines.writerow(
            [
                _key(owed.month),
                owed.points,
                to_decimal(owed.points_minor, currency),
                owed.certificates,
                to_decimal(owed.certificates_minor, currency),
                to_decimal(owed.total_minor, currency),
            ]
        )
    answer = current_app.response_class(BYTE_ORDER_MARK + buffer.getvalue(), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="liability-{_today()}.csv"'
    return answer


@blueprint.get("/reports/liability/<month>")
@permission_required(Permission.SEE_REPORTS)
def liability_month(month: str) -> Response:
    """Who holds what ends in one month: points by patient, certificates one by one."""
    first = _month_or_404(month)
    session, today = db.session(), _today()
    people = report.points_of_month(
        session, today=today, month=first, after=number_argument("people"), limit=PAGE + 1
    )
    certificates = report.certificates_of_month(
        session, today=today, month=first, after=number_argument("certificates"), limit=PAGE + 1
    )
    return render_page(
        "admin/liability_month.html",
        title=month_name(first),
        people=people[:PAGE],
        certificates=certificates[:PAGE],
        point_minor=_point_minor(),
        more_people=_more(month, "people", people[PAGE - 1].patient_id) if len(people) > PAGE else None,
        more_certificates=(
            _more(month, "certificates", certificates[PAGE - 1].id) if len(certificates) > PAGE else None
        ),
    )


def month_name(first: date | None) -> str:
    """A row's name: the month, or that there is no end."""
    return _("Without end") if first is None else capital(month_text(first))


def _months() -> list[MonthOwed]:
    return report.owed_by_month(db.session(), today=_today(), point_minor=_point_minor())


def _chart(months: Sequence[MonthOwed]) -> Chart:
    return stacked(
        [
            Column(_short(one.month), (one.points_minor, one.certificates_minor), _compact(one.total_minor))
            for one in _without_gaps(months)
        ]
    )


def _without_gaps(months: Sequence[MonthOwed]) -> list[MonthOwed]:
    """Months in which nothing ends stand between the others, unless that makes the chart too long."""
    known = {one.month: one for one in months}
    dated = [one.month for one in months if one.month is not None]
    if not dated or (dated[-1].year - dated[0].year) * 12 + dated[-1].month - dated[0].month >= MOST_COLUMNS:
        return list(months)
    filled, month = [], dated[0]
    while month <= dated[-1]:
        filled.append(known.get(month, MonthOwed(month)))
        month = add_months(month, 1)
    return [*filled, known[None]] if None in known else filled


def _short(first: date | None) -> str:
    if first is None:
        return _("no end")
    return str(dates.format_skeleton("yyMMM", first, locale=current_language()))


def _compact(minor: int) -> str:
    amount = to_decimal(minor, current_staff().programme.currency)
    return str(numbers.format_compact_decimal(amount, locale=current_language(), fraction_digits=1))


def _short_money(minor: int) -> str:
    """An amount for a key figure; the exact one stands beside it."""
    currency = current_staff().programme.currency
    return str(
        numbers.format_compact_currency(
            to_decimal(minor, currency), currency, locale=current_language(), fraction_digits=1
        )
    )


def _key(first: date | None) -> str:
    return NEVER if first is None else str(Month(first.year, first.month))


def _month_or_404(text: str) -> date | None:
    if text == NEVER:
        return None
    try:
        return Month.parse(text).first
    except ValueError:
        abort(404)


def _more(month: str, part: str, after: int) -> str:
    values: dict[str, Any] = {part: after}
    return url_for("admin.liability_month", month=month, **values)


def _point_minor() -> int:
    setup = current_staff().programme
    return setup.minor(setup.settings["points.value"])


def _today() -> date:
    return current_staff().programme.calendar.day_of(clock.now())
