"""What the patient's page says in words: who she is, where she came from, what to mention."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask_babel import gettext as _
from flask_babel import ngettext

from admin.labels import purpose_name, sex_name, source_name
from loyalty.kernel.clock import birthday_in
from loyalty.patients.models import Consent, Patient, PatientStats
from loyalty.patients.rules import PURPOSES
from loyalty.tiers.rules import Progress
from web.formats import day, number

#: Lots that end within this time are worth a word at the desk.
SOON = timedelta(days=45)


@dataclass(frozen=True, slots=True)
class ConsentLine:
    """The patient's latest word on a purpose; ``at`` None when she was never asked."""

    purpose: str
    name: str
    granted: bool
    at: datetime | None


def consent_lines(acts: Mapping[tuple[str, str], Consent]) -> list[ConsentLine]:
    """One line a purpose, whatever the channel: the latest act counts (C5)."""
    lines = []
    for purpose in PURPOSES:
        of_purpose = [act for (named, _channel), act in acts.items() if named == purpose]
        latest = max(of_purpose, key=lambda act: act.id, default=None)
        granted, at = bool(latest and latest.granted), latest.at if latest else None
        lines.append(ConsentLine(purpose, purpose_name(purpose), granted, at))
    return lines


def age_on(born_on: date, today: date) -> int:
    """Whole years on a local day."""
    return today.year - born_on.year - (today < birthday_in(today.year, born_on))


def facts_text(person: Patient, today: date) -> str:
    """Sex and age in a few words; what is not known is left out."""
    if person.birth_date is None:
        return sex_name(person.sex) if person.sex else ""
    age = age_on(person.birth_date, today)
    if not person.sex:
        return ngettext("%(num)s year old", "%(num)s years old", age)
    return _("%(sex)s, %(age)s", sex=sex_name(person.sex), age=number(age))


def source_text(person: Patient) -> str:
    """How the patient came, empty when nobody has asked yet (F18)."""
    if person.source_kind is None:
        return ""
    named = source_name(person.source_kind)
    if person.source_channel:
        return _("%(source)s: %(channel)s", source=named, channel=person.source_channel)
    return named


def ways_left(steps: Progress) -> str:
    """Both ways to the next tier in one sentence (M9); empty at the top."""
    visits, friends = steps.visits_remaining, steps.referrals_remaining
    by_visits = "" if visits is None else ngettext("%(num)s more visit", "%(num)s more visits", visits)
    by_friends = "" if friends is None else ngettext("%(num)s more friend", "%(num)s more friends", friends)
    if by_visits and by_friends:
        return _("%(visits)s or %(friends)s", visits=by_visits, friends=by_friends)
    return by_visits or by_friends


def suggestions(
    person: Patient, stats: PatientStats, ending: tuple[int, date] | None, today: date
) -> list[tuple[str, str]]:
    """What is worth saying at the desk this time, as (icon, sentence)."""
    found = []
    if person.source_kind is None:
        found.append(("help", _("Ask who sent this person")))
    if stats.visit_count and not person.deceased_on:
        found.append(("gift", _("Hand over the envelope with two cards")))
    if ending is not None and ending[1] <= today + SOON:
        points = ngettext(
            "Mention that %(num)s point ends on %(day)s",
            "Mention that %(num)s points end on %(day)s",
            ending[0],
            day=day(ending[1]),
        )
        found.append(("clock", points))
    if not person.phone:
        found.append(("phone", _("Ask for a phone number")))
    return found
