"""What happened to a patient and what comes next, in one line of time."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from admin.labels import in_language, signed, step_name
from loyalty.kernel.localized import LocalizedText
from loyalty.messaging import queries as messaging
from loyalty.points import queries as points
from loyalty.points.models import LedgerEntry
from loyalty.tiers import queries as tiers
from loyalty.tiers.models import TierChange
from loyalty.visits import queries as visits
from loyalty.visits.models import Visit
from web.extensions import db
from web.formats import day_time, money, month
from web.identity import current_staff
from web.labels import entry_text, status_name, tier_name

EACH = 12
_OUT = ("accepted", "sent", "delivered", "read")


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the timeline, in the reader's language; ``language`` is that of a message's own words."""

    at: datetime
    icon: str
    kind: str
    title: str
    sub: str
    chip: str = ""
    chip_kind: str = ""
    language: str = ""


def timeline(patient_id: int, now: datetime) -> list[tuple[str, list[Happening]]]:
    """The latest happenings under their headings: what is ahead first, then month by month."""
    session = db.session()
    entries = points.entries(session, patient_id, limit=EACH)
    earned = {entry.visit_id: entry.points for entry in entries if entry.kind == "earn"}
    found = [
        _visit(visit, doctor, earned.get(visit.id, 0))
        for visit, doctor in visits.visits_of_patient(session, patient_id, limit=EACH)
    ]
    found += [_entry(entry) for entry in entries if entry.kind != "earn"]
    found += [_tier(change) for change in tiers.history(session, patient_id)[:EACH] if change.to_tier]
    found += [
        _message(message)
        for message in messaging.message_list(session, patient_id=patient_id, limit=EACH)
        if message.state in _OUT
    ]
    return _grouped(sorted(found, key=lambda one: one.at, reverse=True), now)


def _grouped(found: list[Happening], now: datetime) -> list[tuple[str, list[Happening]]]:
    calendar = current_staff().programme.calendar
    groups: dict[str, list[Happening]] = {}
    for one in found:
        heading = _("Coming up") if one.at > now else month(calendar.month_of(one.at))
        groups.setdefault(heading, []).append(one)
    return list(groups.items())


def _visit(visit: Visit, doctor: LocalizedText | None, earned: int) -> Happening:
    ahead = visit.status in ("booked", "arrived")
    paid = money(visit.paid_minor - visit.refunded_minor, current_staff().programme.currency)
    parts = [
        day_time(visit.scheduled_at) if ahead else "",
        in_language(doctor),
        paid if visit.paid_minor else "",
        _("%(points)s points", points=signed(earned)) if earned else "",
    ]
    unconfirmed = visit.status == "booked" and visit.confirmed_at is None
    status = "" if visit.status == "completed" else status_name(visit.status)
    return Happening(
        visit.completed_at or visit.scheduled_at,  # who came early was here all the same
        "calendar" if ahead else "steth",
        "info" if ahead else "grey",
        _("Appointment") if ahead else _("Visit"),
        " · ".join(part for part in parts if part),
        _("Not confirmed") if unconfirmed else status,
        "warn" if unconfirmed or visit.status == "no_show" else "",
    )


def _entry(entry: LedgerEntry) -> Happening:
    by_friend = entry.kind == "referral"
    return Happening(
        entry.at,
        "users" if by_friend else "gift",
        "petal" if by_friend else "leaf",
        entry_text(entry.kind),
        _("%(points)s points", points=signed(entry.points)),
    )


def _tier(change: TierChange) -> Happening:
    return Happening(change.at, "medal", "", _("Tier: %(tier)s", tier=tier_name(change.to_tier or "")), "")


def _message(message: messaging.MessageRow) -> Happening:
    return Happening(
        message.sent_at or message.due_at,
        "message",
        "",
        step_name(message.step),
        message.text or "",
        language=message.language or "",
    )
