"""Ranks, ties, titles, shown names and nicknames as plain decisions."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from loyalty.kernel.clock import ClinicCalendar, Month
from loyalty.kernel.refusal import Refusal
from loyalty.leaderboard import rules
from loyalty.leaderboard.rules import Name, Standing

NOON = datetime(2026, 11, 10, 5, 0, tzinfo=UTC)
NOVEMBER = Month(2026, 11)


def standing(patient_id: int, score: int, *, days: int = 0) -> Standing:
    reached_at = NOON + timedelta(days=days)
    return Standing(patient_id, score, reached_at, rules.tie_key(patient_id, NOVEMBER))


def test_b4_ranks_run_one_one_three() -> None:
    placed = rules.ranked([standing(1, 2), standing(2, 5, days=1), standing(3, 5), standing(4, 1)])
    assert [(rank, one.patient_id) for rank, one in placed] == [(1, 3), (1, 2), (3, 1), (4, 4)]


def test_b4_a_complete_tie_is_decided_by_a_key_that_differs_by_month() -> None:
    months = [NOVEMBER.plus(step) for step in range(24)]
    firsts = {min((1, 2), key=lambda patient_id: rules.tie_key(patient_id, month)) for month in months}
    assert firsts == {1, 2}
    assert rules.tie_key(7, NOVEMBER) == rules.tie_key(7, NOVEMBER) != rules.tie_key(8, NOVEMBER)


def test_b4_everybody_on_the_first_rank_holds_the_title() -> None:
    assert [rules.title(rank) for rank in (1, 1, 3)] == [rules.AMBASSADOR, rules.AMBASSADOR, None]


def test_b5_a_score_of_zero_is_not_listed() -> None:
    assert rules.ranked([standing(1, 0)]) == []


def test_b2_a_draft_waits_for_the_clinics_month_to_settle() -> None:
    calendar = ClinicCalendar(ZoneInfo("Asia/Ho_Chi_Minh"))
    assert rules.drafts_from(NOVEMBER, calendar, 1) == datetime(2026, 11, 30, 18, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("real_name", "initials"),
    [
        ("Nguyễn Thị Ánh", "N. T. Á."),
        ("Đặng Thu Hà", "Đ. T. H."),
        ("Мария Ивановна Петрова", "М. И. П."),
        ("王 小明", "王. 小."),
        ("Sophie Martin", "S. M."),
        ("A\u0301nh  Lê", "Á. L."),
    ],
)
def test_b6_without_an_approved_nickname_only_initials_are_shown(real_name: str, initials: str) -> None:
    for state in (None, rules.WAITING, rules.REFUSED):
        name = Name(real_name, True, nickname="Blue Sea", state=state, real_name_allowed=True)
        assert rules.shown_name(name) == initials


def test_b6_who_did_not_opt_in_has_no_name_at_all() -> None:
    name = Name("Mai", False, "Blue Sea", "Sea", rules.APPROVED, real_name_allowed=True)
    assert rules.shown_name(name) is None


@pytest.mark.parametrize(
    ("nickname", "changed_to", "real_name_allowed", "shown"),
    [
        ("Blue Sea", None, False, "Blue Sea"),
        ("Blue Sea", "Sea", False, "Sea"),
        ("Blue Sea", "Sea", True, "Sea"),
        ("Blue Sea", None, True, "Blue Sea"),
        ("", None, True, "Nguyễn Mai"),
        ("", None, False, "N. M."),
    ],
)
def test_b6_the_real_name_is_shown_only_where_it_was_allowed(
    nickname: str, changed_to: str | None, real_name_allowed: bool, shown: str
) -> None:
    name = Name("Nguyễn Mai", True, nickname, changed_to, rules.APPROVED, real_name_allowed)
    assert rules.shown_name(name) == shown


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("  Biển   Xanh ", "Biển Xanh"),
        ("Bie\u0302\u0309n Xanh", "Biển Xanh"),
        ("老师哈", "老师哈"),
        ("Мама Бонга", "Мама Бонга"),
        ("Dr.Google", "Dr.Google"),
        ("Mẹ Bông 2024", "Mẹ Bông 2024"),
        ("x" * 40, "x" * 40),
    ],
)
def test_b6_a_nickname_is_kept_clean(text: str, kept: str) -> None:
    assert rules.cleaned_nickname(text, real_name="Nguyễn Mai", real_name_allowed=False) == kept


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "nickname_length"),
        ("M", "nickname_length"),
        ("x" * 41, "nickname_length"),
        ("\u200b\u200b\u200bM", "nickname_length"),
        ("2024", "nickname_letters"),
        ("♥♥♥", "nickname_letters"),
        ("Sea\x00", "nickname_letters"),
        ("Sea \ud800", "nickname_letters"),
        ("Gọi 0903 123 456", "nickname_contact"),
        ("mai@annhien.vn", "nickname_contact"),
        ("@mai_sea", "nickname_contact"),
        ("www.sea.de", "nickname_contact"),
        ("t.me/sea", "nickname_contact"),
        ("https://x", "nickname_contact"),
        ("Море.рф", "nickname_contact"),
        ("nguyen mai", "nickname_real_name"),
    ],
)
def test_b6_a_nickname_that_will_not_do_is_refused(text: str, code: str) -> None:
    with pytest.raises(Refusal) as refusal:
        rules.cleaned_nickname(text, real_name="Nguyễn Mai", real_name_allowed=False)
    assert refusal.value.code == code


def test_b6_the_real_name_may_be_a_nickname_once_allowed() -> None:
    assert rules.cleaned_nickname("nguyen mai", real_name="Nguyễn Mai", real_name_allowed=True)
