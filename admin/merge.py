"""Two records of one person: found, laid side by side, and made one after a second look (P17)."""

from collections.abc import Callable
from typing import Any

from flask import Response, flash, request
from flask_babel import gettext as _

from admin import blueprint
from admin.labels import card_number, language_name
from admin.paging import LARGEST_ID, number_argument
from admin.patient import patient_or_404
from admin.viewing import audit_view
from loyalty.clinic.rules.roles import Permission
from loyalty.kernel import clock
from loyalty.kernel.contacts import masked_phone
from loyalty.kernel.refusal import Refusal
from loyalty.merging.operations import merge_patients
from loyalty.merging.queries import Preview, Side, preview
from loyalty.patients import queries as patients
from loyalty.patients.models import Patient
from web.access import permission_required
from web.extensions import db
from web.formats import day, money, number
from web.identity import actor
from web.labels import tier_name
from web.pages import redirect_or_fragment, render_page
from web.phrases import refusal_text
from web.phrases_merging import MERGE_CONFLICTS
from web.transactions import commits

FOUND = 10
Row = tuple[str, str, str, str]
_SHOWN: dict[str, Callable[[Any], str]] = {
    "phone": masked_phone,
    "birth_date": day,
    "card_number": card_number,
    "language": language_name,
}


@blueprint.get("/patients/<int:patient_id>/merge")
@permission_required(Permission.MERGE_PATIENTS)
def merge(patient_id: int) -> Response:
    """Search the second record of this patient, or, with ``other``, see both side by side."""
    person, other_id = patient_or_404(patient_id), number_argument("other")
    if other_id is None:
        return _search_page(person)
    other = patient_or_404(other_id)
    audit_view("patient", other.id, patient_id=other.id)
    return _preview_page(person, other)


@blueprint.post("/patients/<int:patient_id>/merge")
@permission_required(Permission.MERGE_PATIENTS)
@commits
def save_merge(patient_id: int) -> Response:
    """Join the other record into this one; a second click finds it done."""
    person = patients.patient(db.session(), patient_id) or patient_or_404(patient_id)
    chosen = request.form.get("other", "")
    is_number = chosen.isascii() and chosen.isdigit() and len(chosen) < len(str(LARGEST_ID))
    try:
        done = merge_patients(
            db.session(),
            from_id=int(chosen) if is_number else 0,
            into_id=person.id,
            actor=actor(),
            now=clock.now(),
        )
    except Refusal as refusal:
        return _search_page(patient_or_404(patient_id), refusal=refusal_text(refusal), status=409)
    if done:
        flash(_("The two records are one now."), "success")
    return redirect_or_fragment("admin.patient", patient_id=patient_id)


def _search_page(person: Patient, *, refusal: str = "", status: int = 200) -> Response:
    text = request.args.get("q", person.name).strip()[:100]
    rows = patients.search_patients(db.session(), text, limit=FOUND + 1) if text else []
    return render_page(
        "admin/merge.html",
        fragment="results",
        status=status,
        person=person,
        q=text,
        rows=[row for row in rows if row.id != person.id][:FOUND],
        refusal=refusal,
    )


def _preview_page(person: Patient, other: Patient) -> Response:
    try:
        found = preview(db.session(), other.id, person.id)
    except Refusal as refusal:
        return _search_page(person, refusal=refusal_text(refusal), status=409)
    return render_page(
        "admin/merge_preview.html",
        person=person,
        other=other,
        rows=[*_facts(found), *_counts(found)],
        conflicts=[str(MERGE_CONFLICTS[code]) for code in found.conflicts],
    )


def _facts(found: Preview) -> list[Row]:
    """Who both are: what the staying record does not know is filled."""
    labels = {
        "name": _("Name"),
        "phone": _("Phone"),
        "email": _("E-mail"),
        "birth_date": _("Born"),
        "card_number": _("Card"),
        "external_id": _("Id in the medical system"),
        "language": _("Language"),
    }
    rows = []
    for field, label in labels.items():
        kept, merged = (_shown(field, side) for side in (found.kept, found.merged))
        rows.append((label, kept, merged, kept or merged))
    return rows


def _shown(field: str, side: Side) -> str:
    value = getattr(side.patient, field)
    if value is None:
        return ""
    show = _SHOWN.get(field, str)
    return show(value)


def _counts(found: Preview) -> list[Row]:
    """What both have, and what it comes to."""
    labels = {
        "visits": _("Visits"),
        "requests": _("Requests"),
        "friends": _("Introductions made"),
        "entries": _("Ledger entries"),
        "manual_entries": _("Points by hand"),
        "vouchers": _("Vouchers"),
        "certificates": _("Gift certificates"),
        "packages": _("Packages"),
        "redemptions": _("Rewards taken"),
        "messages": _("Messages"),
        "dependants": _("People in her care"),
    }
    kept, merged = found.kept, found.merged
    rows: list[Row] = [
        (_("Tier"), tier_name(kept.stats.tier), tier_name(merged.stats.tier), ""),
        _sum(_("Points"), kept.stats.points_balance, merged.stats.points_balance, number),
        _sum(_("Left on certificates"), kept.certificates_minor, merged.certificates_minor, money),
    ]
    for name, label in labels.items():
        if kept.counts[name] or merged.counts[name]:
            rows.append(_sum(label, kept.counts[name], merged.counts[name], number))
    return rows


def _sum(label: str, kept: int, merged: int, shown: Any) -> Row:
    return label, shown(kept), shown(merged), shown(kept + merged)
