"""Settings: typed, looked at twice, audited; and each has its words."""

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.setting_words import AREAS, KINDS, NOTES
from loyalty.clinic.models import Clinic
from loyalty.clinic.rules.settings import SETTINGS
from tests.admin.conftest import As
from tests.admin.scenes import acts, own_form
from tests.support.visitor import seen


def value(house: Session, key: str) -> object:
    found: Clinic = seen(house, select(Clinic))[0]
    return found.settings.get(key, SETTINGS[key].default)


def test_a_change_is_looked_at_before_it_counts(as_staff: As, house: Session) -> None:
    director = as_staff("director")
    page = own_form(director.get("/admin/settings/referrals.reward_points")).submit(
        status=200, value="400", reason="Launch"
    )
    assert page.texts("main dd") == ["referrals.reward_points", "F8", "100", "400", "Launch"]
    assert value(house, "referrals.reward_points") == 100
    own_form(page).submit()
    assert value(house, "referrals.reward_points") == 400
    entry = acts(house, "setting.changed")[0]
    assert (entry.before, entry.after, entry.reason) == ({"value": 100}, {"value": 400}, "Launch")


def test_saving_twice_is_one_change(as_staff: As, house: Session) -> None:
    page = own_form(as_staff("director").get("/admin/settings/points.value")).submit(status=200, value="2000")
    own_form(page).submit()
    own_form(page).submit()
    assert len(acts(house, "setting.changed")) == 1


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("points.value", "0"),
        ("points.value", "ten"),
        ("points.value", ""),
        ("referrals.open", "perhaps"),
        ("points.cap_percent_by_tag", '{"pensioner": 101}'),
        ("points.life_mode", "weekly"),
    ],
)
def test_values_that_do_not_fit_are_refused(as_staff: As, house: Session, key: str, text: str) -> None:
    before = value(house, key)
    director = as_staff("director")
    form = own_form(director.get(f"/admin/settings/{key}"))
    assert form.submit(status=422, value=text).texts("#value-error")
    director.post(f"/admin/settings/{key}", {**form.values, "value": text}, status=422)
    assert value(house, key) == before


def test_m8_the_ladder_is_changed_where_its_effect_is_shown(as_staff: As, house: Session) -> None:
    director = as_staff("director")
    page = director.get("/admin/settings/tiers.gold.visits", status=303)
    assert page.location == "/admin/tiers"
    form = own_form(director.get("/admin/settings/points.value"))
    for step in ("", "/preview"):
        director.post(f"/admin/settings/tiers.gold.visits{step}", {**form.values, "value": "2"}, status=404)
    assert value(house, "tiers.gold.visits") == 8


def test_every_setting_has_words(app: Flask) -> None:
    ladder = {key for key in SETTINGS if key.startswith("tiers.") and key.count(".") == 2}
    assert set(NOTES) == set(SETTINGS) - ladder
    assert {key.partition(".")[0] for key in SETTINGS} <= set(AREAS)
    assert {setting.kind for setting in SETTINGS.values()} <= set(KINDS)
