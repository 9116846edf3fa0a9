"""The friend's one form: who she is, when she would like to come, what she agrees to."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, StringField, TelField

from portal.wishes import WishForm
from web.forms import at_most, required


class ClaimForm(WishForm):
    """Nothing is ticked beforehand; only ``care`` is needed, since nobody can call without a number."""

    refusal_fields = {"name_missing": "name", "phone_unreadable": "phone", "date_impossible": "wished_on"}

    name = StringField(_l("Your name"), validators=[required(), at_most(200)])
    phone = TelField(_l("Phone number"), validators=[required(), at_most(40)])
    care = BooleanField(
        _l("The clinic may use my name and number to arrange this visit and to write to me about it"),
        validators=[required(_l("Without this we can not call you. Please tick it."))],
    )
    referral = BooleanField(
        _l("Who invited me may know that I came, but never what for; the gift is mine either way")
    )
    marketing = BooleanField(_l("Send me health advice and news, at most twice a month"))
