"""Every code that can stand in a table has a name that people read."""

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Column, select

from admin import acts, setting_words
from admin import labels as staff_labels
from jobs.periodic import PERIODIC
from loyalty.activity.models import AuditEntry
from loyalty.badges.rules import BADGES
from loyalty.checks.queries import CHECKS
from loyalty.clinic.rules.roles import ROLES
from loyalty.clinic.rules.settings import SETTINGS
from loyalty.imports.rules import headers, outcome, progress
from loyalty.kernel.database import Base
from loyalty.messaging import rules as messages
from loyalty.messaging.models import Message
from loyalty.patients import rules as patients
from loyalty.points.models import LedgerEntry
from loyalty.referrals import rules as referrals
from loyalty.tiers.models import TierChange
from loyalty.tiers.rules import TIERS
from loyalty.visits import rules as visits
from tests.site.house import House
from web import findings, labels, phrases_imports
from web.message_texts import _TEXTS

ROOT = Path(__file__).resolve().parents[2]
Naming = Callable[[str], str]
#: How to name a code, and every code there is.
NAMES: dict[str, tuple[Naming, Iterable[str]]] = {
    "tiers": (labels.tier_name, TIERS),
    "visits' statuses": (labels.status_name, visits.STATUSES),
    "parts of the day": (staff_labels.part_of_day_name, visits.PARTS_OF_DAY),
    "stages": (labels.stage_name, (*referrals.STAGES, *referrals.ENDS)),
    "origins": (staff_labels.origin_name, referrals.ORIGINS),
    "flags": (staff_labels.flag_name, referrals.FLAGS),
    "badges": (labels.badge_name, [badge if isinstance(badge, str) else badge.code for badge in BADGES]),
    "channels": (labels.channel_name, patients.CHANNELS),
    "purposes": (staff_labels.purpose_name, patients.PURPOSES),
    "sexes": (staff_labels.sex_name, patients.SEXES),
    "sources": (staff_labels.source_name, patients.SOURCES),
    "roles": (labels.role_name, ROLES),
    "actors": (staff_labels.actor_name, ("staff", "patient", "friend", "api", "import", "system")),
    "messages' states": (staff_labels.message_state_name, messages.STATES),
    "messages' steps": (staff_labels.step_name, _TEXTS),
    "jobs": (findings.job_name, PERIODIC),
    "checks": (lambda code: findings.finding_text(code, {"count": 0}), CHECKS),
    "reasons of rejects": (phrases_imports.reason_text, outcome.REJECT_CODES),
    "warnings of rows": (phrases_imports.warning_text, outcome.WARNING_CODES),
    "columns": (phrases_imports.field_name, {name for words in headers.WORDS.values() for name in words}),
    "imports' states": (phrases_imports.state_name, progress.STATES),
    "kinds of files": (phrases_imports.kind_name, headers.WORDS),
    "areas of settings": (setting_words.settings_area, {key.partition(".")[0] for key in SETTINGS}),
    "kinds of settings": (setting_words.setting_kind, {setting.kind for setting in SETTINGS.values()}),
}  # fmt: skip
#: Columns whose codes are known by what the demo clinic lives through.
LIVED: dict[str, tuple[Naming, Column[str]]] = {
    "entries": (labels.entry_text, LedgerEntry.__table__.c.kind),
    "reasons of tiers": (staff_labels.tier_reason, TierChange.__table__.c.reason),
    "acts": (acts.action_name, AuditEntry.__table__.c.action),
    "actors of acts": (staff_labels.actor_name, AuditEntry.__table__.c.actor_kind),
    "reasons of messages": (staff_labels.message_reason, Message.__table__.c.reason),
}
ACT = re.compile(rf"(?:{'|'.join({name.partition('.')[0] for name in acts.ACTS})})\.[a-z_]+")


@pytest.fixture(autouse=True)
def in_english(house: House):  # type: ignore[no-untyped-def]
    with house.app.test_request_context("/?lang=en"):
        yield


@pytest.mark.parametrize("what", NAMES)
def test_every_code_has_a_name(what: str) -> None:
    name, codes = NAMES[what]
    assert sorted(code for code in codes if name(code) in ("", code)) == [], f"{what} without a name"


@pytest.mark.parametrize("what", LIVED)
def test_what_a_clinic_lives_through_has_names(house: House, what: str) -> None:
    name, column = LIVED[what]
    with house.session() as session:
        codes = {code for code in session.scalars(select(column).distinct()) if code}
    assert codes
    assert sorted(code for code in codes if name(code) == code) == []


def strings(rooms: Iterable[str]) -> Iterator[str]:
    """Every string written out in the code of some rooms."""
    for room in rooms:
        for path in sorted((ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield node.value


def test_every_act_in_the_code_has_a_name() -> None:
    """Whatever looks like an act, and is neither a setting nor a column, is named for the log."""
    rooms = ("loyalty", "web", "portal", "admin", "api", "jobs", "demo")
    written = {text for text in strings(rooms) if ACT.fullmatch(text)}
    columns = {str(column) for table in Base.metadata.sorted_tables for column in table.columns}
    assert sorted(written - set(SETTINGS) - columns - set(acts.ACTS)) == []


def test_every_setting_says_what_it_does() -> None:
    untold = []
    for key, setting in SETTINGS.items():
        text = setting_words.setting_note(setting)
        if not text or (text == setting.note and key not in setting_words.NOTES):
            untold.append(key)
    assert untold == []
