"""Files of patients and visits: hand in, look first, run, watch, see what was not taken (I1)."""

from flask import Response, abort, current_app, request, url_for
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField

from admin import blueprint
from admin.fields import TilesField
from admin.import_preview import mapping_in, preview
from admin.paging import number_argument
from loyalty.clinic.rules.roles import Permission
from loyalty.imports.models import ImportBatch
from loyalty.imports.operations import hand_in, start_batch, stop_batch
from loyalty.imports.queries import batches
from loyalty.imports.queries.sheets import open_sheet
from loyalty.imports.rules.progress import DRAFT, LARGEST_MEGABYTES, RUNNING, WAITING
from loyalty.kernel import clock
from loyalty.kernel.refusal import Refusal
from web.access import permission_required
from web.config import MEGABYTE
from web.enqueue import start_import
from web.extensions import db
from web.forms import Form
from web.identity import actor, current_staff
from web.pages import redirect_or_fragment, render_page
from web.phrases import refusal_text
from web.phrases_imports import kind_name, reason_text, state_name
from web.rejected_rows import rejected_csv
from web.security import accepts_up_to
from web.transactions import commits, commits_in_steps, transaction

PAGE = 30
REJECTS = 50


class UploadForm(Form):
    refusal_fields = dict.fromkeys(
        ("file_missing", "file_too_large", "file_empty", "no_rows", "not_csv", "encoding_unknown"), "file"
    )

    kind = TilesField(
        _l("What does the file hold?"),
        [("patients", _l("Patients")), ("visits", _l("Visits"))],
        default="patients",
    )
    file = FileField(_l("CSV file"))


@blueprint.get("/imports", endpoint="imports")
@permission_required(Permission.IMPORT_FILES)
def import_list() -> Response:
    """Imports so far, the latest first, and the form for another one."""
    return _list_page(UploadForm())


def _list_page(form: UploadForm, status: int = 200) -> Response:
    rows = batches.recent_batches(db.session(), after=number_argument("after"), limit=PAGE + 1)
    more_url = url_for("admin.imports", after=rows[PAGE - 1].batch.id) if len(rows) > PAGE else None
    return render_page(
        "admin/imports.html", fragment="rows", status=status, form=form, rows=rows[:PAGE], more_url=more_url,
        kind_name=kind_name, state_name=state_name, largest=LARGEST_MEGABYTES,
    )  # fmt: skip


@blueprint.post("/imports")
@permission_required(Permission.IMPORT_FILES)
@accepts_up_to(LARGEST_MEGABYTES + 1)
@commits
def upload_import() -> Response:
    """Keep the file and show what is in it; nothing is imported yet."""
    form = UploadForm()
    if not form.validate_on_submit():
        return _list_page(form, status=422)
    try:
        batch_id = _hand_in(form)
    except Refusal as refusal:
        form.refuse(refusal)
        return _list_page(form, status=422)
    return redirect_or_fragment("admin.import_preview", batch_id=batch_id)


def _hand_in(form: UploadForm) -> int:
    upload = form.file.data
    if not upload or not upload.filename:
        raise Refusal("file_missing")
    with upload.stream:
        content = upload.read(LARGEST_MEGABYTES * MEGABYTE + 1)
    if len(content) > LARGEST_MEGABYTES * MEGABYTE:
        raise Refusal("file_too_large", megabytes=LARGEST_MEGABYTES)
    now, kind = clock.now(), form.kind.data
    open_sheet(content, kind=kind, setup=current_staff().programme, mapping={}, now=now)
    return hand_in(
        db.session(), kind=kind, filename=upload.filename, content=content, actor=actor(), now=now
    ).id


def _batch_or_404(batch_id: int) -> ImportBatch:
    found = batches.batch(db.session(), batch_id)
    if found is None:
        abort(404)
    return found


@blueprint.get("/imports/<int:batch_id>/preview")
@permission_required(Permission.IMPORT_FILES)
def import_preview(batch_id: int) -> Response:
    """What is in the file and what an import would do, for the columns chosen in the address."""
    batch = _batch_or_404(batch_id)
    if batch.state != DRAFT:
        return redirect_or_fragment("admin.import_batch", batch_id=batch_id)
    return _preview_page(batch, mapping_in(request.args, batch.kind))


def _preview_page(batch: ImportBatch, mapping: dict[str, str], status: int = 200) -> Response:
    content = batches.content_of(db.session(), batch.id)
    if content is None:
        abort(404)
    shown = preview(db.session(), batch.kind, content, mapping, current_staff().programme, clock.now())
    return render_page(
        "admin/import_preview.html", fragment="preview", status=status, batch=batch, shown=shown,
        before=batches.same_file_before(db.session(), batch), kind=kind_name(batch.kind),
        reason_text=reason_text, form=Form(),
    )  # fmt: skip


@blueprint.post("/imports/<int:batch_id>/run")
@permission_required(Permission.IMPORT_FILES)
@commits_in_steps
def import_run(batch_id: int) -> Response:
    """Start the import, or go on with one that ended early; a second click starts nothing."""
    batch = _batch_or_404(batch_id)
    mapping = mapping_in(request.form, batch.kind)
    with transaction() as session:
        started = start_batch(session, batch_id=batch_id, mapping=mapping, actor=actor(), now=clock.now())
    if started:
        start_import(batch_id)
    return redirect_or_fragment("admin.import_batch", batch_id=batch_id)


@blueprint.get("/imports/<int:batch_id>")
@permission_required(Permission.IMPORT_FILES)
def import_batch(batch_id: int) -> Response:
    """How far the import is; the page asks again every two seconds until it has ended."""
    batch = _batch_or_404(batch_id)
    if batch.state == DRAFT:
        return redirect_or_fragment("admin.import_preview", batch_id=batch_id)
    after = number_argument("after")
    rejected = batches.rejects(db.session(), batch_id, after=after or 0, limit=REJECTS + 1)
    more = rejected[REJECTS - 1].id if len(rejected) > REJECTS else None
    return render_page(
        "admin/import_batch.html", fragment="progress" if after is None else "rows", batch=batch,
        is_running=batch.state in (WAITING, RUNNING), rejected=rejected[:REJECTS],
        more_url=url_for("admin.import_batch", batch_id=batch_id, after=more) if more else None,
        failure=_failure(batch), state_name=state_name, kind=kind_name(batch.kind), reason_text=reason_text,
    )  # fmt: skip


def _failure(batch: ImportBatch) -> str:
    return refusal_text(Refusal(batch.reason, fields="", header="", field="")) if batch.reason else ""


@blueprint.post("/imports/<int:batch_id>/stop")
@permission_required(Permission.IMPORT_FILES)
@commits
def import_stop(batch_id: int) -> Response:
    """Stop behind the rows taken so far; they stay."""
    _batch_or_404(batch_id)
    stop_batch(db.session(), batch_id=batch_id, actor=actor(), now=clock.now())
    return redirect_or_fragment("admin.import_batch", batch_id=batch_id)


@blueprint.get("/imports/<int:batch_id>/rejected.csv")
@permission_required(Permission.IMPORT_FILES)
def import_rejects(batch_id: int) -> Response:
    """The rows that were not taken, with their reasons, to correct and hand in again."""
    batch = _batch_or_404(batch_id)
    headers: list[str] = list(batch.headers)
    body = "".join(rejected_csv(headers, batches.all_rejects(db.session(), batch_id)))
    answer = current_app.response_class(body, mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="rejected-{batch_id}.csv"'
    return answer
