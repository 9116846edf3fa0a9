"""The second step of the staff's way in: the authenticator app or a recovery code; set up the first time."""

from datetime import datetime

from flask import Response, flash
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from wtforms import StringField
from wtforms.validators import Length

from admin import blueprint
from admin.half_login import half_done
from admin.login import STATUS
from loyalty.access import operations as access
from loyalty.access.rules.second_factor import totp_uri
from loyalty.access.rules.sessions import STAFF
from loyalty.clinic.models import Staff
from loyalty.kernel import clock
from loyalty.kernel.refusal import Refusal
from web.access import public
from web.clinic import current_clinic
from web.extensions import db
from web.forms import Form, required
from web.identity import address, log_in
from web.pages import go_to, redirect_or_fragment, render_page
from web.transactions import commits_in_steps, transaction


class SecondForm(Form):
    refusal_fields = {"second_wrong": "code"}

    code = StringField(_l("Code"), validators=[required(), Length(max=40)])


@blueprint.get("/login/code")
@public
def totp() -> Response:
    half = half_done(db.session())
    if half is None or half.staff.totp_confirmed_at is None:
        return redirect_or_fragment("admin.login")
    return _second_page(SecondForm())


def _second_page(form: SecondForm, status: int = 200) -> Response:
    return render_page("admin/login_code.html", status=status, form=form)


@blueprint.post("/login/code")
@public
@commits_in_steps
def check_totp() -> Response:
    """A code of the authenticator app, or a recovery code; each is good once."""
    form, now = SecondForm(), clock.now()
    half = half_done(db.session())
    if half is None or half.staff.totp_confirmed_at is None:
        return redirect_or_fragment("admin.login")
    if not form.validate_on_submit():
        return _second_page(form, 422)
    try:
        _count_second(half.staff.id, now)
        with transaction() as database:
            left = _use_second(database, half.staff, form.code.data or "", now)
            _enter(database, half.staff, now)
    except Refusal as refusal:
        form.refuse(refusal)
        return _second_page(form, STATUS.get(refusal.code, 422))
    if left is not None:
        flash(
            _("Recovery codes left: %(count)s. Ask for new ones before they run out.", count=left), "warning"
        )
    return go_to(half.after)


def _count_second(staff_id: int, now: datetime) -> None:
    with transaction() as database:
        access.count_second_try(database, staff_id=staff_id, address=address(), now=now)


def _use_second(database: Session, staff: Staff, code: str, now: datetime) -> int | None:
    """How many recovery codes are left when one was used, None for a code of the app."""
    if any(sign.isalpha() for sign in code):
        return access.use_recovery_code(database, staff=staff, code=code, now=now)
    access.use_totp(database, staff=staff, code=code, now=now)
    return None


def _enter(database: Session, staff: Staff, now: datetime) -> None:
    access.forget_second_failures(database, staff_id=staff.id, address=address())
    log_in(database, STAFF, staff.id, now)


@blueprint.get("/login/setup")
@public
def totp_setup() -> Response:
    half = half_done(db.session())
    if half is None or half.staff.totp_confirmed_at is not None:
        return redirect_or_fragment("admin.login")
    return _setup_page(SecondForm(), half.staff)


def _setup_page(form: SecondForm, staff: Staff, status: int = 200) -> Response:
    secret = staff.totp_secret or ""
    uri = totp_uri(secret, account=staff.email, issuer=current_clinic().product_name)
    groups = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    return render_page("admin/login_setup.html", status=status, form=form, uri=uri, secret=groups)


@blueprint.post("/login/setup")
@public
@commits_in_steps
def confirm_setup() -> Response:
    """The app shows the right code: the factor is set up, and the recovery codes are shown this once."""
    form, now = SecondForm(), clock.now()
    half = half_done(db.session())
    if half is None or half.staff.totp_confirmed_at is not None:
        return redirect_or_fragment("admin.login")
    if not form.validate_on_submit():
        return _setup_page(form, half.staff, 422)
    try:
        _count_second(half.staff.id, now)
        with transaction() as database:
            access.use_totp(database, staff=half.staff, code=form.code.data or "", now=now)
            codes = access.confirm_totp(database, half.staff, half.staff.totp_secret or "", now)
            _enter(database, half.staff, now)
    except Refusal as refusal:
        form.refuse(refusal)
        return _setup_page(form, half.staff, STATUS.get(refusal.code, 422))
    return render_page("admin/login_recovery.html", codes=codes, after=half.after)
