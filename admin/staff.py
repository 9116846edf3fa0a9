"""The people who work here: adding them, closing accounts, links for setting a password."""

from typing import Any, ClassVar

from flask import Response, abort, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField

from admin import blueprint
from admin.fields import PickField
from loyalty.access.operations.accounts import disable_staff, enable_staff, renew_password_link
from loyalty.access.operations.accounts import reset_second_factor as reset
from loyalty.clinic import operations, queries
from loyalty.clinic.models import Staff
from loyalty.clinic.rules.roles import ROLES, Permission
from loyalty.kernel import clock
from loyalty.kernel.refusal import Refusal
from web.access import permission_required
from web.extensions import db
from web.forms import Form, at_most, required
from web.identity import actor
from web.labels import role_name
from web.pages import public_url, redirect_or_fragment, render_page
from web.phrases import refusal_text
from web.transactions import commits

LONGEST_REASON = 500


class StaffForm(Form):
    refusal_fields: ClassVar[dict[str, str]] = {
        "email_unreadable": "email",
        "email_taken": "email",
        "name_missing": "name",
    }

    name = StringField(_l("Name"), validators=[required(), at_most(120)])
    email = StringField(_l("E-mail"), validators=[required(), at_most(254)])
    role = PickField(_l("Role"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.role.offer((role, role_name(role)) for role in ROLES)


@blueprint.get("/staff")
@permission_required(Permission.MANAGE_STAFF)
def staff() -> Response:
    return _page(StaffForm())


@blueprint.post("/staff")
@permission_required(Permission.MANAGE_STAFF)
@commits
def new_staff() -> Response:
    """Add a person; the link for her first password is shown this once."""
    form = StaffForm()
    if not form.validate_on_submit():
        return _page(form, status=422)
    try:
        person, token = operations.create_staff(
            db.session(),
            email=form.email.data or "",
            name=form.name.data or "",
            role=form.role.data,
            actor=actor(),
            now=clock.now(),
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(form, status=409)
    return _page(StaffForm(formdata=None), link=_link(token), link_for=person.name)


@blueprint.post("/staff/<int:staff_id>/link")
@permission_required(Permission.MANAGE_STAFF)
@commits
def staff_link(staff_id: int) -> Response:
    """A fresh link for a forgotten password, shown this once; earlier links end."""
    person = _staff_or_404(staff_id)
    try:
        token = renew_password_link(db.session(), staff_id=staff_id, actor=actor(), now=clock.now())
    except Refusal as refusal:
        return _page(StaffForm(formdata=None), status=409, refusal=refusal_text(refusal))
    return _page(StaffForm(formdata=None), link=_link(token), link_for=person.name)


@blueprint.post("/staff/<int:staff_id>/disable")
@permission_required(Permission.MANAGE_STAFF)
@commits
def disable_account(staff_id: int) -> Response:
    """Close an account; every browser of it is logged out at once."""
    _staff_or_404(staff_id)
    try:
        disable_staff(db.session(), staff_id=staff_id, actor=actor(), now=clock.now())
    except Refusal as refusal:
        return _page(StaffForm(formdata=None), status=409, refusal=refusal_text(refusal))
    return redirect_or_fragment("admin.staff")


@blueprint.post("/staff/<int:staff_id>/enable")
@permission_required(Permission.MANAGE_STAFF)
@commits
def enable_account(staff_id: int) -> Response:
    _staff_or_404(staff_id)
    enable_staff(db.session(), staff_id=staff_id, actor=actor(), now=clock.now())
    return redirect_or_fragment("admin.staff")


@blueprint.post("/staff/<int:staff_id>/second-factor")
@permission_required(Permission.MANAGE_STAFF)
@commits
def reset_second_factor(staff_id: int) -> Response:
    """Phone and recovery codes are lost: she sets up a new second factor after her password."""
    _staff_or_404(staff_id)
    reason = request.form.get("reason", "")[:LONGEST_REASON]
    try:
        reset(db.session(), staff_id=staff_id, reason=reason, actor=actor(), now=clock.now())
    except Refusal as refusal:
        status = 422 if refusal.code == "reason_missing" else 409
        return _page(StaffForm(formdata=None), status=status, refusal=refusal_text(refusal))
    return redirect_or_fragment("admin.staff")


def _staff_or_404(staff_id: int) -> Staff:
    found = queries.staff_member(db.session(), staff_id)
    if found is None:
        abort(404)
    return found


def _link(token: str) -> str:
    return public_url("admin.set_password", token=token)


def _page(
    form: StaffForm, *, status: int = 200, link: str = "", link_for: str = "", refusal: str = ""
) -> Response:
    response = render_page(
        "admin/staff.html",
        status=status,
        form=form,
        people=queries.all_staff(db.session()),
        link=link,
        link_for=link_for,
        refusal=refusal,
        heading=_("Staff"),
    )
    if link:
        response.headers["Cache-Control"] = "no-store"
    return response
