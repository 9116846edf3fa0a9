"""The two forms of the patient's way in: her phone, then the code."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms import HiddenField, StringField
from wtforms.validators import Length

from loyalty.access.rules.codes import CODE_DIGITS, clean_digits
from web.forms import Form, required


class PhoneForm(Form):
    """Where to send the code. ``next`` is the page she wanted to see."""

    refusal_fields = {"phone_unreadable": "phone"}

    phone = StringField(_l("Phone number"), validators=[required(), Length(max=40)])
    next = HiddenField()


class CodeForm(Form):
    refusal_fields = dict.fromkeys(("code_wrong", "code_expired", "code_dead", "code_foreign"), "code")

    code = StringField(_l("Security code"), validators=[required()])

    def is_complete(self) -> bool:
        """Whether six digits were typed; fewer or more are no try."""
        if not self.validate_on_submit():
            return False
        missing = CODE_DIGITS - len(clean_digits(self.code.data or ""))
        if missing > 0:
            text = ngettext(
                "The code has 6 digits. Add %(num)s more.",
                "The code has 6 digits. Add %(num)s more.",
                missing,
            )
        elif missing < 0:
            text = _("The code has 6 digits. Please type it again.")
        else:
            return True
        self.code.errors = [text]
        return False
