"""What tiers bring: written in four languages, ordered, retired; each act is kept."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.activity.models import AuditEntry
from loyalty.kernel.localized import LocalizedText
from loyalty.kernel.refusal import Refusal
from loyalty.tiers.models import Benefit
from loyalty.tiers.operations import move_benefit, retire_benefit, save_benefit
from loyalty.tiers.operations.benefits import ICONS
from loyalty.tiers.queries import benefits, perks
from tests.support.cast import LAN, NOON
from web.art import icon

pytestmark = pytest.mark.usefixtures("an")


def save(session: Session, tier: str, english: str, **more: str) -> Benefit:
    name = LocalizedText({"en": english}) if english else LocalizedText()
    return save_benefit(session, tier=tier, name=name, actor=LAN, now=NOON, **more)


def names(session: Session, tier: str | None = None) -> list[str]:
    return [found.name["en"] for found in benefits(session, tier)]


def test_benefits_stand_in_the_order_of_tiers_and_of_the_staff(session: Session) -> None:
    late, call, room = (
        save(session, tier, name)
        for tier, name in (("gold", "Room"), ("silver", "Care line"), ("silver", "Evening hours"))
    )
    assert late.position == 0
    assert names(session) == ["Care line", "Evening hours", "Room"]
    moved = [move_benefit(session, benefit_id=room.id, up=True, actor=LAN, now=NOON) for _ in range(2)]
    assert moved == [True, False]
    assert names(session, "silver") == ["Evening hours", "Care line"]
    assert [perk[2]["en"] for perk in perks(session) if perk[0] == "silver"] == names(session, "silver")
    assert not move_benefit(session, benefit_id=call.id, up=False, actor=LAN, now=NOON)


def test_the_same_code_changes_the_benefit_and_brings_it_back(session: Session) -> None:
    save(session, "gold", "Room", code="room")
    assert retire_benefit(session, benefit_id=1, actor=LAN, now=NOON)
    assert not retire_benefit(session, benefit_id=1, actor=LAN, now=NOON)
    assert names(session) == []
    assert len(benefits(session, with_retired=True)) == 1
    save(session, "gold", "A room of your own", code="room", icon="cake")
    save(session, "gold", "A room of your own", code="room", icon="cake")
    assert names(session) == ["A room of your own"]
    actions = session.scalars(select(AuditEntry.action).where(AuditEntry.object_kind == "benefit")).all()
    assert actions == ["benefit.saved", "benefit.retired", "benefit.saved"]


def test_a_missing_language_is_visible(session: Session) -> None:
    assert save(session, "gold", "Room").name.missing() == ("vi", "zh", "ru")


@pytest.mark.parametrize(
    ("tier", "name", "icon_name", "code"),
    [
        ("platinum", "Room", "gift", "tier_unknown"),
        ("gold", "", "gift", "benefit_name_missing"),
        ("gold", "Room", "dragon", "icon_unknown"),
    ],
)
def test_what_cannot_be_a_benefit_is_refused(
    session: Session, tier: str, name: str, icon_name: str, code: str
) -> None:
    with pytest.raises(Refusal) as refused:
        save(session, tier, name, icon=icon_name)
    assert (refused.value.code, benefits(session)) == (code, [])


def test_a_benefit_that_is_not_there_is_refused(session: Session) -> None:
    for act in (lambda: retire_benefit(session, benefit_id=9, actor=LAN, now=NOON),):
        with pytest.raises(Refusal):
            act()


@pytest.mark.parametrize("name", ICONS)
def test_every_icon_is_drawn(name: str) -> None:
    assert "<svg" in str(icon(name))
