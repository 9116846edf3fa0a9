"""The ladder: what each tier asks and gives, changed only after a look at who would rise and fall (M8)."""

from typing import Any

from flask import Response, flash
from flask_babel import gettext as _

from admin import blueprint
from admin.fields import CountField
from admin.setting_words import setting_note
from admin.tiers_forms import WAYS, WINDOW_NAMES, LadderForm, setting_fields
from loyalty.clinic.operations import change_setting
from loyalty.clinic.rules.roles import Permission
from loyalty.clinic.rules.settings import SETTINGS
from loyalty.kernel import clock
from loyalty.kernel.refusal import Refusal
from loyalty.tiers import operations, queries
from loyalty.tiers.rules import LADDER_KEYS, TIERS
from web.access import permission_required
from web.extensions import db
from web.identity import actor, current_staff
from web.pages import redirect_or_fragment, render_page
from web.phrases import refusal_text
from web.transactions import commits

_P = Permission


class ConfirmedForm(LadderForm):
    """The ladder with the effect that was looked at."""

    rise = CountField()
    fall = CountField()


@blueprint.get("/tiers")
@permission_required(_P.EDIT_TIERS)
def tiers() -> Response:
    """The ladder with how many stand on each rung, and what each tier brings."""
    return _page(LadderForm.of(current_staff().programme.settings))


def _page(form: LadderForm, *, status: int = 200) -> Response:
    session = db.session()
    benefits = queries.benefits(session)
    return render_page(
        "admin/tiers.html",
        status=status,
        form=form,
        ways=WAYS.values(),
        numbers=_effect({}).before,
        benefits=[(tier, [found for found in benefits if found.tier == tier]) for tier in TIERS],
    )


@blueprint.post("/tiers/preview")
@permission_required(_P.EDIT_TIERS)
def preview_tiers() -> Response:
    """Old and new side by side, and how many would rise and fall; writes nothing."""
    form = LadderForm()
    valid = form.validate_on_submit()
    changes = form.changes(current_staff().programme.settings)
    if not valid or any(field.errors for field in form):
        return _page(form, status=422)
    if not changes:
        flash(_("This is the ladder in force already."), "info")
        return _page(form)
    return _preview(form, changes)


@blueprint.post("/tiers")
@permission_required(_P.EDIT_TIERS)
@commits
def save_tiers() -> Response:
    """Put the ladder in force if its effect is still the one that was looked at."""
    form = ConfirmedForm()
    valid = form.validate_on_submit()
    changes = form.changes(current_staff().programme.settings)
    if not valid or any(field.errors for field in form):
        return _page(form, status=422)
    try:
        _put_in_force(form, changes)
    except Refusal as refusal:
        sentence = refusal_text(refusal)
        db.session.rollback()
        return _preview(form, changes, status=409, refusal=sentence)
    flash(_("The ladder is in force. Who rises has been told; falls come after the notice."), "success")
    return redirect_or_fragment("admin.tiers")


def _put_in_force(form: ConfirmedForm, changes: dict[str, int | str]) -> None:
    """Who stands where is confirmed by its numbers; what a tier gives changes nobody's place."""
    session, now, reason = db.session(), clock.now(), form.reason.data or None
    for key, value in changes.items():
        if key not in LADDER_KEYS:
            change_setting(session, key=key, text=str(value), actor=actor(), now=now, reason=reason)
    operations.change_thresholds(
        session,
        changes=_ladder(changes),
        confirmed_rise=form.rise.data or 0,
        confirmed_fall=form.fall.data or 0,
        actor=actor(),
        now=now,
        reason=reason,
    )


def _preview(
    form: LadderForm, changes: dict[str, int | str], *, status: int = 200, refusal: str = ""
) -> Response:
    settings = current_staff().programme.settings
    lines = [
        (setting_note(SETTINGS[key]), _shown(key, settings[key]), _shown(key, value))
        for key, value in changes.items()
    ]
    return render_page(
        "admin/tiers_preview.html",
        status=status,
        lines=lines,
        effect=_effect(_ladder(changes)),
        notice_days=form.notice_days.data,
        at_once=operations.AT_ONCE,
        hidden=[(name, form[name].data) for name, _key in setting_fields()],
        reason=form.reason.data or "",
        refusal=refusal,
    )


def _ladder(changes: dict[str, int | str]) -> dict[str, int | str]:
    return {key: value for key, value in changes.items() if key in LADDER_KEYS}


def _effect(changes: dict[str, int | str]) -> queries.Effect:
    programme = current_staff().programme
    today = programme.calendar.day_of(clock.now())
    return queries.preview_thresholds(db.session(), changes=changes, programme=programme, today=today)


def _shown(key: str, value: Any) -> str:
    return str(WINDOW_NAMES[value]) if key == "tiers.window" else str(value)
