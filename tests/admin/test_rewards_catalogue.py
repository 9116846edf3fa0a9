"""The catalogue through its pages: written in four languages, with photo, priced, retired."""

import io
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.rewards.models import Picture
from tests.admin.conftest import As
from tests.admin.gifts import chosen, offered, photo, redemption, rewards, rich
from tests.admin.scenes import acts, own_form, service_id, statements
from tests.support.visitor import FormOnPage, Visitor, seen

KIT = {"name_en": "Home care kit", "name_vi": "Bộ chăm sóc tại nhà", "points": "150", "stock": "24"}


def form_of(visitor: Visitor, kind: str = "gift") -> FormOnPage:
    return own_form(visitor.get(f"/admin/rewards/new?kind={kind}"))


def test_the_kind_is_chosen_first(as_staff: As) -> None:
    page = as_staff("minh").get("/admin/rewards/new")
    kinds = {node.attributes["href"] for node in page.tree.css("main a.li")}
    assert len(kinds) == 6
    for path in kinds:
        as_staff("minh").get(path)
    as_staff("minh").get("/admin/rewards/new?kind=car", status=404)


def test_a_gift_is_written_and_shown(as_staff: As, house: Session) -> None:
    minh = as_staff("minh")
    page = form_of(minh).fill(**KIT, tier="silver", valid_to="2030-12-31", hue="petal").submit().follow()
    [gift] = rewards(house)
    assert (gift.kind, gift.points, gift.stock, gift.tier) == ("gift", 150, 24, "silver")
    assert gift.valid_to == date(2030, 12, 31)
    assert gift.code.startswith("home-care-kit-")
    row = page.text("tbody tr")
    assert "Home care kit" in row
    assert "Missing: 简体中文, Русский" in row
    assert acts(house, "reward.saved")


def test_sent_twice_it_is_one(as_staff: As, house: Session) -> None:
    form = form_of(as_staff("minh")).fill(**KIT)
    form.submit()
    form.submit()
    assert len(rewards(house)) == 1


def test_changing_marks_what_is_missing(as_staff: As, house: Session) -> None:
    minh = as_staff("minh")
    form_of(minh).fill(**KIT).submit()
    [gift] = rewards(house)
    page = minh.get(f"/admin/rewards/{gift.id}")
    assert page.text("label[for=name_zh] .chip") == "missing"
    assert page.texts("label[for=name_en] .chip") == []
    own_form(page).submit(name_zh="居家护理套装", points="140", stock="")
    [gift] = rewards(house)
    assert (gift.name["zh"], gift.points, gift.stock, gift.version) == ("居家护理套装", 140, None, 2)


def test_what_was_taken_meanwhile_is_taken_off_the_new_stock(as_staff: As, house: Session) -> None:
    number = offered(house, stock=10)
    page = as_staff("minh").get(f"/admin/rewards/{number}")
    chosen(house, rich(house), number)
    own_form(page).submit(stock="20")
    assert rewards(house)[0].stock == 19


def details(house: Session) -> dict[str, object]:
    return dict(rewards(house)[0].details)


def test_each_kind_keeps_what_comes_out(as_staff: As, house: Session) -> None:
    minh, cleaning = as_staff("minh"), service_id(house)
    values = {"name_en": "Something", "points": "10", "valid_days": "60"}
    wanted: dict[str, tuple[dict[str, str], dict[str, object]]] = {
        "percent": (
            {"percent_hundredths": "12.5", "max_discount_minor": "200.000", "service_ids": str(cleaning)},
            {"percent_hundredths": 1250, "max_discount_minor": 200_000, "service_ids": [cleaning]},
        ),
        "amount": ({"amount_minor": "200,000 ₫"}, {"amount_minor": 200_000}),
        "service": ({"service_id": str(cleaning)}, {"service_id": cleaning}),
        "certificate": ({"amount_minor": "500000"}, {"amount_minor": 500_000}),
        "package": (
            {"service_id": str(cleaning), "sessions": "3"},
            {"service_id": cleaning, "sessions": 3},
        ),
    }
    for kind, (typed, kept) in wanted.items():
        form_of(minh, kind).submit(**values, **typed)
        made = rewards(house)[-1]
        assert (made.kind, made.details) == (kind, {**kept, "valid_days": 60})
        assert own_form(minh.get(f"/admin/rewards/{made.id}")).submit().location == "/admin/rewards"
        assert rewards(house)[-1].version == 1, f"saving {kind} without a change changed it"


