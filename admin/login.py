"""The staff's way in: password, then a second factor; the first time the factor is set up on the way."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Response, flash, request, session
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import Length

from admin import blueprint
from loyalty.access import operations as access
from loyalty.access.queries import staff_of_link
from loyalty.access.rules import passwords
from loyalty.access.rules.second_factor import totp_uri
from loyalty.access.rules.sessions import STAFF
from loyalty.clinic.models import Staff
from loyalty.kernel import clock
from loyalty.kernel.codes import digest
from loyalty.kernel.refusal import Refusal
from web.access import public, staff_required
from web.clinic import current_clinic
from web.extensions import db
from web.forms import Form, required
from web.identity import address, current_staff_or_none, log_in, log_out
from web.pages import go_to, redirect_or_fragment, render_page, safe_path
from web.transactions import commits, commits_in_steps, transaction

HOME = "/admin/"
SECOND_STEP_LIFE = timedelta(minutes=10)
STATUS = {"too_many_tries": 429, "busy": 503}


class PasswordForm(Form):
    email = StringField(_l("E-mail"), validators=[required(), Length(max=254)])
    password = PasswordField(_l("Password"), validators=[required(), Length(max=1000)])
    next = HiddenField()


class SecondForm(Form):
    refusal_fields = {"second_wrong": "code"}

    code = StringField(_l("Code"), validators=[required(), Length(max=40)])


class NewPasswordForm(Form):
    refusal_fields = dict.fromkeys(("password_short", "password_long", "password_common"), "password")

    password = PasswordField(_l("New password"), validators=[required(), Length(max=1000)])


@dataclass(frozen=True, slots=True)
class Half:
    """Who has given the right password and not yet the second factor."""

    staff: Staff
    after: str


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
    _remember_half(staff_id, safe_path(form.next.data, HOME) or HOME)
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


def _remember_half(staff_id: int, after: str) -> None:
    staff = db.session.get_one(Staff, staff_id)
    until = (clock.now() + SECOND_STEP_LIFE).timestamp()
    session.clear()
    session["half"] = {"staff": staff_id, "until": until, "after": after, "of": _fingerprint(staff)}


def _fingerprint(staff: Staff) -> str:
    """Binds the first step to the password it was made with: a new one ends it."""
    return digest(staff.password_hash or "")[:16]


def _half(database: Session) -> Half | None:
    """The first step of this browser, while it is fresh and the account still the same."""
    kept: dict[str, Any] = session.get("half", {})
    if kept.get("until", 0) < clock.now().timestamp():
        return None
    staff = database.get(Staff, kept["staff"], populate_existing=True)
    if staff is None or staff.disabled_at is not None or _fingerprint(staff) != kept["of"]:
        return None
    return Half(staff, kept["after"])


@blueprint.get("/login/code")
@public
def totp() -> Response:
    half = _half(db.session())
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
    half = _half(db.session())
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
    half = _half(db.session())
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
    half = _half(db.session())
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


@blueprint.post("/logout")
@staff_required
@commits
def logout() -> Response:
    log_out(db.session(), clock.now())
    return redirect_or_fragment("admin.login")
