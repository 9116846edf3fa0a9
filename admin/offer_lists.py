"""What the lists of vouchers, certificates and packages share: search, states, the rest, whom it is for."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext as _

from admin.offer_words import offer_state_name
from admin.paging import number_argument
from admin.patient import patient_or_404
from loyalty.kernel import clock
from loyalty.patients import queries as patients
from loyalty.patients.models import Patient
from web.extensions import db
from web.identity import current_staff
from web.pages import render_page

PAGE, CHOICES, LONGEST_SEARCH, LONGEST_REASON = 50, 20, 100, 500


def clinic_today() -> date:
    """The clinic's local day."""
    return current_staff().programme.calendar.day_of(clock.now())


def search_text() -> str:
    """What was searched for."""
    return request.args.get("q", "").strip()[:LONGEST_SEARCH]


def list_of(endpoint: str, states: Sequence[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """How the list was narrowed, for its query, and the frame around it, for its page."""
    text, state = search_text(), request.args.get("state", "")
    state = state if state in states else ""
    narrowed = {
        "today": clinic_today(),
        "text": text,
        "state": state,
        "before": number_argument("before"),
        "limit": PAGE + 1,
    }
    links = [
        (url_for(endpoint, q=text or None, state=name or None), label, name == state)
        for name, label in [("", _("All")), *((name, offer_state_name(name)) for name in states)]
    ]
    return narrowed, {"q": text, "state": state, "states": links, "today": clinic_today()}


def more_url(endpoint: str, last_id: int, narrowed: dict[str, Any]) -> str:
    """Where the list goes on."""
    return url_for(endpoint, q=narrowed["text"] or None, state=narrowed["state"] or None, before=last_id)


def reason_given() -> str | None:
    """Why somebody withdraws something, for the log; it may stay empty."""
    return request.form.get("reason", "").strip()[:LONGEST_REASON] or None


def chosen_patient() -> Patient | None:
    """The patient that the address names; None while nobody was chosen."""
    patient_id = number_argument("patient")
    return None if patient_id is None else patient_or_404(patient_id)


def choose_patient(endpoint: str, heading: str, crumb: tuple[str, str]) -> Response:
    """Whom is it for? The first step where the address names nobody."""
    text = search_text()
    rows = patients.search_patients(db.session(), text, limit=CHOICES) if text else []
    return render_page(
        "admin/voucher_patient.html", heading=heading, crumb=crumb, q=text, rows=rows, endpoint=endpoint
    )
