"""The wish for a time, as friends and patients leave it: a day of the coming week and a part of the day."""

from datetime import date, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, StringField

from loyalty.kernel.codes import new_token
from web.formats import day as day_text
from web.forms import Form, at_most

DAYS_AHEAD = 7


class WishForm(Form):
    """``wished_on`` is an ISO day or empty for any day; ``show_days`` fills in which days are offered."""

    wished_on = RadioField(_l("Which day suits you?"), default="")
    part_of_day = RadioField(_l("What time of day?"), default="any")
    note = StringField(_l("Note for reception"), validators=[at_most(300)])

    def show_days(self, today: date) -> None:
        days = [today + timedelta(days=ahead) for ahead in range(1, DAYS_AHEAD + 1)]
        self.wished_on.choices = [
            *((day.isoformat(), f"{day_text(day, 'EEE')} {day_text(day, 'd')}") for day in days),
            ("", _("Any day")),
        ]
        self.part_of_day.choices = parts_of_day()

    @property
    def key(self) -> str:
        """The once-only key; the filter of the field never leaves it empty."""
        return self.form_key.data or new_token()

    @property
    def wished_day(self) -> date | None:
        return date.fromisoformat(self.wished_on.data) if self.wished_on.data else None


#: The number that brings an ambulance; elsewhere people know their own.
_AMBULANCE = {"VN": "115", "CN": "120", "RU": "103"}


def emergency_text(country: str) -> str:
    """What to do instead of asking for an appointment when it is urgent."""
    number = _AMBULANCE.get(country)
    if number is None:
        return _("Urgent symptoms? Call your emergency number now, do not wait for an appointment.")
    return _("Urgent symptoms? Call %(number)s now, do not wait for an appointment.", number=number)


def parts_of_day() -> list[tuple[str, str]]:
    """Codes and names of the parts of a day, in order."""
    return [
        ("morning", _("Morning")),
        ("afternoon", _("Afternoon")),
        ("evening", _("Evening")),
        ("any", _("Any time")),
    ]


def wish_text(wished_on: date | None, part_of_day: str) -> str:
    """A wished day and part of the day as one phrase."""
    part = dict(parts_of_day()).get(part_of_day, "")
    if wished_on is None:
        return _("Any day") if part_of_day == "any" else _("Any day, %(part)s", part=part.lower())
    on = day_text(wished_on, "full")
    return on if part_of_day == "any" else _("%(day)s, %(part)s", day=on, part=part.lower())
