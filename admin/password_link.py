"""The page behind a one-time link: a staff member chooses her password."""

from flask import Response, flash
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import PasswordField
from wtforms.validators import Length

from admin import blueprint
from admin.login import STATUS
from loyalty.access import operations as access
from loyalty.access.queries import staff_of_link
from loyalty.clinic.models import Staff
from loyalty.kernel import clock
from loyalty.kernel.refusal import Refusal
from web.access import public
from web.extensions import db
from web.forms import Form, required
from web.pages import redirect_or_fragment, render_page
from web.transactions import commits


class NewPasswordForm(Form):
    refusal_fields = dict.fromkeys(("password_short", "password_long", "password_common"), "password")

    password = PasswordField(_l("New password"), validators=[required(), Length(max=1000)])


@blueprint.get("/password/<token>")
@public
def set_password(token: str) -> Response:
    """The page of a one-time link; a dead link says so."""
    staff = staff_of_link(db.session(), token, now=clock.now())
    return _new_password_page(NewPasswordForm(), staff, 200 if staff is not None else 404)


def _new_password_page(form: NewPasswordForm, staff: Staff | None, status: int) -> Response:
    return render_page("admin/login_password.html", status=status, form=form, staff=staff)


@blueprint.post("/password/<token>")
@public
@commits
def save_password(token: str) -> Response:
    form, now = NewPasswordForm(), clock.now()
    staff = staff_of_link(db.session(), token, now=now)
    if staff is None:
        return _new_password_page(form, None, 404)
    if not form.validate_on_submit():
        return _new_password_page(form, staff, 422)
    try:
        access.use_password_link(db.session(), token=token, password=form.password.data or "", now=now)
    except Refusal as refusal:
        form.refuse(refusal)
        return _new_password_page(form, staff, STATUS.get(refusal.code, 422))
    flash(_("Your password is set. You can log in now."), "success")
    return redirect_or_fragment("admin.login")
