"""One patient's page: who she is, her membership, her referrals, and what happened to her."""

from datetime import date
from typing import Any

from flask import Response, abort, request, url_for

from admin import blueprint
from admin.paging import number_argument
from admin.patient_tabs import TABS, tab_content
from admin.patient_words import consent_lines, facts_text, source_text, suggestions, ways_left
from admin.viewing import audit_view
from loyalty.badges import queries as badges
from loyalty.clinic.rules.roles import Permission, may
from loyalty.kernel import clock
from loyalty.merging.queries import kept_of
from loyalty.patients import queries as patients
from loyalty.patients.models import Patient
from loyalty.points import queries as points
from loyalty.referrals import queries as referrals
from loyalty.referrals.rules import OPEN_STAGES
from loyalty.reports.queries.desk import senders_of, sent_friends
from loyalty.tiers.queries import counted
from loyalty.tiers.rules import ladder, progress
from web.access import permission_required
from web.extensions import db
from web.identity import current_staff
from web.pages import redirect_or_fragment, render_page, wants_fragment


def patient_or_404(patient_id: int) -> Patient:
    """The patient of an address; a record merged into another is gone."""
    found = patients.patient(db.session(), patient_id)
    if found is None or found.merged_into_id is not None:
        abort(404)
    return found


@blueprint.get("/patients/<int:patient_id>")
@permission_required(Permission.SEE_PATIENTS)
def patient(patient_id: int) -> Response:
    """The whole record; opening it is audited (A1), and so are its parts: tabs and "Show more"."""
    kept = kept_of(db.session(), patient_id)
    if kept is not None:
        return redirect_or_fragment("admin.patient", patient_id=kept.id)
    person = patient_or_404(patient_id)
    tab = request.args.get("tab", "timeline")
    if tab not in TABS or (tab == "log" and not may(current_staff().role, Permission.SEE_AUDIT)):
        abort(404)
    audit_view("patient", person.id, patient_id=person.id)
    before = number_argument("before")
    if before is not None and wants_fragment():
        return render_page(f"admin/_patient_{tab}_rows.html", **tab_content(tab, person, before))
    return patient_page(patient_id, tab=tab, before=before)


def patient_page(
    patient_id: int, *, tab: str = "timeline", before: int | None = None, **extra: Any
) -> Response:
    """The page of a patient, with whatever a view adds, such as the phone it has just revealed."""
    person = patient_or_404(patient_id)
    return render_page(
        "admin/patient.html",
        fragment=extra.pop("fragment", None),
        status=extra.pop("status", 200),
        person=person,
        tab=tab,
        tab_links=_tab_links(patient_id, tab),
        **_about(person),
        **_membership(person),
        **_referrals(person),
        **{"shown_phone": None, **tab_content(tab, person, before), **extra},
    )


def _tab_links(patient_id: int, tab: str) -> list[tuple[str, str, bool]]:
    role = current_staff().role
    return [
        (url_for("admin.patient", patient_id=patient_id, tab=name, _anchor="record"), str(label), name == tab)
        for name, label in TABS.items()
        if name != "log" or may(role, Permission.SEE_AUDIT)
    ]


def _about(person: Patient) -> dict[str, Any]:
    session = db.session()
    guardian = patients.patient(session, person.guardian_id) if person.guardian_id else None
    return {
        "facts": facts_text(person, _today()),
        "guardian_name": guardian.name if guardian else "",
        "source_text": source_text(person),
        "consents": consent_lines(patients.consents_of(session, person.id)),
        "awards": badges.awards(session, person.id),
    }


def _membership(person: Patient) -> dict[str, Any]:
    session, today = db.session(), _today()
    stats = patients.stats(session, person.id)
    assert stats is not None, "a patient without her summary row"
    setup = current_staff().programme
    visits, friends = counted(
        session,
        patient_id=person.id,
        visits=stats.visit_count,
        referrals=stats.referral_count,
        setup=setup,
        today=today,
    )
    steps = progress(ladder(setup.settings), tier=stats.tier, visits=visits, referrals=friends)
    ending = points.next_expiry(session, person.id, today)
    return {
        "stats": stats,
        "points": points.available(session, person.id, today),
        "ending": ending,
        "ladder": steps,
        "ways_left": ways_left(steps),
        "suggestions": suggestions(person, stats, ending, today),
    }


def _referrals(person: Patient) -> dict[str, Any]:
    session = db.session()
    found = referrals.referral_of_friend(session, person.id)
    sender = senders_of(session, [person.id]).get(person.id) if found else None
    return {
        "sender": sender,
        "friends": sent_friends(session, person.id),
        "can_attribute": found is None or (found.first_half_points is None and found.stage in OPEN_STAGES),
    }


def _today() -> date:
    return current_staff().programme.calendar.day_of(clock.now())
