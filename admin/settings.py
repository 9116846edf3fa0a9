"""The programme's settings: typed, with their rules, changed only after a look at old and new."""

import json
from typing import Any

from flask import Response, abort
from flask_babel import lazy_gettext as _l
from wtforms import StringField

from admin import blueprint
from loyalty.clinic import operations
from loyalty.clinic.rules.roles import Permission
from loyalty.clinic.rules.settings import SETTINGS, parse
from loyalty.kernel import clock
from loyalty.kernel.refusal import Refusal
from loyalty.tiers.rules import LADDER_KEYS
from web.access import permission_required
from web.extensions import db
from web.forms import Form, at_most, required
from web.identity import actor, current_staff
from web.pages import redirect_or_fragment, render_page
from web.transactions import commits


class SettingForm(Form):
    refusal_fields = {"bad_setting": "value"}

    value = StringField(_l("New value"), validators=[required(), at_most(500)])
    reason = StringField(_l("Reason"), validators=[at_most(500)])


@blueprint.get("/settings")
@permission_required(Permission.CHANGE_SETTINGS)
def settings() -> Response:
    """All settings in force by area; those that differ from the default say so."""
    groups: dict[str, list[tuple[Any, str, bool]]] = {}
    for key, value in current_staff().programme.settings.items():
        setting = SETTINGS[key]
        line = (setting, plain(value), value != setting.default)
        groups.setdefault(key.partition(".")[0], []).append(line)
    return render_page("admin/settings.html", groups=groups, of_ladder=LADDER_KEYS)


@blueprint.get("/settings/<key>")
@permission_required(Permission.CHANGE_SETTINGS)
def edit_setting(key: str) -> Response:
    """One setting; those of the ladder are changed where their effect is shown first (M8)."""
    if key in LADDER_KEYS:
        return redirect_or_fragment("admin.tiers")
    return _page(key, SettingForm(value=plain(_present(key))))


@blueprint.post("/settings/<key>/preview")
@permission_required(Permission.CHANGE_SETTINGS)
def preview_setting(key: str) -> Response:
    """The second look: old and new value side by side; writes nothing."""
    present, form = _present(key), SettingForm()
    if not form.validate_on_submit():
        return _page(key, form, status=422)
    try:
        wanted = parse(key, form.value.data or "")
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(key, form, status=422)
    return render_page(
        "admin/setting_preview.html", setting=SETTINGS[key], form=form, old=plain(present), new=plain(wanted)
    )


@blueprint.post("/settings/<key>")
@permission_required(Permission.CHANGE_SETTINGS)
@commits
def save_setting(key: str) -> Response:
    """Put the new value in force; before and after are audited, the past is never recomputed (F10)."""
    _present(key)
    form = SettingForm()
    if not form.validate_on_submit():
        return _page(key, form, status=422)
    try:
        operations.change_setting(
            db.session(),
            key=key,
            text=form.value.data or "",
            reason=form.reason.data or None,
            actor=actor(),
            now=clock.now(),
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(key, form, status=422)
    return redirect_or_fragment("admin.settings")


def plain(value: Any) -> str:
    """A value as it is typed: bare text, else JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _present(key: str) -> Any:
    if key not in SETTINGS or key in LADDER_KEYS:
        abort(404)
    return current_staff().programme.settings[key]


def _page(key: str, form: SettingForm, *, status: int = 200) -> Response:
    return render_page(
        "admin/setting.html", status=status, setting=SETTINGS[key], form=form, present=plain(_present(key))
    )
