"""The catalogue of what points buy: looking through it, writing its items, retiring them."""

from typing import Any

from flask import Response, abort, flash, request, url_for
from flask_babel import gettext as _

from admin import blueprint
from admin.labels import in_language
from admin.offer_words import ICONS, KIND_HINTS, KIND_ICONS, KINDS
from admin.paging import number_argument
from admin.reward_forms import RewardForm
from loyalty.clinic.rules.roles import Permission
from loyalty.kernel import clock
from loyalty.kernel.codes import digest
from loyalty.kernel.contacts import search_key
from loyalty.kernel.refusal import Refusal
from loyalty.reports.queries.offers import reward_rows
from loyalty.rewards import operations, queries
from loyalty.rewards.models import Reward
from web.access import permission_required
from web.config import MEGABYTE
from web.extensions import db
from web.identity import actor
from web.pages import redirect_or_fragment, render_page
from web.security import accepts_up_to
from web.transactions import commits

PAGE = 50
LARGEST_PICTURE_MEGABYTES = 10
_P = Permission


@blueprint.get("/rewards", endpoint="rewards")
@permission_required(_P.EDIT_CATALOGUE)
def reward_list() -> Response:
    """What points buy now, or what was retired."""
    active = request.args.get("state") != "retired"
    rows = reward_rows(db.session(), active=active, after=number_argument("after"), limit=PAGE + 1)
    more_url = None
    if len(rows) > PAGE:
        kept = None if active else "retired"
        more_url = url_for("admin.rewards", state=kept, after=rows[PAGE - 1].id)
    return render_page(
        "admin/rewards.html", fragment="rows", rows=rows[:PAGE], more_url=more_url, active=active,
    )  # fmt: skip


@blueprint.get("/rewards/new")
@permission_required(_P.EDIT_CATALOGUE)
def new_reward() -> Response:
    """Choose the kind first: each has its own questions."""
    kind = request.args.get("kind", "")
    if not kind:
        return render_page("admin/reward_kinds.html", kinds=KINDS, icons=KIND_ICONS, hints=KIND_HINTS)
    return _page(None, RewardForm(_known(kind)))


@blueprint.post("/rewards/new")
@permission_required(_P.EDIT_CATALOGUE)
@accepts_up_to(LARGEST_PICTURE_MEGABYTES + 1)
@commits
def create_reward() -> Response:
    """Add an item; the form's key makes its code, so that a second click saves the same one."""
    form = RewardForm(_known(request.form.get("kind", "")))
    return _save(None, form)


@blueprint.get("/rewards/<int:reward_id>")
@permission_required(_P.EDIT_CATALOGUE)
def reward(reward_id: int) -> Response:
    found = _reward_or_404(reward_id)
    return _page(found, RewardForm.of(found))


@blueprint.post("/rewards/<int:reward_id>")
@permission_required(_P.EDIT_CATALOGUE)
@accepts_up_to(LARGEST_PICTURE_MEGABYTES + 1)
@commits
def save_reward(reward_id: int) -> Response:
    """Change an item; what patients hold already stays as it was given."""
    found = _reward_or_404(reward_id)
    return _save(found, RewardForm(found.kind))


def _save(found: Reward | None, form: RewardForm) -> Response:
    if not form.validate_on_submit():
        return _page(found, form, status=422)
    session, now = db.session(), clock.now()
    try:
        operations.save_reward(
            session,
            code=found.code if found is not None else _new_code(form),
            actor=actor(),
            now=now,
            **form.fields(),
            picture_digest=_picture(form, found),
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(found, form, status=409)
    flash(_("Saved."), "success")
    return redirect_or_fragment("admin.rewards")


def _new_code(form: RewardForm) -> str:
    """A code to tell the item by in files and interfaces, out of its name and the form's own key."""
    words = search_key(form.written("name").in_language("en"))
    plain = "-".join("".join(sign if sign.isascii() and sign.isalnum() else " " for sign in words).split())
    return f"{plain[:28].rstrip('-') or form.kind.data}-{digest(form.form_key.data or '')[:6]}"


def _picture(form: RewardForm, found: Reward | None) -> str | None:
    """The photo that came with the form, the one there is, or none."""
    upload = form.picture.data
    if not upload or not upload.filename:
        return None if found is None or form.remove_picture.data else found.picture_digest
    with upload.stream:
        content = upload.read(LARGEST_PICTURE_MEGABYTES * MEGABYTE + 1)
    if len(content) > LARGEST_PICTURE_MEGABYTES * MEGABYTE:
        raise Refusal("picture_too_large", megabytes=LARGEST_PICTURE_MEGABYTES)
    return operations.keep_picture(db.session(), content=content, now=clock.now()).digest


@blueprint.post("/rewards/<int:reward_id>/retire")
@permission_required(_P.EDIT_CATALOGUE)
@commits
def retire_reward(reward_id: int) -> Response:
    """Nobody can choose it any more; what was redeemed before is still handed over."""
    found = _reward_or_404(reward_id)
    operations.retire_reward(db.session(), reward_id=found.id, actor=actor(), now=clock.now())
    flash(_("%(name)s is no longer offered.", name=in_language(found.name)), "success")
    return redirect_or_fragment("admin.rewards")


@blueprint.post("/rewards/<int:reward_id>/restore")
@permission_required(_P.EDIT_CATALOGUE)
@commits
def restore_reward(reward_id: int) -> Response:
    found = _reward_or_404(reward_id)
    operations.save_reward(db.session(), code=found.code, active=True, actor=actor(), now=clock.now())
    flash(_("%(name)s is offered again.", name=in_language(found.name)), "success")
    return redirect_or_fragment("admin.rewards")


def _reward_or_404(reward_id: int) -> Reward:
    found = queries.reward(db.session(), reward_id)
    if found is None:
        abort(404)
    return found


def _known(kind: str) -> str:
    if kind not in KINDS:
        abort(404)
    return kind


def _page(found: Reward | None, form: RewardForm, *, status: int = 200) -> Response:
    action: dict[str, Any] = {"reward_id": found.id} if found is not None else {}
    return render_page(
        "admin/reward.html",
        status=status,
        reward=found,
        form=form,
        heading=in_language(found.name) if found is not None else _("New reward"),
        action=url_for("admin.save_reward" if found is not None else "admin.create_reward", **action),
        known_icons=ICONS,
        megabytes=LARGEST_PICTURE_MEGABYTES,
    )
