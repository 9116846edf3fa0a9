"""What staff see of a patient's points and wallet: who acted, by which rule, what takes back what."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.points.models import LedgerEntry
from tests.admin.conftest import As
from tests.admin.offering import certificate, package, voucher
from tests.admin.scenes import bill, completed, own_form, someone
from tests.support.visitor import seen


def test_who_acted_is_named(as_staff: As, house: Session) -> None:
    mai = someone(house)
    completed(house, mai, 2_000_000)
    bill(as_staff("lan"), house, f"patient={mai}", points_used="10").submit()
    page = as_staff("director").get(f"/admin/patients/{mai}?tab=points")
    kinds, actors = page.texts("td[data-label='What for'] b"), page.texts("td[data-label='By']")
    assert dict(zip(kinds, actors, strict=True))["Points used"] == "Lan"


def test_each_entry_names_its_rule_and_what_it_takes_back(as_staff: As, house: Session) -> None:
    mai, director = someone(house), as_staff("director")
    visit_id = completed(house, mai)
    own_form(director.get(f"/admin/visits/{visit_id}/refund")).submit(reason="Nothing helped")
    earned, taken = seen(house, select(LedgerEntry.id).order_by(LedgerEntry.id))
    page = director.get(f"/admin/patients/{mai}?tab=points")
    assert "Usual points" in page.text(f"#entry-{earned}")
    links = [node.attributes["href"] for node in page.tree.css(f"#entry-{taken} a")]
    assert links == [f"/admin/visits/{visit_id}", f"#entry-{earned}"]


def test_points_stand_in_money_by_their_last_day(as_staff: As, house: Session) -> None:
    mai = someone(house)
    completed(house, mai)
    page = as_staff("lan").get(f"/admin/patients/{mai}?tab=points")
    assert page.texts("td[data-label='In money']") == ["₫100,000"]
    assert page.tree.css_first(f"a[href='/admin/patients/{mai}/points']") is not None


def test_care_sees_the_points_and_changes_none(as_staff: As, house: Session) -> None:
    mai = someone(house)
    page = as_staff("nhung").get(f"/admin/patients/{mai}?tab=points")
    assert page.tree.css_first(f"a[href='/admin/patients/{mai}/points']") is None


def test_the_wallet_holds_everything(as_staff: As, house: Session) -> None:
    mai = someone(house)
    voucher(house, patient_id=mai, name="Birthday gift")
    certificate(house, 250_000, patient_id=mai)
    package(house, mai)
    page = as_staff("lan").get(f"/admin/patients/{mai}?tab=wallet")
    text = page.text("main")
    for words in ("Birthday gift", "₫250,000", "cleaning", "3 of 3 sessions left"):
        assert words in text
    assert len(page.texts("main .chip.ok")) == 3


def test_an_empty_wallet_says_so(as_staff: As, house: Session) -> None:
    page = as_staff("lan").get(f"/admin/patients/{someone(house)}?tab=wallet")
    assert page.texts(".empty h2") == ["The wallet is empty"]
