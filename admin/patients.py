"""Finding a patient: one search, and the to-do list of those whose source nobody asked for (F18)."""

from flask import Response, request, url_for

from admin import blueprint
from admin.paging import number_argument
from loyalty.clinic.rules.roles import Permission
from loyalty.kernel.contacts import search_key
from loyalty.patients import queries as patients
from web.access import permission_required
from web.extensions import db
from web.pages import render_page

PAGE = 50
LONGEST_SEARCH = 100


@blueprint.get("/patients", endpoint="patients")
@permission_required(Permission.SEE_PATIENTS)
def patient_list() -> Response:
    """Search results, or everybody by name; htmx gets the list, "Show more" the next rows."""
    text = request.args.get("q", "").strip()[:LONGEST_SEARCH]
    only = request.args.get("only") == "without_source"
    after = number_argument("after")
    rows, more_url = _without_source(after) if only else _found(text, after)
    return render_page(
        "admin/patients.html",
        fragment="results" if after is None else "rows",
        rows=rows,
        more_url=more_url,
        q=text,
        only=only,
    )


def _without_source(after: int | None) -> tuple[list[patients.PatientRow], str | None]:
    rows = patients.list_without_source(db.session(), after=after, limit=PAGE + 1)
    more = len(rows) > PAGE
    url = url_for("admin.patients", only="without_source", after=rows[PAGE - 1].id) if more else None
    return rows[:PAGE], url


def _found(text: str, after: int | None) -> tuple[list[patients.PatientRow], str | None]:
    last = (request.args.get("name", ""), after) if after is not None else None
    rows = patients.search_patients(db.session(), text, after=last, limit=PAGE + 1)
    if len(rows) <= PAGE:
        return rows, None
    end = rows[PAGE - 1]
    return rows[:PAGE], url_for("admin.patients", q=text or None, name=search_key(end.name), after=end.id)
