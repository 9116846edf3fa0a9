"""Who sent this patient? Noted at the desk, put right before the first half (F3 to F6)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.referrals.models import InviteCode, Referral
from tests.admin.conftest import As
from tests.admin.scenes import acts, arrived, completed, invited, own_form, patient_now, someone
from tests.support.visitor import Page, Visitor, seen


def search(visitor: Visitor, patient_id: int, text: str) -> Page:
    return visitor.get(f"/admin/patients/{patient_id}/referrer?q={text}")


def referrals(house: Session) -> list[tuple[int, int, str]]:
    found = seen(house, select(Referral).order_by(Referral.id))
    return [(one.referrer_id, one.friend_id, one.stage) for one in found]


def test_f3_found_by_name_and_chosen(as_staff: As, house: Session) -> None:
    mai, friend = someone(house), someone(house, "Chi", source_kind=None)
    page = search(as_staff("lan"), friend, "nguyen")
    page.form(f"/admin/patients/{friend}/referrer?q=nguyen").submit()
    assert referrals(house) == [(mai, friend, "registered")]
    assert patient_now(house, friend).source_kind == "referral"


def test_found_by_code_and_card(as_staff: As, house: Session) -> None:
    mai, friend = someone(house), someone(house, "Chi")
    code = seen(house, select(InviteCode.code).where(InviteCode.patient_id == mai))[0]
    card = patient_now(house, mai).card_number
    for text in (code.lower(), card):
        assert search(as_staff("lan"), friend, text).texts("#referrers .who b") == ["Nguyễn Thị Mai"]


def test_choosing_twice_is_one_referral(as_staff: As, house: Session) -> None:
    someone(house)
    friend = someone(house, "Chi")
    form = search(as_staff("lan"), friend, "mai").form(f"/admin/patients/{friend}/referrer?q=mai")
    form.submit()
    assert len(referrals(house)) == 1


def test_f5_an_earlier_patient_is_refused_in_words(as_staff: As, house: Session) -> None:
    someone(house)
    friend = someone(house, "Chi")
    completed(house, friend)
    form = search(as_staff("lan"), friend, "mai").form(f"/admin/patients/{friend}/referrer?q=mai")
    assert form.submit(status=409).texts("[role=alert] p")
    assert referrals(house) == []


def test_f6_oneself_is_refused(as_staff: As, house: Session) -> None:
    mai = someone(house)
    form = search(as_staff("lan"), mai, "mai").form(f"/admin/patients/{mai}/referrer?q=mai")
    form.submit(status=409)
    assert referrals(house) == []


def test_f4_a_change_needs_a_reason(as_staff: As, house: Session) -> None:
    friend, _referral = invited(house, someone(house))
    oanh = someone(house, "Hoàng Kim Oanh")
    page = search(as_staff("lan"), friend, "oanh")
    form = page.form(f"/admin/patients/{friend}/referrer?q=oanh")
    form.submit(status=409)
    assert acts(house, "referral.referrer_changed") == []
    form.submit(reason="She named her sister first")
    assert [found[0] for found in referrals(house)] == [oanh]
    assert [entry.reason for entry in acts(house, "referral.referrer_changed")] == [
        "She named her sister first"
    ]


def test_f4_after_the_first_half_it_stays(as_staff: As, house: Session) -> None:
    mai = someone(house)
    friend, _referral = invited(house, mai)
    oanh = someone(house, "Hoàng Kim Oanh")
    form = search(as_staff("lan"), friend, "oanh").form(f"/admin/patients/{friend}/referrer?q=oanh")
    arrived(house, friend)
    form.submit(status=409, reason="Too late")
    assert [found[0] for found in referrals(house)] == [mai] != [oanh]


def test_two_receptionists_name_different_people(as_staff: As, house: Session) -> None:
    mai = someone(house)
    someone(house, "Hoàng Kim Oanh")
    friend = someone(house, "Chi")
    first = search(as_staff("lan"), friend, "mai").form(f"/admin/patients/{friend}/referrer?q=mai")
    second = search(as_staff("hoa"), friend, "oanh").form(f"/admin/patients/{friend}/referrer?q=oanh")
    first.submit()
    second.submit(status=409)
    assert [found[0] for found in referrals(house)] == [mai]


def test_nonsense_is_refused(as_staff: As, house: Session) -> None:
    someone(house)
    friend = someone(house, "Chi")
    form = search(as_staff("lan"), friend, "mai").form(f"/admin/patients/{friend}/referrer?q=mai")
    for number in ("", "x", "999", "1" * 40):
        form.submit(status=409, referrer=number)
    assert referrals(house) == []


def test_f18_another_source_is_noted(as_staff: As, house: Session) -> None:
    friend = someone(house, "Chi", source_kind=None)
    form = as_staff("lan").get(f"/admin/patients/{friend}/referrer").form(f"/admin/patients/{friend}/source")
    form.submit(source="channel", channel="Facebook")
    found = patient_now(house, friend)
    assert (found.source_kind, found.source_channel) == ("channel", "Facebook")


def test_f18_a_referral_is_not_overwritten(as_staff: As, house: Session) -> None:
    friend, _referral = invited(house, someone(house))
    lan = as_staff("lan")
    values = own_form(lan.get(f"/admin/patients/{someone(house, 'Dung')}/referrer")).values
    lan.post(f"/admin/patients/{friend}/source", {**values, "source": "walk_in"}, status=409)
    assert patient_now(house, friend).source_kind == "referral"
