"""The ladder, its benefits and pins through the staff's pages."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.clinic.models import Clinic
from loyalty.kernel.clock import now as clock_now
from loyalty.kernel.localized import LocalizedText
from loyalty.patients.models import Patient, PatientStats
from loyalty.tiers.models import Benefit, TierChange
from loyalty.tiers.operations import save_benefit
from tests.admin.conftest import As
from tests.admin.scenes import acts, own_form, someone
from tests.support.acting import commit
from tests.support.cast import LAN, NOON, complete
from tests.support.visitor import FormOnPage, Page, seen


@pytest.fixture
def mai(house: Session) -> int:
    """A patient with two visits: a member."""
    patient_id = someone(house)
    patient = house.get_one(Patient, patient_id)
    for days in (30, 20):
        complete(house, patient, now=clock_now() - timedelta(days=days))
    house.rollback()
    return patient_id


def stats(house: Session, patient_id: int) -> PatientStats:
    found: PatientStats = seen(house, select(PatientStats).where(PatientStats.patient_id == patient_id))[0]
    return found


def silver(house: Session) -> int:
    found: Clinic = seen(house, select(Clinic))[0]
    return int(found.settings.get("tiers.silver.visits", 3))


def form_to(page: Page, path: str) -> FormOnPage:
    """The form that posts to the address with that end."""
    actions = [str(node.attributes.get("action")) for node in page.tree.css("form[method=post]")]
    return page.form(next(action for action in actions if action.endswith(path)))


def benefit(house: Session, name: str, tier: str = "gold") -> int:
    words = LocalizedText({"en": name})
    found = save_benefit(house, tier=tier, name=words, actor=LAN, now=NOON).id
    commit(house, NOON)
    return found


def test_m8_a_change_shows_its_effect_and_counts_when_confirmed(
    as_staff: As, house: Session, mai: int
) -> None:
    page = form_to(as_staff("director").get("/admin/tiers"), "/preview").submit(status=200, silver_visits="2")
    assert page.texts(".kpi .v") == ["1", "0"]
    assert silver(house) == 3
    form_to(page, "/tiers").submit()
    assert (silver(house), stats(house, mai).tier) == (2, "silver")
    assert acts(house, "setting.changed")[0].after == {"value": 2}


def test_m8_an_effect_that_no_longer_holds_is_shown_anew(as_staff: As, house: Session, mai: int) -> None:
    page = form_to(as_staff("director").get("/admin/tiers"), "/preview").submit(status=200, silver_visits="2")
    again = form_to(page, "/tiers").submit(status=409, rise="0")
    assert "1 would rise" in again.texts(".note.bad")[0]
    assert silver(house) == 3
    form_to(again, "/tiers").submit()
    assert silver(house) == 2


def test_what_a_tier_gives_is_changed_with_the_ladder(as_staff: As, house: Session, mai: int) -> None:
    page = form_to(as_staff("director").get("/admin/tiers"), "/preview").submit(
        status=200, gold_multiplier_percent="150", gold_entry_gift_points="50"
    )
    assert page.texts(".kpi .v") == ["0", "0"]
    form_to(page, "/tiers").submit()
    found: Clinic = seen(house, select(Clinic))[0]
    assert found.settings["tiers.gold.multiplier_percent"] == 150
    assert found.settings["tiers.gold.entry_gift_points"] == 50


@pytest.mark.parametrize("change", [{"gold_visits": "10001"}, {"notice_days": "0"}, {"window": "weekly"}])
def test_a_ladder_that_cannot_be_is_refused(as_staff: As, house: Session, change: dict[str, str]) -> None:
    form = form_to(as_staff("director").get("/admin/tiers"), "/preview")
    assert form.submit(status=422, **change).texts(".errmsg")


def test_a_ladder_left_as_it_is_needs_no_second_look(as_staff: As, house: Session) -> None:
    page = form_to(as_staff("director").get("/admin/tiers"), "/preview").submit(status=200)
    assert page.texts(".flashes .note")


def test_a_benefit_is_written_in_four_languages_and_shows_its_gaps(as_staff: As, house: Session) -> None:
    director = as_staff("director")
    form = own_form(director.get("/admin/tiers/gold/benefits/new"))
    assert form.submit(status=422, name_en="").texts("#name_vi-error")
    own_form(director.get("/admin/tiers/gold/benefits/new")).submit(name_en="A room", icon="cake")
    found: Benefit = seen(house, select(Benefit))[0]
    assert (found.tier, dict(found.name), found.icon) == ("gold", {"en": "A room"}, "cake")
    assert len(director.get("/admin/tiers").texts("#benefits-gold .chip.warn")) == 1
    page = director.get(f"/admin/tiers/benefits/{found.id}")
    assert len(page.texts("form .chip.warn")) == 7
    own_form(page).submit(name_vi="Phòng", name_zh="房", name_ru="Комната")
    assert director.get("/admin/tiers").texts("#benefits-gold .chip.warn") == []


def test_a_second_click_saves_the_same_benefit(as_staff: As, house: Session) -> None:
    form = own_form(as_staff("director").get("/admin/tiers/gold/benefits/new"))
    for _ in range(2):
        form.submit(name_en="A room")
    assert len(seen(house, select(Benefit))) == 1


def test_benefits_are_moved_and_retired(as_staff: As, house: Session) -> None:
    first, second = benefit(house, "One"), benefit(house, "Two")
    director = as_staff("director")
    form_to(director.get("/admin/tiers"), f"/{second}/move").submit()
    assert director.get("/admin/tiers").texts("#benefits-gold a.b") == ["Two", "One"]
    form_to(director.get(f"/admin/tiers/benefits/{first}"), "/retire").submit()
    assert director.get("/admin/tiers").texts("#benefits-gold a.b") == ["Two"]


def test_m10_a_tier_is_pinned_and_let_go_on_the_patients_page(as_staff: As, house: Session, mai: int) -> None:
    director, until = as_staff("director"), (clock_now() + timedelta(days=60)).date()
    path = f"/admin/patients/{mai}?tab=tiers"
    form_to(director.get(path), "/pin").submit(tier="gold", until=until.isoformat(), reason="Founder's guest")
    assert (stats(house, mai).tier, stats(house, mai).tier_pin_until) == ("gold", until)
    shown = director.get(path)
    assert "Founder's guestDirector" in shown.texts("main tbody td")[3]
    form_to(shown, "/unpin").submit()
    assert (stats(house, mai).tier, stats(house, mai).tier_pin) == ("member", None)
    steps = seen(house, select(TierChange.reason).order_by(TierChange.id))
    assert list(steps)[-2:] == ["pin", "unpin"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"until": "2020-01-01"}, "until"),
        ({"reason": " "}, "reason"),
        ({"until": ""}, "until"),
        ({"tier": "platinum"}, "tier"),
    ],
)
def test_m10_a_pin_without_its_parts_says_what_is_missing(
    as_staff: As, house: Session, mai: int, change: dict[str, str], field: str
) -> None:
    form = form_to(as_staff("director").get(f"/admin/patients/{mai}?tab=tiers"), "/pin")
    fields = {"tier": "gold", "until": "2099-01-01", "reason": "Guest", **change}
    assert form.submit(status=422, **fields).texts(f"#{field}-error")
    assert stats(house, mai).tier_pin is None


def test_reception_sees_tiers_and_pins_none(as_staff: As, house: Session, mai: int) -> None:
    lan = as_staff("lan")
    assert lan.get(f"/admin/patients/{mai}?tab=tiers").tree.css("form[action$=pin]") == []
    lan.get("/admin/tiers", status=403)