@pytest.mark.parametrize(
    ("kind", "field", "typed"),
    [
        ("gift", "points", ""),
        ("gift", "points", "0"),
        ("gift", "points", "-5"),
        ("gift", "points", "99999999999"),
        ("gift", "points", "ten"),
        ("gift", "stock", "-1"),
        ("gift", "name_vi", ""),
        ("gift", "valid_to", "yesterday"),
        ("gift", "pickup_days", "0"),
        ("gift", "tier", "platinum"),
        ("percent", "percent_hundredths", ""),
        ("percent", "percent_hundredths", "101"),
        ("percent", "percent_hundredths", "-10"),
        ("percent", "percent_hundredths", "10.555"),
        ("percent", "percent_hundredths", "NaN"),
        ("percent", "max_discount_minor", "-1000"),
        ("amount", "amount_minor", ""),
        ("amount", "amount_minor", "0"),
        ("amount", "amount_minor", "-200000"),
        ("amount", "amount_minor", "200000.50"),
        ("amount", "amount_minor", "99999999999999999999"),
        ("amount", "amount_minor", "2000000000000"),
        ("amount", "valid_days", "0"),
        ("service", "service_id", "0"),
        ("service", "service_id", "999999"),
        ("package", "sessions", "101"),
    ],
)
def test_nonsense_is_told_beside_its_field(
    as_staff: As, house: Session, kind: str, field: str, typed: str
) -> None:
    good = {"name_vi": "Quà", "points": "10", "percent_hundredths": "10", "amount_minor": "1000"}
    form = form_of(as_staff("minh"), kind)
    form.fill(**{name: value for name, value in good.items() if name in form.values})
    if "service_id" in form.values:
        form.fill(service_id=str(service_id(house)))
    if "sessions" in form.values:
        form.fill(sessions="3")
    page = form.submit(status=422, **{field: typed})
    assert page.texts(f"#{field}-error .errmsg"), page.texts("[role=alert] p")
    assert rewards(house) == []


def test_the_last_day_is_not_before_the_first(as_staff: As, house: Session) -> None:
    page = form_of(as_staff("minh")).submit(status=422, **KIT, valid_from="2027-02-01", valid_to="2027-01-31")
    assert page.text("#valid_to-error") == "The last day lies before the first."


def test_a_photo_is_kept_and_shown_and_taken_away(as_staff: As, house: Session) -> None:
    minh = as_staff("minh")
    form = form_of(minh).fill(**KIT)
    minh.post(form.action, {**form.values, "picture": (photo(), "kit.jpg")})
    [gift] = rewards(house)
    assert seen(house, select(Picture))[0].digest == gift.picture_digest
    page = minh.get(f"/admin/rewards/{gift.id}")
    shown = page.tree.css_first(".pic img")
    assert shown is not None
    assert minh.get(shown.attributes["src"] or "").response.mimetype == "image/jpeg"
    own_form(page).submit()
    assert rewards(house)[0].picture_digest
    own_form(page).submit(remove_picture="y")
    assert rewards(house)[0].picture_digest is None


def test_what_is_no_photo_is_refused(as_staff: As, house: Session) -> None:
    minh = as_staff("minh")
    form = form_of(minh).fill(**KIT)
    answer = minh.post(
        form.action, {**form.values, "picture": (io.BytesIO(b"<svg onload='x'/>"), "kit.jpg")}, status=409
    )
    assert answer.texts("#picture-error")
    assert rewards(house) == []


def test_a_retired_reward_can_be_brought_back(as_staff: As, house: Session) -> None:
    number, minh = offered(house), as_staff("minh")
    minh.get(f"/admin/rewards/{number}").form(f"/admin/rewards/{number}/retire").submit()
    assert not rewards(house)[0].active
    assert "The catalogue is empty" in minh.get("/admin/rewards").text("main")
    page = minh.get("/admin/rewards?state=retired")
    page.form(f"/admin/rewards/{number}/restore").submit()
    assert rewards(house)[0].active


def test_what_was_chosen_before_stays_when_the_reward_is_retired(as_staff: As, house: Session) -> None:
    number = offered(house)
    taken = chosen(house, rich(house), number)
    as_staff("minh").get(f"/admin/rewards/{number}").form(f"/admin/rewards/{number}/retire").submit()
    lan = as_staff("lan")
    lan.get("/admin/fulfilment").form(f"/admin/fulfilment/{taken}/hand-over").submit()
    assert redemption(house, taken).state == "handed_over"


def test_a_long_catalogue_is_shown_in_parts(
    as_staff: As, house: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("admin.rewards.PAGE", 2)
    for number in range(5):
        offered(house, f"gift-{number}", position=5 - number)
    minh, codes = as_staff("minh"), []
    page = minh.get("/admin/rewards")
    while True:
        codes += [node.attributes["href"] for node in page.tree.css("tbody b a")]
        more = page.tree.css_first("a.more")
        if more is None:
            break
        page = minh.get(more.attributes["href"] or "")
    assert len(codes) == len(set(codes)) == 5
    assert codes == sorted(codes, reverse=True)


def test_reception_does_not_change_the_catalogue(as_staff: As, house: Session) -> None:
    number = offered(house)
    lan = as_staff("lan")
    for path in ("/admin/rewards", "/admin/rewards/new", f"/admin/rewards/{number}"):
        lan.get(path, status=403)


def test_more_rewards_cost_no_more_statements(as_staff: As, house: Session) -> None:
    minh = as_staff("minh")
    offered(house)
    minh.get("/admin/rewards")
    with statements(minh.app) as one:
        minh.get("/admin/rewards")
    for number in range(4):
        offered(house, f"gift-{number}")
    with statements(minh.app) as five:
        minh.get("/admin/rewards")
    assert len(five) == len(one)
