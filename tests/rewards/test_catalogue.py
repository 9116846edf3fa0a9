"""The catalogue: what may stand in it, how a patient meets it, and its photos."""

import io
from datetime import date, timedelta
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.activity.models import AuditEntry
from loyalty.kernel.localized import LocalizedText
from loyalty.patients.models import Patient, PatientStats
from loyalty.rewards import operations as rewards
from loyalty.rewards import queries
from loyalty.rewards.models import Picture
from tests.rewards.scenes import TODAY, act, cleaning, give, offer, redeem, refused, stock


def saves(session: Session) -> int:
    query = select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "reward.saved")
    return session.scalar(query) or 0


def test_saving_the_same_again_changes_nothing(session: Session, an: Patient) -> None:
    first = offer(session, stock=5, tier="silver")
    again = offer(session, stock=5, tier="silver")
    assert (again.id, again.version, saves(session)) == (first.id, 1, 1)
    changed = offer(session, stock=5, tier=None)
    assert (changed.tier, changed.version, saves(session)) == (None, 2, 2)


def test_fields_left_out_stay(session: Session, an: Patient) -> None:
    offer(session, stock=5, icon="heart", details={})
    kept = act(session, rewards.save_reward, code="kit", points=120)
    assert (kept.points, kept.stock, kept.icon, kept.name["vi"]) == (120, 5, "heart", "Home care kit")


def test_stock_taken_while_the_editor_was_open_stays_taken(session: Session, an: Patient) -> None:
    give(session, an, 200)
    reward = offer(session, stock=10)
    for _ in range(2):
        redeem(session, an, reward)
    act(session, rewards.save_reward, code="kit", stock=15, stock_seen=10)
    assert stock(session, reward) == 13


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"code": "Große Kiste"}, "reward_code_bad"),
        ({"kind": "cash"}, "unknown_choice"),
        ({"name": LocalizedText()}, "name_missing"),
        ({"points": 0}, "reward_number_bad"),
        ({"points": 10**7}, "reward_number_bad"),
        ({"stock": -1}, "reward_number_bad"),
        ({"pickup_days": 0}, "reward_number_bad"),
        ({"tier": "platinum"}, "unknown_choice"),
        ({"hue": "octarine"}, "unknown_choice"),
        ({"valid_from": date(2027, 1, 2), "valid_to": date(2027, 1, 1)}, "validity_reversed"),
        ({"picture_digest": "0" * 64}, "picture_unknown"),
        ({"kind": "amount"}, "reward_detail_bad"),
        ({"kind": "amount", "details": {"amount_minor": 0, "valid_days": 1}}, "reward_detail_bad"),
        ({"kind": "amount", "details": {"amount_minor": True, "valid_days": 1}}, "reward_detail_bad"),
        ({"details": {"amount_minor": 5}}, "reward_detail_bad"),
        ({"kind": "service", "details": {"service_id": 999, "valid_days": 1}}, "service_unknown"),
    ],
)
def test_absurd_rewards_are_refused(session: Session, an: Patient, fields: dict[str, Any], code: str) -> None:
    whole = {"code": "new", "name": LocalizedText.of("x"), "kind": "gift", "points": 1, **fields}
    assert refused(session, rewards.save_reward, **whole) == code


def test_the_kind_is_fixed_once_somebody_has_taken_it(session: Session, an: Patient) -> None:
    give(session, an, 100)
    reward = offer(session)
    details = {"amount_minor": 5, "valid_days": 9, "min_bill_minor": None}
    changed = offer(session, kind="amount", details=details)
    assert changed.details == {"amount_minor": 5, "valid_days": 9}
    redeem(session, an, reward)
    assert refused(session, rewards.save_reward, code="kit", kind="gift", details={}) == "reward_kind_fixed"


def test_a_patient_meets_what_is_offered_and_what_it_lacks(session: Session, an: Patient) -> None:
    give(session, an, 150)
    session.get_one(PatientStats, an.id).tier = "silver"
    tomorrow = TODAY + timedelta(days=1)
    offer(session, "cheap", points=150, position=1, tier="silver")
    offer(session, "dear", points=400, position=2, tier="gold")
    offer(session, "gone", stock=0, position=3)
    offer(session, "later", valid_from=tomorrow)
    offer(session, "today", valid_to=TODAY, position=4)
    offer(session, "retired")
    assert act(session, rewards.retire_reward, reward_id=offer(session, "retired").id)
    assert not act(session, rewards.retire_reward, reward_id=offer(session, "retired").id)

    found = queries.catalogue(session, patient_id=an.id, today=TODAY)
    assert [
        (one.reward.code, one.missing_points, one.tier_ok, one.sold_out) for one in found
    ] == [
        ("cheap", 0, True, False), ("dear", 250, False, False), ("gone", 0, True, True),
        ("today", 0, True, False),
    ]  # fmt: skip
    later = [one.reward.code for one in queries.catalogue(session, patient_id=an.id, today=tomorrow)]
    assert later == ["later", "cheap", "dear", "gone"]


def photo(kind: str, size: tuple[int, int] = (2000, 1000), mode: str = "RGB", **how: Any) -> bytes:
    written = io.BytesIO()
    Image.new(mode, size, "green").save(written, kind, **how)
    return written.getvalue()


def keep(session: Session, content: bytes) -> Picture:
    kept: Picture = act(
        session, lambda session, actor, **given: rewards.keep_picture(session, **given), content=content
    )
    return kept


def test_a_photo_is_made_small_turned_upright_and_keeps_no_secrets(session: Session, an: Patient) -> None:
    hidden = Image.Exif()
    hidden[0x0112], hidden[0x010F] = 6, "Camera of Lan"
    kept = keep(session, photo("JPEG", exif=hidden))
    with Image.open(io.BytesIO(kept.content)) as shown:
        assert (shown.format, shown.size, dict(shown.getexif())) == ("JPEG", (480, 960), {})
    assert b"Camera" not in kept.content
    assert kept.content_type == "image/jpeg"


def test_a_see_through_photo_stays_so_and_the_same_is_kept_once(session: Session, an: Patient) -> None:
    content = photo("PNG", (20, 10), "RGBA")
    first, again = keep(session, content), keep(session, content)
    assert (first.id, first.content_type) == (again.id, "image/webp")
    assert offer(session, picture_digest=first.digest).picture_digest == first.digest


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "picture_unreadable"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "picture_unreadable"),
        (photo("JPEG")[:2000], "picture_unreadable"),
        (b"\x00" * (10 * 1024 * 1024 + 1), "picture_too_large"),
        (photo("PNG", (10_000, 6_000), "1"), "picture_too_large"),
    ],
)
def test_what_is_no_photo_is_refused(session: Session, an: Patient, content: bytes, code: str) -> None:
    def keeps(session: Session, actor: object, **given: Any) -> Picture:
        return rewards.keep_picture(session, **given)

    assert refused(session, keeps, content=content) == code


def test_details_name_a_service_the_clinic_has(session: Session, an: Patient) -> None:
    details = {"service_id": cleaning(session), "sessions": 3, "valid_days": 90}
    assert offer(session, kind="package", details=details).details == details
