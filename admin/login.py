"""The staff's way in, first step: e-mail and password."""

from datetime import datetime

from flask import Response, request
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import Length

from admin import blueprint
from admin.half_login import remember_half
from loyalty.access import operations as access
from loyalty.access.rules import passwords
from loyalty.clinic.models import Staff
from loyalty.kernel import clock
from loyalty.kernel.refusal import Refusal
from web.access import public, staff_required
from web.extensions import db
from web.forms import Form, required
from web.identity import address, current_staff_or_none, log_out
from web.pages import go_to, redirect_or_fragment, render_page, safe_path
from web.transactions import commits, commits_in_steps, transaction

HOME = "/admin/"
STATUS = {"too_many_tries": 429, "busy": 503}


class PasswordForm(Form):
    email = StringField(_l("E-mail"), validators=[required(), Length(max=254)])
    password = PasswordField(_l("Password"), validators=[required(), Length(max=1000)])
    next = HiddenField()


@blueprint.get("/login")
@public
def login() -> Response:
    after = safe_path(request.args.get("next"), HOME) or HOME
    if current_staff_or_none() is not None:
        return go_to(after)
    return _password_page(PasswordForm(next=after))


def _password_page(form: PasswordForm, status: int = 200) -> Response:
    return render_page("admin/login.html", status=status, form=form)


@blueprint.post("/login")
@public
@commits_in_steps
def check_password() -> Response:
    """Count the try, hash outside of any transaction, then go on to the second factor."""
    form = PasswordForm()
    if not form.validate_on_submit():
        return _password_page(form, 422)
    try:
        staff_id, set_up = _prove_password(form.email.data or "", form.password.data or "", clock.now())
    except Refusal as refusal:
        form.refuse(refusal)
        return _password_page(form, STATUS.get(refusal.code, 422))
    remember_half(db.session(), staff_id, safe_path(form.next.data, HOME) or HOME)
    return redirect_or_fragment("admin.totp" if set_up else "admin.totp_setup")


def _prove_password(email: str, password: str, now: datetime) -> tuple[int, bool]:
    """Who gave a right password, and whether her second factor is set up."""
    with transaction() as database:
        attempt = access.count_password_try(database, email=email, address=address(), now=now)
    right = passwords.matches(attempt.password_hash, password)
    if not right or attempt.staff_id is None or attempt.password_hash is None:
        raise Refusal("login_wrong")
    fresh = passwords.hash_password(password) if passwords.is_outdated(attempt.password_hash) else None
    with transaction() as database:
        access.accept_password(database, attempt=attempt, fresh_hash=fresh)
        staff = database.get_one(Staff, attempt.staff_id)
        return staff.id, staff.totp_confirmed_at is not None


@blueprint.post("/logout")
@staff_required
@commits
def logout() -> Response:
    log_out(db.session(), clock.now())
    return redirect_or_fragment("admin.login")
