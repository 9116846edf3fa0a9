"""What stands behind the tabs of a patient's page, each read only when it is open."""

from collections.abc import Callable
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _l

from admin.ledger_words import people_behind
from admin.offer_words import state_of_certificate, state_of_package, state_of_voucher
from admin.tiers_forms import PinForm
from admin.timeline import timeline
from loyalty.clinic import queries as clinic
from loyalty.kernel import clock
from loyalty.messaging import queries as messaging
from loyalty.patients.models import Patient
from loyalty.points import queries as points
from loyalty.points.rules import order_of_use
from loyalty.reports.queries.audit import audit_entries
from loyalty.reports.queries.manual import open_points_of
from loyalty.rewards import queries as rewards
from loyalty.tiers import queries as tiers
from loyalty.visits import queries as visits
from web.extensions import db
from web.identity import current_staff

PAGE = 20
TABS = {
    "timeline": _l("Timeline"),
    "visits": _l("Visits"),
    "points": _l("Points"),
    "wallet": _l("Wallet"),
    "messages": _l("Messages"),
    "tiers": _l("Tiers"),
    "log": _l("Log"),
}


def tab_content(tab: str, person: Patient, before: int | None) -> dict[str, Any]:
    """The open tab's rows, and where the next ones are."""
    return _CONTENT[tab](person, before)


def _more(person: Patient, tab: str, before: int) -> str:
    return url_for("admin.patient", patient_id=person.id, tab=tab, before=before)


def _timeline(person: Patient, before: int | None) -> dict[str, Any]:
    return {"timeline": timeline(person.id, clock.now())}


def _visits(person: Patient, before: int | None) -> dict[str, Any]:
    last = visits.visit(db.session(), before) if before is not None else None
    start = (last.scheduled_at, last.id) if last is not None and last.patient_id == person.id else None
    rows = visits.visits_of_patient(db.session(), person.id, before=start, limit=PAGE + 1)
    more_url = _more(person, "visits", rows[PAGE - 1][0].id) if len(rows) > PAGE else None
    return {"visits": rows[:PAGE], "more_url": more_url}


def _points(person: Patient, before: int | None) -> dict[str, Any]:
    session, setup = db.session(), current_staff().programme
    today = setup.calendar.day_of(clock.now())
    rows = points.ledger_lines(session, person.id, before=before, limit=PAGE + 1)
    lots = points.open_lots(session, person.id, today) if before is None else []
    return {
        "entries": rows[:PAGE],
        "people": people_behind(rows),
        "lots": order_of_use(lots),
        "point_minor": setup.minor(setup.settings["points.value"]),
        "asked": open_points_of(session, person.id) if before is None else [],
        "more_url": _more(person, "points", rows[PAGE - 1].id) if len(rows) > PAGE else None,
    }


def _wallet(person: Patient, before: int | None) -> dict[str, Any]:
    """Everything she holds beside points, what ended too: vouchers, certificates, packages, rewards."""
    session, today = db.session(), current_staff().programme.calendar.day_of(clock.now())
    found = rewards.wallet(session, person.id, today)
    services = {row.id: row.name for row in clinic.services(session)} if found.packages else {}
    return {
        "wallet": found,
        "services": services,
        "states": {
            **{("voucher", one.id): state_of_voucher(one, today) for one in found.vouchers},
            **{("certificate", one.id): state_of_certificate(one, today) for one in found.certificates},
            **{("package", one.id): state_of_package(one, today) for one in found.packages},
        },
    }


def _messages(person: Patient, before: int | None) -> dict[str, Any]:
    rows = messaging.message_list(db.session(), patient_id=person.id, before=before, limit=PAGE + 1)
    more_url = _more(person, "messages", rows[PAGE - 1].id) if len(rows) > PAGE else None
    return {"messages": rows[:PAGE], "more_url": more_url}


def _tiers(person: Patient, before: int | None) -> dict[str, Any]:
    changes = tiers.history(db.session(), person.id)
    acted = any(change.actor_id for change in changes)
    staff = {one.id: one.name for one in clinic.all_staff(db.session())} if acted else {}
    return {"tier_changes": changes, "held_by": staff, "pin_form": PinForm()}


def _log(person: Patient, before: int | None) -> dict[str, Any]:
    rows = audit_entries(db.session(), patient_id=person.id, before=before, limit=PAGE + 1)
    more_url = _more(person, "log", rows[PAGE - 1].id) if len(rows) > PAGE else None
    return {"log": rows[:PAGE], "more_url": more_url}


_CONTENT: dict[str, Callable[[Patient, int | None], dict[str, Any]]] = {
    "timeline": _timeline,
    "visits": _visits,
    "points": _points,
    "wallet": _wallet,
    "messages": _messages,
    "tiers": _tiers,
    "log": _log,
}
