"""The log of who did what to whom, with what stood there before and after (A1)."""

from typing import Any

from flask import Response, abort, request, url_for

from admin import blueprint
from admin.acts import ACTS, action_name
from admin.labels import actor_name
from admin.paging import number_argument
from loyalty.clinic import queries as clinic
from loyalty.clinic.rules.roles import Permission
from loyalty.reports.queries.audit import audit_entries
from web.access import permission_required
from web.extensions import db
from web.pages import render_page

PAGE = 50
KINDS = ("staff", "patient", "friend", "api", "import", "system")


@blueprint.get("/audit")
@permission_required(Permission.SEE_AUDIT)
def audit() -> Response:
    """Entries, the latest first, by actor, patient and act; read-only."""
    kind, action = request.args.get("actor", ""), request.args.get("action", "")
    if (kind and kind not in KINDS) or (action and action not in ACTS):
        abort(404)
    staff_id, patient_id = number_argument("staff"), number_argument("patient")
    rows = audit_entries(
        db.session(),
        patient_id=patient_id,
        staff_id=staff_id,
        actor_kind=kind or None,
        action=action or None,
        before=number_argument("before"),
        limit=PAGE + 1,
    )
    kept: dict[str, Any] = {
        "actor": kind or None,
        "action": action or None,
        "staff": staff_id,
        "patient": patient_id,
    }
    more_url = url_for("admin.audit", before=rows[PAGE - 1].id, **kept) if len(rows) > PAGE else None
    return render_page(
        "admin/audit.html",
        fragment="rows",
        rows=rows[:PAGE],
        more_url=more_url,
        kept=kept,
        kinds=[(name, actor_name(name)) for name in KINDS],
        actions=sorted(((name, action_name(name)) for name in ACTS), key=lambda act: act[1]),
        people=clinic.all_staff(db.session()),
    )
