"""Reports for other systems: the figures of the staff's pages, without anybody's name."""

from typing import Any

from flask import Response

from api import blueprint
from api.money import decimal
from api.shapes.reports import LiabilityAnswer, LiabilityRow, LiabilitySums
from api.specification import described
from api.writing import answered
from loyalty.clinic.queries import programme
from loyalty.kernel import clock
from loyalty.kernel.clock import Month
from loyalty.reports.queries.liability import MonthOwed, owed_by_month, total_owed
from web.access import api_key_required
from web.extensions import db


@blueprint.get("/reports/liability")
@api_key_required
@described(answers={200: LiabilityAnswer})
def get_liability() -> Response:
    """Points and gift certificates that may still be used, in money, by the month in which they end."""
    session, now = db.session(), clock.now()
    setup = programme(session)
    months = owed_by_month(
        session,
        today=setup.calendar.day_of(now),
        point_minor=setup.minor(setup.settings["points.value"]),
    )
    return answered(
        LiabilityAnswer.model_construct(
            code="liability",
            as_of=now.astimezone(setup.zone),
            zone=setup.timezone,
            currency=setup.currency,
            rows=[_row(one, setup.currency) for one in months],
            totals=LiabilitySums.model_construct(**_sums(total_owed(months), setup.currency)),
        )
    )


def _row(owed: MonthOwed, currency: str) -> LiabilityRow:
    month = None if owed.month is None else str(Month(owed.month.year, owed.month.month))
    return LiabilityRow.model_construct(month=month, **_sums(owed, currency))


def _sums(owed: MonthOwed, currency: str) -> dict[str, Any]:
    return {
        "points": owed.points,
        "points_value": decimal(owed.points_minor, currency),
        "certificates": owed.certificates,
        "certificates_value": decimal(owed.certificates_minor, currency),
        "total": decimal(owed.total_minor, currency),
    }
